import {
  GetFunctionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { records } from "./batch-handler";
import {
  connect,
  CONSUMER,
  makeFunction,
  makeRole,
  makeStream,
  mapping,
  messages,
  put,
  REGION,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts();

describe("functions", () => {
  it("show a reserved concurrency of 0", async () => {
    const FunctionName = "stopped";
    const roleArn = await makeRole(consumer, FunctionName);
    await makeFunction(consumer, FunctionName, roleArn, "exports.handler = async () => {};");
    await consumer.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );

    const { Concurrency } = await consumer.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 0 });
  });

  it("log as Lambda's Node runtime does, in JSON and in text", async () => {
    const stream = await makeStream(producer, "logging");
    const source = `exports.handler = async (event, context) => {
      console.log({ a: 1 });
      console.log("text", { b: 2 });
      console.debug("hidden in JSON");
      console.error(new Error("broken"));
      return process.env.MINE + context.functionName;
    }`;
    await connect(producer, consumer, "logging", stream, source, {
      function: {
        LoggingConfig: { LogFormat: "JSON" },
        Environment: { Variables: { MINE: "x" } },
      },
    });
    await put(producer, stream, records("1"));
    await until(async () => (await messages(consumer, "logging")).length >= 3);
    const lines = (await messages(consumer, "logging")).map((line) => JSON.parse(line) as object);
    const common = {
      timestamp: expect.stringMatching(/Z$/),
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    };
    expect(lines).toEqual([
      { ...common, level: "INFO", message: { a: 1 } },
      { ...common, level: "INFO", message: "text { b: 2 }" },
      {
        ...common,
        level: "ERROR",
        message: expect.objectContaining({
          errorType: "Error",
          errorMessage: "broken",
        }),
      },
    ]);

    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "logging",
        LoggingConfig: { LogFormat: "Text" },
      }),
    );
    await put(producer, stream, records("2"));
    await until(async () => (await messages(consumer, "logging")).length >= 7);
    const text = (await messages(consumer, "logging")).slice(3);
    expect(text[0]).toMatch(/^[\d-]+T[\d:.]+Z\t[\w-]{36}\tINFO\t\{ a: 1 \}$/);
    expect(text[2]).toMatch(/\tDEBUG\thidden in JSON$/);
  });

  it("of an unsupported runtime set the mapping's result and receive nothing", async () => {
    const stream = await makeStream(producer, "python");
    const { uuid } = await connect(producer, consumer, "python", stream, "", {
      function: { Runtime: "python3.13" },
    });
    await put(producer, stream, records("1"));
    const result = await until(async () => {
      const { LastProcessingResult: last = "" } = await mapping(consumer, uuid);
      return last.startsWith("PROBLEM: ") && last;
    });
    expect(result).toBe(
      `PROBLEM: arn:aws:lambda:${REGION}:${CONSUMER}:function:python cannot be run in the local AWS: its runtime is python3.13, and only Node.js runtimes are supported`,
    );
    expect(await messages(consumer, "python")).toEqual([]);
  });

  it("can be ES modules, use callbacks, and call AWS as their role", async () => {
    const stream = await makeStream(producer, "esm");
    const source = `import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
      export const handler = (event, context, done) => {
        new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => { console.log(Arn); done(null); }, done);
      };`;
    await connect(producer, consumer, "esm", stream, "", {
      function: {
        Timeout: 10,
        Code: { ZipFile: zipSync({ "index.mjs": strToU8(source) }) },
      },
    });
    await put(producer, stream, records("1"));
    // The runtime can log a warning of the SDK first.
    const line = await until(async () =>
      (await messages(consumer, "esm")).find((message) => message.includes("arn:aws:sts")),
    );
    expect(line).toMatch(new RegExp(`\\tINFO\\tarn:aws:sts::${CONSUMER}:assumed-role/esm/`));
  });
});
