import * as fs from "node:fs";
import * as path from "node:path";
import type { DeploymentSettings } from "../../cli/src/adopt/adoption";
import { programOf } from "../../cli/src/adopt/program";
import { compilerErrors, synthesizeProgram } from "../helpers/programs";
import { pathWithStandIn } from "../helpers/terraform-stand-in";
import { synthesizeMain } from "../terraform/harness";
import { adoption, MAPPING, streamPolicy, summary } from "./adoption";
import { gone, KEY, ROLE, STREAM } from "./recorded-pipeline";

const OTHER = "arn:aws:kinesis:eu-west-1:111111111111:stream/orders";

const allow = (Action: string[], AWS: string, more: object = {}) => ({
  ...{ Effect: "Allow", Principal: { AWS }, Action, Resource: STREAM },
  ...more,
});

/** A mapping for each UUID, with what differs from a registered consumer's. */
const mappings = (changes: Readonly<Record<string, object>>) => ({
  "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) => ({
    ...MAPPING,
    UUID,
    ...changes[UUID],
  }),
});

/** Answers and references of pipelines that differ as much as possible. */
const PIPELINES: Readonly<Record<string, Parameters<typeof adoption>>> = {
  "with the library's defaults": [],
  "with everything that differs from them": [
    {
      ...summary({
        StreamModeDetails: { StreamMode: "PROVISIONED" },
        RetentionPeriodHours: 48,
        EncryptionType: "NONE",
        EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
      }),
      ...streamPolicy(
        allow(["kinesis:PutRecord", "kinesis:PutRecords"], "444444444444"),
        allow(["kinesis:ListShards"], ROLE, {
          Condition: { Bool: { "aws:SecureTransport": true } },
        }),
        allow(["kinesis:GetRecords"], "333333333333", { Sid: "Others" }),
      ),
      "kinesis:ListTagsForStream": () => ({ Tags: [{ Key: "cost-center", Value: 'a "b"' }] }),
      "lambda:ListTags": () => ({ Tags: { team: "analytics" } }),
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "a-url" }),
      "sqs:GetQueueAttributes": () => ({
        Attributes: { KmsMasterKeyId: KEY.replace("111111111111", "222222222222") },
      }),
      ...mappings({
        "a-mapping": {
          StartingPosition: "AT_TIMESTAMP",
          StartingPositionTimestamp: new Date("2026-01-31T08:00:00Z"),
          FilterCriteria: {
            Filters: [{ Pattern: '{"data":{"an amount":[{"numeric":[">",1]}]}}' }],
          },
          MetricsConfig: { Metrics: ["EventCount"] },
          DestinationConfig: {
            OnFailure: { Destination: "arn:aws:sqs:eu-west-1:222222222222:failures" },
          },
        },
        shared: {
          EventSourceArn: STREAM,
          State: "Disabled",
          DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::failures" } },
        },
      }),
    },
    [{}, { sourceArn: STREAM, uuid: "shared" }],
  ],
  "of two streams": [
    mappings({ clicks: { EventSourceArn: STREAM }, orders: { EventSourceArn: OTHER } }),
    [
      { sourceArn: STREAM, uuid: "clicks" },
      { sourceArn: OTHER, uuid: "orders" },
    ],
  ],
};

// cdktf asks Terraform for its version before it writes imports.
process.env.PATH = pathWithStandIn();

describe("adopt --program", () => {
  const settingsOf = async (name: string): Promise<DeploymentSettings[]> => {
    const streams = await adoption(...PIPELINES[name]!);
    expect(streams.flatMap(({ refused }) => refused)).toEqual([]);
    return streams.map((one) => one.settings!);
  };

  it("writes what compiles under strict", async () => {
    const all = await Promise.all(Object.keys(PIPELINES).map(settingsOf));

    expect(compilerErrors(...all.map(programOf))).toEqual([]);
  });

  it.each(Object.keys(PIPELINES))(
    "imports and creates the same as the settings, for pipelines %s",
    async (name) => {
      const settings = await settingsOf(name);

      const own = synthesizeProgram(programOf(settings));
      const ofApp = path.join(synthesizeMain({ deployments: settings }), "stacks");

      expect(fs.readdirSync(own).sort()).toEqual(settings.map((one) => one.name).sort());
      for (const { name: stack, imports: ids } of settings) {
        const [written, expected] = [own, ofApp].map((stacks) => {
          const file = path.join(stacks, stack, "cdk.tf.json");
          const all = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
          const { import: imports, resource, data, provider } = all;
          return { imports, resource, data, provider };
        });
        expect(written?.imports).toHaveLength(Object.keys(ids).length);
        expect(written).toEqual(expected);
      }
    },
  );
});
