import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import {
  CreateAliasCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  type InvokeCommandInput,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { refusal } from "./refusal";
import { allow, CONSUMER, makeFunction, makeRole, REGION, setRolePolicy } from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { aws, producer, consumer } = useTwoAccounts();

const CODE = `exports.handler = async (event, context) => {
  if (event.fail) throw new TypeError("rejected " + event.fail);
  if (event.exit) process.exit(3);
  const start = Date.now();
  if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
  return { event, version: context.functionVersion, arn: context.invokedFunctionArn, code: "one", ...(event.wait && { start, end: Date.now() }) };
};`;

const FunctionName = "invoked";
const ARN = `arn:aws:lambda:${REGION}:${CONSUMER}:function:${FunctionName}`;

beforeAll(async () => {
  const role = await makeRole(consumer, FunctionName);
  await makeFunction(consumer, FunctionName, role, CODE, { Publish: true, Timeout: 2 });
});

async function invoke(event: unknown, settings: Partial<InvokeCommandInput> = {}) {
  const { Payload, ...response } = await consumer.lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...settings }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  return { ...response, payload: (text ? JSON.parse(text) : undefined) as unknown };
}

describe("Invoke", () => {
  it("returns the function's result", async () => {
    const { StatusCode, FunctionError, ExecutedVersion, payload } = await invoke({ a: [1, "x"] });
    expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: "$LATEST",
    });
    expect(payload).toEqual({ event: { a: [1, "x"] }, version: "$LATEST", arn: ARN, code: "one" });
  });

  it("runs the version of a qualifier, in the name or as a parameter", async () => {
    await consumer.lambda.send(
      new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }),
    );
    const ZipFile = zipSync({ "index.js": strToU8(CODE.replace('"one"', '"two"')) });
    await consumer.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    expect((await invoke({})).payload).toMatchObject({ code: "two", version: "$LATEST" });
    for (const settings of [{ Qualifier: "live" }, { FunctionName: `${ARN}:live` }]) {
      const { ExecutedVersion, payload } = await invoke({}, settings);
      expect(ExecutedVersion).toBe("1");
      expect(payload).toMatchObject({ code: "one", version: "1", arn: `${ARN}:live` });
    }
    expect(
      await refusal(invoke({}, { FunctionName: `${FunctionName}:live`, Qualifier: "1" })),
    ).toMatch(/^InvalidParameterValueException: The derived qualifier .* does not match/);
  });

  it("reports an error of the handler with its trace", async () => {
    const { StatusCode, FunctionError, payload } = await invoke({ fail: "it" });
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(payload).toEqual({
      errorType: "TypeError",
      errorMessage: "rejected it",
      trace: expect.arrayContaining(["TypeError: rejected it"]),
    });
  });

  it.each([
    ["an exit", { exit: true }, "Runtime.ExitError", /^RequestId: [\w-]{36} Error: .*status 3$/],
    ["a timeout", { wait: 5_000 }, "Sandbox.Timedout", /Error: Task timed out after 2.00 seconds$/],
  ])("reports %s of the runtime", async (_, event, errorType, message) => {
    const { FunctionError, payload } = await invoke(event);
    expect(FunctionError).toBe("Unhandled");
    expect(payload).toEqual({ errorType, errorMessage: expect.stringMatching(message) });
  });

  it("runs simultaneous invocations in parallel", async () => {
    // Their processes are started first.
    await Promise.all([invoke({}), invoke({}), invoke({})]);
    const answers = await Promise.all([1, 2, 3].map(() => invoke({ wait: 1_200 })));
    const times = answers.map(({ payload }) => payload as { start: number; end: number });
    const lastStart = Math.max(...times.map(({ start }) => start));
    expect(lastStart).toBeLessThan(Math.min(...times.map(({ end }) => end)));
  });

  it("checks a dry run without running the function", async () => {
    const { StatusCode, payload } = await invoke({ exit: true }, { InvocationType: "DryRun" });
    expect(StatusCode).toBe(204);
    expect(payload).toBeUndefined();
  });

  it("needs lambda:InvokeFunction on the function or alias", async () => {
    await makeRole(consumer, "caller", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: CONSUMER }, Action: "sts:AssumeRole" }],
    });
    const settings = { endpoint: aws().url, region: REGION, maxAttempts: 1 };
    const sts = new STSClient({ ...settings, credentials: await aws().credentials(CONSUMER) });
    const { Credentials: session } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${CONSUMER}:role/caller`,
        RoleSessionName: "test",
      }),
    );
    const credentials = {
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken ?? "",
    };
    const lambda = new LambdaClient({ ...settings, credentials });
    const attempt = (Qualifier?: string) =>
      refusal(lambda.send(new InvokeCommand({ FunctionName, Qualifier })));
    expect(await attempt()).toBe(
      `AccessDeniedException: User: arn:aws:sts::${CONSUMER}:assumed-role/caller/test is not authorized to perform: lambda:InvokeFunction on resource: ${ARN}`,
    );
    await setRolePolicy(consumer, "caller", allow(["lambda:InvokeFunction"], `${ARN}:live`));
    expect(await attempt()).toMatch(/^AccessDeniedException/);
    expect(await attempt("live")).toBe("accepted");
  });

  it.each([
    ["an unknown function", { FunctionName: "nobody" }, /^ResourceNotFoundException: .*nobody$/],
    ["an unknown alias", { Qualifier: "nobody" }, /^ResourceNotFoundException: .*invoked:nobody/],
    ["a payload that is not JSON", { Payload: "{" }, /^InvalidRequestContentException/],
    ["an asynchronous call", { InvocationType: "Event" as const }, /must be RequestResponse or/],
  ])("fails for %s", async (_, settings, message) => {
    expect(await refusal(invoke({}, settings))).toMatch(message);
  });

  it("fails for a caller of another account", async () => {
    expect(await refusal(producer.lambda.send(new InvokeCommand({ FunctionName: ARN })))).toMatch(
      /^AccessDeniedException/,
    );
  });
});
