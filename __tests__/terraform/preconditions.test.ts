import { TerraformVariable } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { CrossAccountConsumer, PipelineMonitoring, ProducerStream } from "../../modules";
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

/** A stack whose values only Terraform knows. */
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
      // Terraform frames and wraps its errors.
      return (error as Error).message.replace(/[╷│╵\s]+/g, " ");
    }
  };

  it("passes the plan where it keeps the rule", async () => {
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
    // The mapping's own expression for each of them. It needs no provider, so it takes no plan of the stack.
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

  it.each([
    [
      { retention: 23, memory: 127 },
      "'retentionPeriodHours' must be an integer from 24 to 8760, got 23; omit it for 24 hours",
      "'memorySizeMb' must be an integer from 128 to 10240, got 127; omit it for 256",
    ],
    [
      { batch: 1.5, timestamp: "2999-01-01T00:00:00Z", alarms: "n".repeat(125) },
      "'batchSize' must be an integer from 1 to 10000, got 1.5; omit it for 100",
      "'startingPositionTimestamp' must be a time in RFC 3339, not in the future, got 2999-01-01T00:00:00Z; write it as 2026-01-31T08:00:00Z",
      `'consumers[0]' must be a consumer whose alarms have names of at most 255 characters, got ${"n".repeat(125)}-${LONG_ID}-destination-failures; shorten the construct id of the consumer, or 'name'`,
    ],
    [
      { timestamp: "yesterday" },
      "'startingPositionTimestamp' must be a time in RFC 3339, not in the future, got yesterday; write it as 2026-01-31T08:00:00Z",
    ],
    [
      { writer: "arn:aws:iam::555555555555:role/*", alarms: "my alarms" },
      "'principalArn' must be an account id or the ARN of an account root, role or user, got arn:aws:iam::555555555555:role/*; grant an account, a role or a user",
      "'name' must be 1 to 128 letters, digits, dots, hyphens or underscores, got my alarms; omit it for the stream's name",
    ],
  ])("meets synth's own sentence where it breaks it: %j", async (values, ...sentences) => {
    const message = await planWith(values);

    for (const sentence of sentences) {
      expect(message).toContain(sentence);
    }
  });
});
