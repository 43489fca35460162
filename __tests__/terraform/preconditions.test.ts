import { TerraformVariable } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { CrossAccountConsumer, PipelineMonitoring, ProducerStream } from "../../modules";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import { MONITORING_PROPERTIES } from "../../modules/monitoring/monitoring";
import { principalArn } from "../../modules/policies/principals";
import { STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import { fixOf, type Property } from "../../modules/properties/property";
import { mustBe, render } from "../../modules/properties/problems";
import { CODE, describeWithTerraform, initialize, scratch, synthesize } from "./harness";

const GOOD = {
  name: "orders",
  batch: 10,
  timestamp: "2026-01-31T08:00:00Z",
  writer: "arn:aws:iam::555555555555:role/writer",
  share: 0.5,
};

/** A stack whose settings are Terraform variables. */
const synthesizeVariables = (): string =>
  synthesize((stack, provider) => {
    const variable = (name: string, type: string): TerraformVariable =>
      new TerraformVariable(stack, name, { type });
    const stream = new ProducerStream(stack, "stream", {
      provider: provider("producer", "111111111111"),
      streamName: variable("name", "string").stringValue,
    });
    stream.grantWrite(variable("writer", "string").stringValue);
    const consumer = new CrossAccountConsumer(stack, "consumer", {
      provider: provider("analytics", "222222222222"),
      stream,
      consumerName: "analytics",
      code: CODE(),
      batchSize: variable("batch", "number").numberValue,
      startingPosition: "AT_TIMESTAMP" as never,
      startingPositionTimestamp: variable("timestamp", "string").stringValue,
    });
    new PipelineMonitoring(stack, "monitoring", {
      stream,
      consumers: [consumer],
      name: "orders",
      iteratorAgeShareOfRetention: variable("share", "number").numberValue,
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

  const { batchSize, startingPositionTimestamp } = MAPPING_PROPERTIES;
  const { streamName } = STREAM_PROPERTIES;
  const { iteratorAgeShareOfRetention } = MONITORING_PROPERTIES;
  const writer = { type: principalArn, fix: "grant an account, a role or a user" };

  it.each<[object, Record<string, readonly [Property<unknown>, string]>]>([
    [{ name: "my stream" }, { streamName: [streamName, "my stream"] }],
    [
      { batch: 10001, timestamp: "2999-01-01T00:00:00Z" },
      {
        batchSize: [batchSize, "10001"],
        startingPositionTimestamp: [startingPositionTimestamp, "2999-01-01T00:00:00Z"],
      },
    ],
    [
      { timestamp: "yesterday" },
      { startingPositionTimestamp: [startingPositionTimestamp, "yesterday"] },
    ],
    [
      { writer: "arn:aws:iam::555555555555:role/*", share: 50 },
      {
        principalArn: [writer, "arn:aws:iam::555555555555:role/*"],
        iteratorAgeShareOfRetention: [iteratorAgeShareOfRetention, "50"],
      },
    ],
  ])("fails the plan with the sentence of a literal: %j", async (values, broken) => {
    const message = await planWith(values);

    for (const [name, [declaration, got]] of Object.entries(broken)) {
      expect(message).toContain(
        render(mustBe(name, declaration.type.rule, got, fixOf(declaration))),
      );
    }
  });
});
