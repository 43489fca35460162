import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListAliasesCommand,
  ListEventSourceMappingsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateAliasCommandInput,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { Delivery } from "../../local/aws/batch";
import { refusal } from "./refusal";
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

const deliveries: Delivery[] = [];
const { producer, consumer } = useTwoAccounts({
  onDelivered: (delivery) => deliveries.push(delivery),
});

/** Logs the name of the code, the version and the environment for each record. */
const code = (name: string) => `exports.handler = async ({ Records }, context) => {
  for (const { kinesis } of Records) {
    const data = Buffer.from(kinesis.data, "base64").toString();
    process.stdout.write(["RAN", "${name}", context.functionVersion, process.env.COLOR,
      context.invokedFunctionArn.split(":")[7], data].join(" ") + "\\n");
  }
};`;
const zip = (name: string) => zipSync({ "index.js": strToU8(code(name)) });

const publishCode = async (FunctionName: string, name: string) => {
  const update = new UpdateFunctionCodeCommand({
    FunctionName,
    ZipFile: zip(name),
    Publish: true,
  });
  return (await consumer.lambda.send(update)).Version;
};

const moveAlias = (FunctionName: string, settings: Partial<UpdateAliasCommandInput>) =>
  consumer.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", ...settings }));

/** A mapping that invokes the alias `live`, which points to version 1 with the code `one`. */
async function connectAlias(name: string, settings: object = {}): Promise<string> {
  const stream = await makeStream(producer, name, 2);
  const { uuid: UUID } = await connect(producer, consumer, name, stream, code("one"), {
    mapping: settings,
    function: { Publish: true, Environment: { Variables: { COLOR: "blue" } } },
  });
  await consumer.lambda.send(
    new CreateAliasCommand({ FunctionName: name, Name: "live", FunctionVersion: "1" }),
  );
  await consumer.lambda.send(
    new UpdateEventSourceMappingCommand({ UUID, FunctionName: `${name}:live` }),
  );
  const updated = await until(async () => {
    const now = await mapping(consumer, UUID);
    return now.State === "Enabled" && now;
  });
  expect(updated.FunctionArn).toBe(`arn:aws:lambda:${REGION}:${CONSUMER}:function:${name}:live`);
  return stream;
}

/** The logged executions: `CODE VERSION COLOR QUALIFIER DATA`. */
async function executions(name: string): Promise<string[]> {
  return (await messages(consumer, name))
    .filter((line) => line.startsWith("RAN "))
    .map((line) => line.trim().slice(4));
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: `key-${index % 8}`,
    data: String(from + index),
  }));

describe("versions and aliases", () => {
  const FunctionName = "api";
  beforeAll(async () => {
    const role = await makeRole(consumer, "api");
    await makeFunction(consumer, FunctionName, role, code("one"), { Publish: true });
  });

  it("are published, and only when something has changed", async () => {
    const unchanged = await consumer.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(unchanged).toMatchObject({
      Version: "1",
      FunctionArn: `arn:aws:lambda:${REGION}:${CONSUMER}:function:api:1`,
      LoggingConfig: { LogFormat: "Text" },
    });
    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        LoggingConfig: { LogFormat: "JSON" },
      }),
    );
    expect(await publishCode(FunctionName, "two")).toBe("2");
    const { Versions = [] } = await consumer.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName }),
    );
    expect(Versions.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "2"]);
    const read = async (Qualifier: string) =>
      consumer.lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    const [first, second] = [await read("1"), await read("2")];
    expect(first.LoggingConfig?.LogFormat).toBe("Text");
    expect(second.LoggingConfig?.LogFormat).toBe("JSON");
    expect(first.CodeSha256).not.toBe(second.CodeSha256);
  });

  it("are created, read, changed, listed and deleted", async () => {
    const Name = "live";
    const created = await consumer.lambda.send(
      new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1" }),
    );
    expect(created.AliasArn).toBe(`arn:aws:lambda:${REGION}:${CONSUMER}:function:api:live`);
    const RoutingConfig = { AdditionalVersionWeights: { "2": 0.25 } };
    await moveAlias(FunctionName, { RoutingConfig });
    const read = new GetAliasCommand({ FunctionName, Name });
    expect(await consumer.lambda.send(read)).toMatchObject({ FunctionVersion: "1", RoutingConfig });
    const { Configuration } = await consumer.lambda.send(
      new GetFunctionCommand({ FunctionName, Qualifier: Name }),
    );
    expect(Configuration).toMatchObject({ Version: "1", FunctionArn: created.AliasArn });
    const { Aliases } = await consumer.lambda.send(new ListAliasesCommand({ FunctionName }));
    expect(Aliases).toHaveLength(1);
    await consumer.lambda.send(new DeleteAliasCommand({ FunctionName, Name }));
    expect(await refusal(consumer.lambda.send(read))).toMatch(/^ResourceNotFoundException/);
  });

  it.each([
    ["two additional versions", { "1": 0.1, "2": 0.1 }, "1", /must have one version, got 2/],
    ["a weight above 1", { "2": 1.5 }, "1", /must be between 0.0 and 1.0, got 1.5/],
    ["weights beside $LATEST", { "2": 0.5 }, "$LATEST", /must point to published versions/],
    ["the same version twice", { "1": 0.5 }, "1", /must name another version/],
    ["an unknown version", { "9": 0.5 }, "1", /version does not exist: .*:function:api:9/],
  ])("fail when an alias has %s", async (_, weights, FunctionVersion, message) => {
    const create = new CreateAliasCommand({
      FunctionName,
      Name: "refused",
      FunctionVersion,
      RoutingConfig: { AdditionalVersionWeights: weights },
    });
    expect(await refusal(consumer.lambda.send(create))).toMatch(message);
  });

  it("never get the number of a deleted one", async () => {
    for (const Qualifier of ["1", "2"]) {
      await consumer.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
    }
    expect(await publishCode(FunctionName, "three")).toBe("3");
  });
});

describe("a mapping of an alias", () => {
  it("loses no record while code is replaced and the alias moves there and back", async () => {
    const name = "rollout";
    const stream = await connectAlias(name, { BatchSize: 5 });
    const seen = (count: number) =>
      until(async () => {
        const lines = await executions(name);
        return lines.length >= count && lines;
      });
    const versionsOf = (lines: string[], from: number, to: number) => [
      ...new Set(
        lines
          .filter((line) => Number(line.split(" ")[4]) >= from)
          .filter((line) => Number(line.split(" ")[4]) < to)
          .map((line) => line.split(" ").slice(0, 4).join(" ")),
      ),
    ];

    await put(producer, stream, numbered(0, 40));
    // The alias still points to version 1 while the code and the configuration of $LATEST change.
    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: name,
        Environment: { Variables: { COLOR: "green" } },
      }),
    );
    const version = await publishCode(name, "two");
    expect(version).toBe("2");
    await put(producer, stream, numbered(40, 40));
    await seen(80);
    const loading = put(producer, stream, numbered(80, 40));
    await moveAlias(name, { FunctionVersion: version });
    await loading;
    await seen(120);
    await put(producer, stream, numbered(120, 40));
    await seen(160);
    await moveAlias(name, { FunctionVersion: "1" });
    await put(producer, stream, numbered(160, 40));

    const lines = await seen(200);
    const data = lines.map((line) => Number(line.split(" ")[4]));
    expect(data.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, at) => at));
    expect(versionsOf(lines, 0, 80)).toEqual(["one 1 blue live"]);
    const during = versionsOf(lines, 80, 120);
    expect(["one 1 blue live", "two 2 green live"]).toEqual(expect.arrayContaining(during));
    expect(versionsOf(lines, 120, 160)).toEqual(["two 2 green live"]);
    expect(versionsOf(lines, 160, 200)).toEqual(["one 1 blue live"]);
    const delivered = deliveries.filter(({ functionArn }) => functionArn.endsWith(`:${name}:live`));
    expect(delivered.flatMap(({ records }) => records)).toHaveLength(200);
    expect(new Set(delivered.map(({ executedVersion }) => executedVersion))).toEqual(
      new Set(["1", "2"]),
    );
  });

  it("sends batches to both versions of a weighted alias, in warm environments", async () => {
    const name = "weighted";
    const stream = await connectAlias(name, { BatchSize: 1 });
    await publishCode(name, "two");
    await moveAlias(name, { RoutingConfig: { AdditionalVersionWeights: { "2": 0.5 } } });
    await put(producer, stream, numbered(0, 60));
    const lines = await until(async () => {
      const found = await executions(name);
      return found.length >= 60 && found;
    });
    // With weights of one half, the probability of fewer than 10 of 60 is below one in a million.
    expect(lines.filter((line) => line.startsWith("one 1")).length).toBeGreaterThan(9);
    expect(lines.filter((line) => line.startsWith("two 2")).length).toBeGreaterThan(9);
    expect(lines).toHaveLength(60);
  });

  it("sets its result while the alias does not exist, and resumes with it", async () => {
    const name = "missing";
    const stream = await connectAlias(name);
    const alias = { FunctionName: name, Name: "live" };
    await consumer.lambda.send(new DeleteAliasCommand(alias));
    await put(producer, stream, numbered(0, 4));
    const { FunctionArn = "" } = await until(async () => {
      const { EventSourceMappings: [found] = [] } = await consumer.lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: `${name}:live` }),
      );
      return found?.LastProcessingResult?.includes("Function not found") && found;
    });
    expect(FunctionArn).toMatch(/:missing:live$/);
    expect(await executions(name)).toEqual([]);
    await consumer.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1" }));
    await until(async () => (await executions(name)).length === 4);
    expect((await executions(name)).every((line) => line.startsWith("one 1"))).toBe(true);
  });
});
