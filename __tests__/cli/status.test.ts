import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Account } from "../../cli/src/accounts";
import { found, unknown } from "../../pipeline/fact";
import type { Pipeline } from "../../cli/src/pipeline";
import { statusOf } from "../../cli/src/status/measure";
import { recordedAccount, type Answers } from "./recorded";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/efo:1700000000`;
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const end = new Date("2026-11-26T12:00:00Z");
const window = { start: new Date(Number(end) - 300_000), end };

const minutesAgo = (minutes: number) => new Date(Number(end) - minutes * 60_000);

type Values = Readonly<Record<string, number[]>>;

/** Answers GetMetricData by `namespace name dimension=value ... statistic`. */
const metrics = (values: Values): Answers => ({
  "lambda:GetFunctionConcurrency": () => ({}),
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
      const Values = values[key.join(" ")] ?? [];
      return { Id, Values, Timestamps: Values.map((_, index) => minutesAgo(index + 1)) };
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
    expect(await statusOf(pipeline(reader, owner), window)).toEqual({
      stream: STREAM,
      function: FUNCTION,
      mapping: "a-mapping",
      state: "Enabled",
      lastBatchAt: "2026-11-26T11:59:00.000Z",
      reservedConcurrency: -1,
      lagMilliseconds: 4000,
      recordsInPerMinute: 60,
      recordsReadPerMinute: 30,
      errors: 3,
      throttles: 0,
      failures: { waiting: 3, oldestSeconds: 3600, secondsLeft: 23 * 3600 },
      retentionHours: 24,
      verdict: "wrong",
      problems: ["3 failed batches wait; the oldest can be read for 23 h at most"],
      unknown: [],
    });
  });

  it("measures shared throughput by the function's IteratorAge, and each shard where the stream does", async () => {
    const one = pipeline(reader, owner, { isShared: true, shardLevelMetrics: ["ALL"] });
    expect(await statusOf(one, window)).toMatchObject({
      lagMilliseconds: 700,
      lagMillisecondsByShard: { "shard-0": 10, "shard-1": 2000 },
      recordsReadPerMinute: 15,
    });
  });

  it("counts what the mapping itself polled where it is measured", async () => {
    const one = pipeline(reader, owner, { isCounted: true });
    expect(await statusOf(one, window)).toMatchObject({ recordsReadPerMinute: 20 });
  });

  it("has no figure where there is no data, which is not 0", async () => {
    const idle = (id: string) => recordedAccount(id, { ...metrics({}), ...QUEUE_ANSWERS });
    const status = await statusOf(pipeline(idle("222222222222"), idle("111111111111")), window);
    expect(status.lagMilliseconds).toBeUndefined();
    expect(status.errors).toBeUndefined();
    expect(status.recordsInPerMinute).toBeUndefined();
    expect(status.failures).toEqual({ waiting: 3 });
  });

  it("looks a day back for the last batch, which the function got in whichever account", async () => {
    const windows: Record<string, Date>[] = [];
    const recording = recordedAccount("222222222222", {
      ...metrics({}),
      ...QUEUE_ANSWERS,
      "cloudwatch:GetMetricData": ({ StartTime, EndTime }: Readonly<Record<string, Date>>) => {
        windows.push({ StartTime: StartTime!, EndTime: EndTime! });
        return {};
      },
    });

    expect((await statusOf(pipeline(recording, owner), window)).lastBatchAt).toBeUndefined();
    expect(windows).toContainEqual({ StartTime: minutesAgo(24 * 60), EndTime: end });
  });

  it("says what it could not look at, and shows the rest", async () => {
    const denied: Account = { id: "111111111111", access: unknown("no credentials") };
    const status = await statusOf(pipeline(reader, denied), window);
    expect(status).toMatchObject({ errors: 3, unknown: ["no credentials"] });
    expect(status.lagMilliseconds).toBe(700);
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
    expect((await statusOf(one, window)).failures).toEqual({ waiting: 2, oldestSeconds: 60 });
  });
});

describe("status of a destination", () => {
  const failuresOf = async (answers: Answers, changes: Partial<Pipeline> = {}) => {
    const account = recordedAccount("222222222222", { ...metrics(OF_FUNCTION), ...answers });
    const { failures, unknown: why } = await statusOf(
      { ...pipeline(account, owner), ...changes },
      window,
    );
    return { failures, why };
  };
  const inQueue = (Attributes: Readonly<Record<string, string>>): Answers => ({
    ...QUEUE_ANSWERS,
    "sqs:GetQueueAttributes": () => ({ Attributes }),
  });
  const bucket = { destination: { arn: "arn:aws:s3:::reports", service: "s3" } } as const;

  it.each([
    ["no destination", undefined],
    ["a topic, which keeps nothing", { arn: QUEUE.replace("sqs", "sns"), service: "sns" }],
  ] as const)("has no figures of %s", async (_, destination) => {
    const { destination: _queue, ...rest } = pipeline(reader, owner);
    const one: Pipeline = { ...rest, ...(destination && { destination }) };

    expect(await statusOf(one, window)).toMatchObject({ failures: undefined, unknown: [] });
  });

  it("does not look into another account", async () => {
    const arn = QUEUE.replace("222222222222", "333333333333");

    expect(await failuresOf({}, { destination: { arn, service: "sqs" } })).toEqual({
      failures: undefined,
      why: [`the destination ${arn} is in account 333333333333`],
    });
  });

  it("asks for the queue by its name, and for what it tells", async () => {
    const inputs: object[] = [];
    await failuresOf({
      "sqs:GetQueueUrl": (input: object) => {
        inputs.push(input);
        return { QueueUrl: "http://queue" };
      },
      "sqs:GetQueueAttributes": (input: object) => {
        inputs.push(input);
        return {};
      },
    });

    expect(inputs).toEqual([
      { QueueName: "failed" },
      {
        QueueUrl: "http://queue",
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "MessageRetentionPeriod",
        ],
      },
    ]);
  });

  it.each([
    ["nothing waits, whatever was there before", {}, { waiting: 0 }],
    [
      "the queue keeps reports for less time than the stream keeps records",
      { ApproximateNumberOfMessages: "1", MessageRetentionPeriod: "7200" },
      { waiting: 1, oldestSeconds: 3600, secondsLeft: 3600 },
    ],
    [
      "the oldest report is as good as gone",
      { ApproximateNumberOfMessages: "1", MessageRetentionPeriod: "60" },
      { waiting: 1, oldestSeconds: 3600, secondsLeft: 0 },
    ],
    [
      "only the stream's retention is known",
      { ApproximateNumberOfMessagesNotVisible: "1" },
      { waiting: 1, oldestSeconds: 3600, secondsLeft: 23 * 3600 },
    ],
  ])("tells how long is left if %s", async (_, attributes, expected) => {
    const { failures } = await failuresOf(inQueue(attributes));

    expect(failures).toEqual(expected);
  });

  it("does not tell how long is left if no retention is known", async () => {
    const { stream } = pipeline(reader, owner);
    const changes = { stream: { ...stream, summary: unknown<never>("not asked") } };

    const { failures } = await failuresOf(inQueue({ ApproximateNumberOfMessages: "1" }), changes);

    expect(failures).toEqual({ waiting: 1, oldestSeconds: 3600 });
  });

  it("has no age of an empty bucket", async () => {
    expect((await failuresOf({ "s3:ListObjectsV2": () => ({}) }, bucket)).failures).toEqual({
      waiting: 0,
    });
  });
});

describe("status of shards", () => {
  const shards = async (shardLevelMetrics: string[], isShared = true) =>
    (await statusOf(pipeline(reader, owner, { isShared, shardLevelMetrics }), window))
      .lagMillisecondsByShard;

  it.each([
    [["IncomingBytes", "IteratorAgeMilliseconds"], true, { "shard-0": 10, "shard-1": 2000 }],
    [["IncomingBytes"], true, undefined],
    [["ALL"], false, undefined],
  ])("are there with the metrics %j, shared throughput: %s", async (names, isShared, expected) => {
    expect(await shards(names, isShared)).toEqual(expected);
  });

  it("leaves out a shard without data", async () => {
    const quiet = recordedAccount("111111111111", {
      ...metrics({ ...OF_STREAM, [SHARD_0]: [] }),
      "kinesis:ListShards": () => ({ Shards: [{ ShardId: "shard-0" }, { ShardId: "shard-1" }] }),
    });
    const one = pipeline(reader, quiet, { isShared: true, shardLevelMetrics: ["ALL"] });

    expect((await statusOf(one, window)).lagMillisecondsByShard).toEqual({ "shard-1": 2000 });
  });

  it("are the open ones of the stream", async () => {
    const inputs: object[] = [];
    const recording = recordedAccount("111111111111", {
      ...metrics(OF_STREAM),
      "kinesis:ListShards": (input: { NextToken?: string }) => {
        inputs.push(input);
        return input.NextToken ? {} : { NextToken: "more" };
      },
    });
    await statusOf(
      pipeline(reader, recording, { isShared: true, shardLevelMetrics: ["ALL"] }),
      window,
    );

    expect(inputs).toEqual([
      { StreamARN: STREAM, ShardFilter: { Type: "AT_LATEST" } },
      { NextToken: "more" },
    ]);
  });
});

const SHARD_0 = "AWS/Kinesis IteratorAgeMilliseconds StreamName=clicks ShardId=shard-0 Maximum";
