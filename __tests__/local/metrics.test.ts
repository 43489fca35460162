import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
} from "@aws-sdk/client-cloudwatch";
import { DeleteResourcePolicyCommand, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { createQueue, HANDLER, loggedData, records } from "./batch-handler";
import { refusal } from "./refusal";
import {
  allow,
  connect,
  CONSUMER,
  DEADLINE_SECONDS,
  makeConsumer,
  makeStream,
  mapping,
  PRODUCER,
  put,
  REGION,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const cloudwatch: Record<string, CloudWatchClient> = {};
const { aws, producer, consumer } = useTwoAccounts({ metricsIntervalSeconds: 1 });

beforeAll(async () => {
  for (const account of [PRODUCER, CONSUMER]) {
    cloudwatch[account] = new CloudWatchClient({
      endpoint: aws().url,
      region: REGION,
      credentials: await aws().credentials(account),
    });
  }
});

const EVENT_COUNT = { MetricsConfig: { Metrics: ["EventCount" as const] } };

interface Query {
  readonly account: string;
  readonly namespace: "AWS/Lambda" | "AWS/Kinesis" | "AWS/SQS";
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of one statistic over a period that covers the whole test; undefined without data. */
async function statistic(
  { account, namespace, dimensions }: Query,
  MetricName: string,
  Stat: string,
  since = new Date(Date.now() - 600_000),
): Promise<number | undefined> {
  await aws().flushMetrics();
  const { MetricDataResults: [result] = [] } = await cloudwatch[account]!.send(
    new GetMetricDataCommand({
      StartTime: since,
      EndTime: new Date(Date.now() + 5_000),
      MetricDataQueries: [
        {
          Id: "m",
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
            Period: 3600,
            Stat,
          },
        },
      ],
    }),
  );
  return result?.Values?.[0];
}

const ofMapping = (EventSourceMappingUUID: string): Query => ({
  account: CONSUMER,
  namespace: "AWS/Lambda",
  dimensions: { EventSourceMappingUUID },
});
const ofFunction = (FunctionName: string): Query => ({
  account: CONSUMER,
  namespace: "AWS/Lambda",
  dimensions: { FunctionName },
});
const ofQueue = (QueueName: string): Query => ({
  account: CONSUMER,
  namespace: "AWS/SQS",
  dimensions: { QueueName },
});
const ofStream = (StreamName: string, ConsumerName?: string): Query => ({
  account: PRODUCER,
  namespace: "AWS/Kinesis",
  dimensions: { StreamName, ...(ConsumerName && { ConsumerName }) },
});

describe("metrics", () => {
  it("count a mapping's events, and the function's invocations and errors", async () => {
    const name = "counted";
    const stream = await makeStream(producer, name);
    const { arn, receive } = await createQueue(consumer, name);
    const { uuid } = await connect(producer, consumer, name, stream, HANDLER, {
      mapping: {
        ...EVENT_COUNT,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arn } },
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ data: { a: [1] } }) }] },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records('{"a":1}', '{"a":2}', '{"a":1}'));
    await until(async () => (await loggedData(consumer, name)).length === 2);
    await put(producer, stream, records('{"a":1,"b":"poison"}'));
    const sum = (metric: string) => statistic(ofMapping(uuid), metric, "Sum");
    await until(receive);
    expect(await until(() => sum("OnFailureDestinationDeliveredEventCount"))).toBe(1);
    expect(await sum("PolledEventCount")).toBe(4);
    expect(await sum("FilteredOutEventCount")).toBe(1);
    expect(await sum("InvokedEventCount")).toBe(2 + 2);
    expect(await sum("FailedInvokeEventCount")).toBe(2);
    expect(await sum("DroppedEventCount")).toBeUndefined();

    const { Invocations, Errors, Throttles } = Object.fromEntries(
      await Promise.all(
        ["Invocations", "Errors", "Throttles"].map(async (metric) => [
          metric,
          await statistic(ofFunction(name), metric, "Sum"),
        ]),
      ),
    ) as Record<string, number>;
    expect(Invocations! - Errors!).toBeGreaterThan(0);
    expect({ Errors, Throttles }).toEqual({ Errors: 2, Throttles: 0 });
    const [p90, longest] = [
      await statistic(ofFunction(name), "Duration", "p90"),
      await statistic(ofFunction(name), "Duration", "Maximum"),
    ];
    expect(p90).toBeGreaterThanOrEqual(0);
    expect(p90).toBeLessThanOrEqual(longest!);
    expect(await statistic(ofFunction(name), "IteratorAge", "Maximum")).toBeGreaterThanOrEqual(0);
  });

  it("count records that reach no destination as dropped, and failed deliveries", async () => {
    const name = "undelivered";
    const stream = await makeStream(producer, name);
    const { arn } = await createQueue(consumer, name);
    const { uuid } = await connect(producer, consumer, name, stream, HANDLER, {
      mapping: {
        ...EVENT_COUNT,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
    });
    await put(producer, stream, records("poison"));
    const dropped = await until(() => statistic(ofMapping(uuid), "DroppedEventCount", "Sum"));
    expect(dropped).toBe(1);
    expect(await statistic(ofFunction(name), "DestinationDeliveryFailures", "Sum")).toBe(1);
  });

  it("count the reports that wait in a queue, tell how old they are, and count those deleted", async () => {
    const name = "reported";
    const stream = await makeStream(producer, name);
    const { arn } = await createQueue(consumer, name);
    await connect(producer, consumer, name, stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    const of = (metric: string, stat: string) => statistic(ofQueue(name), metric, stat);
    await put(producer, stream, records("poison"));
    await until(async () => (await of("ApproximateNumberOfMessagesVisible", "Maximum")) === 1);
    const age = await until(async () => {
      const seconds = (await of("ApproximateAgeOfOldestMessage", "Maximum")) ?? 0;
      return seconds > 1 && seconds;
    });
    expect(age).toBeLessThan(DEADLINE_SECONDS);
    expect(await of("NumberOfMessagesDeleted", "Sum")).toBe(0);

    const { QueueUrl } = await consumer.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    const { Messages: [report] = [] } = await consumer.sqs.send(
      new ReceiveMessageCommand({ QueueUrl }),
    );
    await until(async () => (await of("ApproximateNumberOfMessagesNotVisible", "Maximum")) === 1);
    const ReceiptHandle = report?.ReceiptHandle;
    await consumer.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await until(async () => (await of("NumberOfMessagesDeleted", "Sum")) === 1);
    expect(await of("ApproximateNumberOfMessagesVisible", "Minimum")).toBe(0);
  });

  it("show an idle mapping, one without access and a disabled one as AWS does", async () => {
    const name = "idle";
    const stream = await makeStream(producer, name);
    const source = await makeConsumer(producer, stream, name);
    const { uuid, role } = await connect(producer, consumer, name, source, HANDLER, {
      mapping: EVENT_COUNT,
    });
    const since = (seconds: number) => new Date(Date.now() - seconds * 1000);
    const polls = () => statistic(ofMapping(uuid), "PolledEventCount", "SampleCount", since(3));
    const subscriptions = (seconds: number) =>
      statistic(ofStream(name, name), "SubscribeToShard.Success", "SampleCount", since(seconds));

    await until(polls);
    expect(await statistic(ofMapping(uuid), "PolledEventCount", "Sum")).toBe(0);
    // It is renewed after five intervals.
    await until(async () => ((await subscriptions(DEADLINE_SECONDS)) ?? 0) > 1);
    expect(
      await statistic(ofStream(name, name), "SubscribeToShardEvent.MillisBehindLatest", "Maximum"),
    ).toBe(0);

    await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream }));
    await until(async () => (await polls()) === undefined);
    await until(async () => (await subscriptions(6)) === undefined);

    await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
    await until(polls);
    await until(() => subscriptions(5));

    await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: false }));
    await until(async () => (await mapping(consumer, uuid)).State === "Disabled");
    await until(async () => (await polls()) === undefined);
  });

  it("measure how far a consumer is behind", async () => {
    const name = "behind";
    const stream = await makeStream(producer, name);
    const source = await makeConsumer(producer, stream, name);
    await connect(producer, consumer, name, source, HANDLER, {
      mapping: { FunctionResponseTypes: ["ReportBatchItemFailures"] },
    });
    await put(producer, stream, records("1", "poison"));
    const behind = await until(async () => {
      const milliseconds = await statistic(
        ofStream(name, name),
        "SubscribeToShardEvent.MillisBehindLatest",
        "Maximum",
      );
      return (milliseconds ?? 0) > 3_000 && milliseconds;
    });
    expect(behind).toBeLessThan(1000 * DEADLINE_SECONDS);
    expect(await statistic(ofStream(name, name), "SubscribeToShardEvent.Records", "Sum")).toBe(2);
  });

  it("count the records of a stream in its own account, and throttled calls", async () => {
    const name = "incoming";
    const stream = await makeStream(producer, name);
    await put(producer, stream, records("12345", "678"));
    aws().failNext("kinesis", "PutRecord", {
      code: "ProvisionedThroughputExceededException",
      message: "Rate exceeded for shard shardId-000000000000",
    });
    const record = { StreamARN: stream, PartitionKey: "k", Data: Buffer.from("9") };
    expect(await refusal(producer.kinesis.send(new PutRecordCommand(record)))).toMatch(
      /^ProvisionedThroughputExceededException/,
    );
    await producer.kinesis.send(new PutRecordCommand(record));
    const sum = (metric: string) => statistic(ofStream(name), metric, "Sum");
    await until(async () => (await sum("IncomingRecords")) === 3);
    expect(await sum("IncomingBytes")).toBe(9);
    expect(await sum("WriteProvisionedThroughputExceeded")).toBe(1);
    const { Metrics } = await cloudwatch[CONSUMER]!.send(
      new ListMetricsCommand({ Namespace: "AWS/Kinesis" }),
    );
    expect(Metrics).toEqual([]);
  });
});
