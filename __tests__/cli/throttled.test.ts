import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { withoutProgress } from "../helpers/progress";
import { oneReader } from "./one-reader";
import { FUNCTION_ANSWERS, STREAM_ANSWERS } from "./recorded-pipeline";
import { runCli } from "./world";

const throttle = (): never => {
  throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
};
const ANSWERS = Object.fromEntries(
  [...Object.keys({ ...STREAM_ANSWERS, ...FUNCTION_ANSWERS }), "cloudwatch:GetMetricData"].map(
    (call) => [call, throttle],
  ),
);

describe("in accounts that throttle every call for ever", () => {
  it("doctor cannot tell, and says why and what to do in each line", async () => {
    const { exitCode, lines, calls } = await oneReader(ANSWERS, { maxAttempts: 2 }).doctor();

    const checks = lines
      .join("\n")
      .split(/\n(?=[a-z]+ {2,}|\n)/)
      .slice(1, -1);
    const [credentials, ...others] = checks.map((line) => line.replace(/\n +/g, " "));
    expect(exitCode).toBe(3);
    expect(credentials).toMatch(/^ok +credentials: /);
    for (const line of others) {
      expect(line).toMatch(
        /^unknown +.+: AWS still throttled \w+:\w+ after the SDK's retries; wait a minute and run the command again \(AWS: Rate exceeded\)$/,
      );
    }
    expect(lines.join("\n").split("\n\n").at(-1)).toMatch(/^cannot tell: stream unknown, /);
    expect(new Set(Object.values(calls))).toEqual(new Set([2]));
  });

  it("status cannot tell, and names each call once", async () => {
    const { exitCode, lines } = await oneReader(ANSWERS, { maxAttempts: 2 }).status();

    expect(exitCode).toBe(3);
    expect(lines.slice(3).join(" ").split("  ")).toEqual([
      ...[
        "lambda:GetEventSourceMapping",
        "kinesis:DescribeStreamSummary",
        "cloudwatch:GetMetricData",
        "lambda:GetFunctionConcurrency",
      ].map(
        (call) =>
          `unknown (analytics): AWS still throttled ${call} after the SDK's retries; wait a minute and run the command again (AWS: Rate exceeded)`,
      ),
      "unknown (analytics): no metric shows that it reads now",
      "cannot tell whether all is well with 1 of 1 reader",
    ]);
  });
});

describe("in an account whose credentials cannot even be checked", () => {
  let server: Server;
  const { env } = process;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(400, { "content-type": "text/xml" });
        response.end(
          "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env = { ...env, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  });
  afterAll(async () => {
    process.env = env;
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(["doctor", "status"])("%s says so in one line", async (command) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const { exitCode, stdout, stderr } = await runCli([
      ...[command, "--function", "analytics", "--region", "eu-west-1", "--endpoint-url", url],
    ]);

    expect([exitCode, stdout, withoutProgress(stderr)]).toEqual([
      3,
      "",
      "AWS still throttled sts:GetCallerIdentity after the SDK's retries; wait a minute and run the command again (AWS: Rate exceeded)\n",
    ]);
  });
});
