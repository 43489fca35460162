import { TerraformVariable } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { CrossAccountConsumer, PipelineMonitoring, ProducerStream } from "../../modules";
import { FUNCTION_PROPERTIES } from "../../modules/cross-account-consumer/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping-properties";
import { MONITORING_PROPERTIES } from "../../modules/monitoring/monitoring-properties";
import { principalArn } from "../../modules/policies/principals";
import { STREAM_PROPERTIES } from "../../modules/producer-stream/stream-properties";
import { fixOf, type Property } from "../../modules/properties/property";
import { mustBe } from "../../modules/properties/sentences";
import { CODE, describeWithTerraform, initialize, scratch, synthesize } from "./harness";

jest.setTimeout(120_000);

const GOOD = {
  retention: 48,
  batch: 10,
  memory: 512,
  timestamp: "2026-01-31T08:00:00Z",
  writer: "arn:aws:iam::555555555555:role/writer",
  alarms: "orders",
};

/** Leaves 124 of the 255 characters of an alarm's name. */
const LONG_ID = "a".repeat(109);

/** A stack whose settings are Terraform variables. */
const synthesizeVariables = (): string =>
  synthesize((stack, provider) => {
    const variable = (name: string, type: string): TerraformVariable =>
      new TerraformVariable(stack, name, { type });
    const stream = new ProducerStream(stack, "stream", {
      provider: provider("producer", "111111111111"),
      streamName: "orders",
      retentionPeriodHours: variable("retention", "number").numberValue,
    });
    stream.grantWrite(variable("writer", "string").stringValue);
    const consumer = new CrossAccountConsumer(stack, LONG_ID, {
      provider: provider("analytics", "222222222222"),
      stream,
      consumerName: "analytics",
      code: CODE(),
      batchSize: variable("batch", "number").numberValue,
      memorySizeMb: variable("memory", "number").numberValue,
      startingPosition: "AT_TIMESTAMP" as never,
      startingPositionTimestamp: variable("timestamp", "string").stringValue,
    });
    new PipelineMonitoring(stack, "monitoring", {
      stream,
      consumers: [consumer],
      name: variable("alarms", "string").stringValue,
      dashboards: false,
    });
  });

describeWithTerraform("a value that only Terraform knows", () => {
  let directory: string;

  beforeAll(async () => {
    directory = await initialize(synthesizeVariables());
  });

  const flagsOf = (values: object): string[] =>
    Object.entries({ ...GOOD, ...values }).map(([name, value]) => `-var=${name}=${value}`);

  const planWith = async (values: object): Promise<string> => {
    const terraform = await findTerraform();
    const flags = flagsOf(values);
    try {
      await terraform.run(directory, "plan", "-no-color", ...flags);
      return "";
    } catch (error) {
      // Terraform puts errors in a frame and wraps their lines.
      return (error as Error).message.replace(/[╷│╵\s]+/g, " ");
    }
  };

  it("passes the plan if it is valid", async () => {
    expect(await planWith({})).toBe("");
  });

  it("starts a mapping at a time in the notation that the provider reads back", async () => {
    const terraform = await findTerraform();
    const { resource } = JSON.parse(
      fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
    ) as { resource: Record<string, Record<string, { starting_position_timestamp?: string }>> };
    const [mapping] = Object.values(resource.aws_lambda_event_source_mapping ?? {});
    const timestamps = {
      "2026-01-31T08:00:00.999Z": "2026-01-31T08:00:00Z",
      "2026-01-31T10:30:00.5+02:30": "2026-01-31T08:00:00Z",
      "2026-01-31T23:30:00-05:45": "2026-02-01T05:15:00Z",
    };
    // Evaluates only the mapping's expression, which needs no provider and no plan of the stack.
    const alone = scratch();
    fs.writeFileSync(
      path.join(alone, "main.tf.json"),
      JSON.stringify({
        output: Object.fromEntries(
          Object.keys(timestamps).map((given, index) => [
            `t${index}`,
            {
              value: mapping?.starting_position_timestamp?.replaceAll(
                "var.timestamp",
                JSON.stringify(given),
              ),
            },
          ]),
        ),
      }),
    );
    await terraform.run(alone, "init");
    await terraform.run(alone, "apply", "-auto-approve");
    const outputs = JSON.parse(await terraform.run(alone, "output", "-json")) as Record<
      string,
      { value: string }
    >;

    expect(Object.values(outputs).map(({ value }) => value)).toEqual(Object.values(timestamps));
  });

  const { retentionPeriodHours } = STREAM_PROPERTIES;
  const { memorySizeMb } = FUNCTION_PROPERTIES;
  const { batchSize, startingPositionTimestamp } = MAPPING_PROPERTIES;
  const writer = { kind: principalArn, fix: "grant an account, a role or a user" };

  it.each<[object, Record<string, readonly [Property<unknown>, string]>, ...sentences: string[]]>([
    [
      { retention: 23, memory: 127 },
      { retentionPeriodHours: [retentionPeriodHours, "23"], memorySizeMb: [memorySizeMb, "127"] },
    ],
    [
      { batch: 1.5, timestamp: "2999-01-01T00:00:00Z", alarms: "n".repeat(125) },
      {
        batchSize: [batchSize, "1.5"],
        startingPositionTimestamp: [startingPositionTimestamp, "2999-01-01T00:00:00Z"],
      },
      `'consumers[0]' must be a consumer whose alarms have names of at most 255 characters, got ${"n".repeat(125)}-${LONG_ID}-destination-failures; shorten the construct id of the consumer, or 'name'`,
    ],
    [
      { timestamp: "yesterday" },
      { startingPositionTimestamp: [startingPositionTimestamp, "yesterday"] },
    ],
    [
      { writer: "arn:aws:iam::555555555555:role/*", alarms: "my alarms" },
      {
        principalArn: [writer, "arn:aws:iam::555555555555:role/*"],
        name: [MONITORING_PROPERTIES.name, "my alarms"],
      },
    ],
  ])("fails the plan with the sentence of a literal: %j", async (values, broken, ...sentences) => {
    const message = await planWith(values);

    for (const [name, [declaration, got]] of Object.entries(broken)) {
      expect(message).toContain(mustBe(name, declaration.kind.rule, got, fixOf(declaration)));
    }
    for (const sentence of sentences) {
      expect(message).toContain(sentence);
    }
  });
});
