import {
  allow,
  changed,
  MAPPING,
  type pipelines,
  READ,
  WRITE,
  streamPolicy,
  summary,
} from "./adoption";
import { change, planOf } from "../app/explain/plans";
import type { Answers } from "./recorded";
import { gone, KEY, ROLE, STREAM } from "./recorded-pipeline";

const OTHER = "arn:aws:kinesis:eu-west-1:111111111111:stream/orders";

/** Answers of a stream and a mapping in which nothing is the default of the library. */
export const EVERYTHING: Answers = {
  ...summary({
    StreamModeDetails: { StreamMode: "PROVISIONED" },
    RetentionPeriodHours: 48,
    EnhancedMonitoring: [{ ShardLevelMetrics: ["OutgoingBytes", "IncomingBytes"] }],
  }),
  ...streamPolicy(allow(READ, "333333333333", { Sid: "Others" }), allow(WRITE, "444444444444")),
  "kinesis:ListTagsForStream": () => ({
    Tags: [
      { Key: "team", Value: "orders" },
      { Key: "aws:cloudformation:stack-name", Value: "orders-dev" },
    ],
  }),
  "lambda:ListTags": () => ({ Tags: { team: "analytics" } }),
  ...changed({
    State: "Disabled",
    StartingPosition: "AT_TIMESTAMP",
    StartingPositionTimestamp: new Date("2026-01-31T08:00:00.500Z"),
    BatchSize: 7,
    MaximumBatchingWindowInSeconds: 5,
    ParallelizationFactor: 2,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: false,
    FunctionResponseTypes: [],
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["order"]}}' }] },
    MetricsConfig: { Metrics: ["EventCount"] },
  }),
};

/** A mapping for each UUID, with what differs from a registered consumer's. */
const mappings = (changes: Readonly<Record<string, object>>) => ({
  "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) => ({
    ...MAPPING,
    UUID,
    ...changes[UUID],
  }),
});

type Name =
  "with the library's defaults" | "with everything that differs from them" | "of two streams";

/** Answers and references of pipelines that differ as much as possible. */
export const PIPELINES: Readonly<Record<Name, Parameters<typeof pipelines>>> = {
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

const IMPORTING = { importing: { id: "clicks" } };

/** A first plan as it should be. */
export const FIRST_PLAN = planOf(
  change("no-op", "aws_kinesis_stream", "stream", IMPORTING),
  change("update", "aws_kinesis_resource_policy", "policy", IMPORTING),
  change("create", "aws_iam_role_policy", "role-policy"),
  change("create", "aws_iam_role_policy", "on-failure-policy"),
);
