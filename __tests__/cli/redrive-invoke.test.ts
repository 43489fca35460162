import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { createClients } from "../../cli/src/clients";
import { invoker } from "../../cli/src/redrive/invoke";

/** What a Lambda in front of a broken connection does with a request after it was processed. */
type Answer = "drop" | 200 | 413 | 429 | 500;

let server: http.Server;
let answers: Answer[];
let invocations: number;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    request.resume().on("end", () => {
      invocations += 1;
      const answer = answers.shift() ?? 200;
      if (answer === "drop") {
        request.socket.destroy();
      } else {
        response.writeHead(answer, { "content-type": "application/json" }).end("{}");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

let pauses: number[];

function invoke(given: Answer[]) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  [answers, invocations, pauses] = [given, 0, []];
  const credentials = { accessKeyId: "a", secretAccessKey: "s" };
  const clients = createClients({ region: "eu-west-1", endpoint, credentials }, () => undefined);
  const sleep = (milliseconds: number) => Promise.resolve(void pauses.push(milliseconds));
  return invoker(clients.invoke, "analytics", sleep)({ Records: [] });
}

describe("an invocation", () => {
  it.each([
    ["the connection breaks", "drop"],
    ["Lambda answers with 500", 500],
  ] as const)("is sent once if %s after it", async (_, answer) => {
    expect(await invoke([answer])).toEqual({ lost: expect.any(String) as string });
    expect(invocations).toBe(1);
  });

  it("fails for its own records alone if Lambda takes no event of this size", async () => {
    expect(await invoke([413])).toEqual({
      error: expect.stringMatching(/^Lambda takes no event of this size .*--save writes/) as string,
    });
    expect(invocations).toBe(1);
  });

  it("is sent again while it is throttled", async () => {
    expect(await invoke([429, 429])).toEqual({ result: {} });
    expect(invocations).toBe(3);
  });

  it("fails without doubt if it is throttled for a minute", async () => {
    const throttled = Array.from({ length: 19 }, (): Answer => 429);

    await expect(invoke(throttled)).rejects.toMatchObject({ call: "lambda:InvokeFunction" });
    expect(invocations).toBe(10);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, ...Array<number>(4).fill(10_000)]);
  });

  it("is tried again, and fails without doubt, while nobody is reached to take it", async () => {
    // The SDK would wrap an error of Node.js here: inside of Jest it is of another realm.
    const unreached = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const send = jest.fn(() => Promise.reject(unreached));

    const result = invoker({ send }, "analytics", () => Promise.resolve())({ Records: [] });

    await expect(result).rejects.toBe(unreached);
    expect(send).toHaveBeenCalledTimes(5);
  });
});
