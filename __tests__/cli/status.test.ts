import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Account } from "../../cli/src/accounts";
import { found, unknown } from "../../pipeline/fact";
import type { Pipeline } from "../../cli/src/pipeline";
import { measure } from "../../cli/src/status/measure";
import { recordedAccount, type Answers } from "./recorded";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/efo:1700000000`;
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const end = new Date("2026-11-26T12:00:00Z");
const window = { start: new Date(Number(end) - 300_000), end };

type Values = Readonly<Record<string, number[]>>;

/** Answers GetMetricData by `namespace name dimension=value ... statistic`. */
const metrics = (values: Values): Answers => ({
  "cloudwatch:GetMetricData": ({
    MetricDataQueries,
  }: {
    MetricDataQueries: MetricDataQuery[];
  }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: stat }) => {
      const dimensions = stat?.Metric?.Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`);
      const key = [
        stat?.Metric?.Namespace,
        stat?.Metric?.MetricName,
        ...(dimensions ?? []),
        stat?.Stat,
      ];
      return { Id, Values: values[key.join(" ")] ?? [] };
    }),
  }),
});

const QUEUE_ANSWERS: Answers = {
  "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
  "sqs:GetQueueAttributes": () => ({
    Attributes: {
      ApproximateNumberOfMessages: "2",
      ApproximateNumberOfMessagesNotVisible: "1",
      MessageRetentionPeriod: "1209600",
    },
  }),
};

function pipeline(
  functionAccount: Account,
  streamAccount: Account,
  { isShared = false, isCounted = false, shardLevelMetrics = [] as string[] } = {},
): Pipeline {
  return {
    region: "eu-west-1",
    stream: {
      arn: STREAM,
      name: "clicks",
      account: streamAccount,
      summary: found({
        StreamName: "clicks",
        StreamARN: STREAM,
        StreamStatus: "ACTIVE",
        RetentionPeriodHours: 24,
        StreamCreationTimestamp: end,
        OpenShardCount: 2,
        EnhancedMonitoring: [{ ShardLevelMetrics: shardLevelMetrics as never }],
      }),
    },
    ...(!isShared && {
      consumer: { arn: CONSUMER, name: "efo" },
    }),
    role: { arn: undefined },
    function: {
      arn: FUNCTION,
      name: "analytics",
      account: functionAccount,
      configuration: unknown("not asked"),
    },
    mapping: {
      uuid: "a-mapping",
      sourceArn: isShared ? STREAM : CONSUMER,
      configuration: found({
        State: "Enabled",
        ...(isCounted && { MetricsConfig: { Metrics: ["EventCount"] } }),
      }),
    },
    destination: { arn: QUEUE, service: "sqs" },
  };
}

const OF_FUNCTION: Values = {
  "AWS/Lambda Errors FunctionName=analytics Sum": [1, 0, 2],
  "AWS/Lambda Throttles FunctionName=analytics Sum": [0],
  "AWS/Lambda IteratorAge FunctionName=analytics Maximum": [700, 900],
  "AWS/Lambda PolledEventCount EventSourceMappingUUID=a-mapping Sum": [50, 50],
  "AWS/SQS ApproximateAgeOfOldestMessage QueueName=failed Maximum": [3600, 3540],
};

const OF_STREAM: Values = {
  "AWS/Kinesis IncomingRecords StreamName=clicks Sum": [100, 200],
  "AWS/Kinesis SubscribeToShardEvent.Records StreamName=clicks ConsumerName=efo Sum": [150],
  "AWS/Kinesis SubscribeToShardEvent.MillisBehindLatest StreamName=clicks ConsumerName=efo Maximum":
    [4000, 9000],
  "AWS/Kinesis GetRecords.Records StreamName=clicks Sum": [75],
  "AWS/Kinesis IteratorAgeMilliseconds StreamName=clicks ShardId=shard-0 Maximum": [10],
  "AWS/Kinesis IteratorAgeMilliseconds StreamName=clicks ShardId=shard-1 Maximum": [2000],
};

const reader = recordedAccount("222222222222", { ...metrics(OF_FUNCTION), ...QUEUE_ANSWERS });
const owner = recordedAccount("111111111111", {
  ...metrics(OF_STREAM),
  "kinesis:ListShards": ({ NextToken }: { NextToken?: string }) =>
    NextToken
      ? { Shards: [{ ShardId: "shard-1" }] }
      : { Shards: [{ ShardId: "shard-0" }], NextToken: "more" },
});

describe("status", () => {
  it("measures enhanced fan-out in the stream's account", async () => {
    expect(await measure(pipeline(reader, owner), window)).toEqual({
      stream: STREAM,
      function: FUNCTION,
      mapping: "a-mapping",
      state: "Enabled",
      lagMilliseconds: 4000,
      recordsInPerMinute: 60,
      recordsReadPerMinute: 30,
      errors: 3,
      throttles: 0,
      failures: { waiting: 3, oldestSeconds: 3600, secondsLeft: 23 * 3600 },
      retentionHours: 24,
      unknown: [],
    });
  });

  it("measures shared throughput by the function's IteratorAge, and each shard where the stream does", async () => {
    const one = pipeline(reader, owner, { isShared: true, shardLevelMetrics: ["ALL"] });
    expect(await measure(one, window)).toMatchObject({
      lagMilliseconds: 700,
      lagMillisecondsByShard: { "shard-0": 10, "shard-1": 2000 },
      recordsReadPerMinute: 15,
    });
  });

  it("counts what the mapping itself polled where it is measured", async () => {
    const one = pipeline(reader, owner, { isCounted: true });
    expect(await measure(one, window)).toMatchObject({ recordsReadPerMinute: 20 });
  });

  it("has no figure where there is no data, which is not 0", async () => {
    const idle = (id: string) => recordedAccount(id, { ...metrics({}), ...QUEUE_ANSWERS });
    const status = await measure(pipeline(idle("222222222222"), idle("111111111111")), window);
    expect(status.lagMilliseconds).toBeUndefined();
    expect(status.errors).toBeUndefined();
    expect(status.recordsInPerMinute).toBeUndefined();
    expect(status.failures).toEqual({ waiting: 3 });
  });

  it("says what it could not look at, and shows the rest", async () => {
    const denied: Account = { id: "111111111111", access: unknown("no credentials") };
    const status = await measure(pipeline(reader, denied), window);
    expect(status).toMatchObject({ errors: 3, unknown: ["no credentials"] });
    expect(status.lagMilliseconds).toBeUndefined();
  });

  it("counts the reports in a bucket, whose records do not expire with the stream", async () => {
    const bucket = recordedAccount("222222222222", {
      ...metrics(OF_FUNCTION),
      "s3:ListObjectsV2": ({ Prefix }: { Prefix: string }) => ({
        Contents:
          Prefix === "aws/lambda/a-mapping/"
            ? [{ LastModified: end }, { LastModified: new Date(Number(end) - 60_000) }]
            : [],
      }),
    });
    const one: Pipeline = {
      ...pipeline(bucket, owner),
      destination: { arn: "arn:aws:s3:::reports", service: "s3" },
    };
    expect((await measure(one, window)).failures).toEqual({ waiting: 2, oldestSeconds: 60 });
  });
});
