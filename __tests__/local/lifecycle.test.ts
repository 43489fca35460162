import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CreateQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { startLocalAws } from "../../local/aws";
import { clientsOf, CONSUMER, makeStream, PRODUCER, until } from "./two-accounts";

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    request(url, (response) => {
      response.resume();
      resolve(true);
    })
      .on("error", () => resolve(false))
      .end();
  });
}

/** Addresses that listen on a port, as `ip:port` in the kernel's hexadecimal notation. */
function listening(port: number): string[] {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => fs.readFileSync(file, "utf8"));
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return tables
    .join("\n")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
    .map(([, local = ""]) => local);
}

describe("the local AWS", () => {
  it("runs twice side by side, on loopback only, and leaves nothing behind", async () => {
    const [one, other] = await Promise.all([startLocalAws(), startLocalAws()]);
    try {
      const first = clientsOf(one, PRODUCER);
      const second = clientsOf(other, PRODUCER);
      await makeStream(first, "only-here");
      expect((await first.kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([
        "only-here",
      ]);
      expect((await second.kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([]);
      if (process.platform === "linux") {
        expect(listening(Number(new URL(one.url).port))).toEqual([
          expect.stringMatching(/^0100007F:/),
        ]);
      }
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
    expect(await answers(one.url)).toBe(false);
    expect(await answers(other.url)).toBe(false);
  });

  it("separates accounts, and forwards calls that moto answers", async () => {
    const aws = await startLocalAws();
    try {
      const producer = clientsOf(aws, PRODUCER);
      const consumer = clientsOf(aws, CONSUMER);
      const { QueueUrl } = await consumer.sqs.send(new CreateQueueCommand({ QueueName: "mine" }));
      expect(QueueUrl).toBe(`${aws.url}/${CONSUMER}/mine`);
      expect((await consumer.sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
      expect((await producer.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
      expect(() => aws.credentials("12")).toThrow("'accountId' must be 12 digits, got '12'");
    } finally {
      await aws.stop();
    }
  });

  it("leaves no process behind when it is killed", async () => {
    const script = `require(${JSON.stringify(join(__dirname, "../../local/aws/moto"))}).startMoto().then(({ url }) => console.log(url))`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: join(__dirname, "../.."),
    });
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(await answers(url)).toBe(true);
    child.kill("SIGKILL");
    await until(async () => !(await answers(url)));
  });
});

describe("moto", () => {
  it("is reported after it exits unexpectedly, also by every later call", async () => {
    // Other test suites may use a moto that Jest's global setup started.
    const others = motos();
    const aws = await startLocalAws();
    try {
      const { kinesis } = clientsOf(aws, PRODUCER);
      await kinesis.send(new ListStreamsCommand({}));
      expect(aws.exitReason()).toBeUndefined();
      const [own] = motos().filter((pid) => !others.includes(pid));
      process.kill(own!, "SIGKILL");
      await until(() => Promise.resolve(aws.exitReason()));
      const words = /^moto, which the local AWS runs on, exited unexpectedly \(signal SIGKILL\)/;
      expect(aws.exitReason()).toMatch(words);
      await expect(kinesis.send(new ListStreamsCommand({}))).rejects.toThrow(words);
    } finally {
      await aws.stop();
    }
  });
});

function motos(): number[] {
  const children = execFileSync("ps", [
    "-ww",
    "-o",
    "pid=,args=",
    "--ppid",
    String(process.pid),
  ]).toString();
  const pids = [...children.matchAll(/^\s*(\d+) \S*python3? \S*moto_server\.py/gm)];
  return pids.map(([, pid]) => Number(pid));
}
