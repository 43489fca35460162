import { Op, Token } from "cdktf";
import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import type { StreamBase } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";

/** What the alarms of one consumer watch. */
export interface Watched {
  readonly stream: StreamBase;
  readonly consumer: CrossAccountConsumer;
  readonly retentionSeconds: number;
  readonly shareOfRetention: number;
  /** False if another consumer of the same monitoring already has the alarms of the function. */
  readonly ownsFunction: boolean;
}

/** One alarm. The account is the one that has the metric. */
export interface Alarm {
  readonly account: "stream" | "function";
  /** Alarms of a stream exist once, however many consumers it has. */
  readonly each: "stream" | "consumer";
  readonly namespace: "AWS/Kinesis" | "AWS/Lambda" | "AWS/SQS";
  readonly metric: string;
  readonly dimensions: (watched: Watched) => Record<string, string>;
  readonly statistic: "Average" | "Maximum" | "SampleCount" | "Sum";
  /** Length of one period, in seconds. */
  readonly period: 60 | 300;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number | ((watched: Watched) => number);
  readonly missingData: "breaching" | "missing" | "notBreaching";
  /** Default: always. */
  readonly applies?: (watched: Watched) => boolean;
  /** The alarm notifies nobody while the mapping is paused on purpose. */
  readonly onlyWhileEnabled?: true;
  /** What is wrong. With `why` it is the description of the alarm. */
  readonly what: string;
  /** Why this metric and these settings, in sentences. */
  readonly why: string;
}

const ofStream = ({ stream }: Watched): Record<string, string> => ({
  StreamName: stream.streamName,
});
const ofConsumer = ({ stream, consumer }: Watched): Record<string, string> => ({
  StreamName: stream.streamName,
  ConsumerName: consumer.registeredConsumer?.name ?? consumer._names.consumerName,
});
const ofFunction = ({ consumer }: Watched): Record<string, string> => ({
  FunctionName: consumer.functionName,
});
const ofMapping = ({ consumer }: Watched): Record<string, string> => ({
  EventSourceMappingUUID: consumer.mapping.uuid,
});
const ofQueue = ({ consumer }: Watched): Record<string, string> => ({
  QueueName: consumer.onFailureQueue?.name ?? "",
});

const hasEnhancedFanOut = ({ consumer }: Watched): boolean => consumer.consumerArn !== undefined;
const hasSharedThroughput = (watched: Watched): boolean => !hasEnhancedFanOut(watched);
const hasDestination = ({ consumer }: Watched): boolean =>
  consumer.mapping.destinationConfigInput !== undefined;
const hasQueue = ({ consumer }: Watched): boolean => consumer.onFailureQueue !== undefined;
const ownsFunction = (watched: Watched): boolean => watched.ownsFunction;

const product = (...factors: number[]): number =>
  factors.every((factor) => isLiteral(factor))
    ? Math.round(factors.reduce((result, factor) => result * factor, 1))
    : Token.asNumber(factors.reduce<unknown>((result, factor) => Op.mul(result, factor), 1));

const shareOfRetention = ({ shareOfRetention: share, retentionSeconds }: Watched): number =>
  product(1000, share, retentionSeconds);

/**
 * Share of the time between `maximumRecordAgeInSeconds` and the stream's retention, in which
 * reported records can still be read.
 */
function shareOfTimeLeft({ shareOfRetention: share, retentionSeconds, consumer }: Watched): number {
  const age = consumer.mapping.maximumRecordAgeInSecondsInput;
  const isKnown = isLiteral(age) && isLiteral(retentionSeconds);
  return isKnown && age >= 0 && age < retentionSeconds
    ? product(share, retentionSeconds - age)
    : product(share, retentionSeconds);
}

const KINESIS = { account: "stream", namespace: "AWS/Kinesis" } as const;
const STREAM = { ...KINESIS, each: "stream", dimensions: ofStream } as const;
const REGISTERED_CONSUMER = {
  ...KINESIS,
  each: "consumer",
  dimensions: ofConsumer,
  applies: hasEnhancedFanOut,
} as const;
const LAMBDA = { account: "function", each: "consumer", namespace: "AWS/Lambda" } as const;
const SQS = {
  account: "function",
  each: "consumer",
  namespace: "AWS/SQS",
  dimensions: ofQueue,
  applies: hasQueue,
} as const;

const minutes = (evaluationPeriods: number) =>
  ({ period: 60, evaluationPeriods, datapointsToAlarm: evaluationPeriods }) as const;
/** For counters, whose data is missing while there is nothing to count. */
const aboveZeroFor = (evaluationPeriods: number) =>
  ({
    ...minutes(evaluationPeriods),
    comparison: "GreaterThanThreshold",
    threshold: 0,
    missingData: "notBreaching",
  }) as const;
/** For metrics whose data is missing only while nobody reads. */
const NO_DATA_FOR_15_MINUTES = {
  period: 300,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  comparison: "LessThanThreshold",
  threshold: 1,
  missingData: "breaching",
  onlyWhileEnabled: true,
} as const;

/**
 * Every alarm. docs/runbook.md has a section for each id. Periods and statistics are those of
 * CloudWatch's recommended alarms, where it has one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export const ALARMS = {
  "write-throttled": {
    ...STREAM,
    metric: "WriteProvisionedThroughputExceeded",
    statistic: "Average",
    ...aboveZeroFor(5),
    what: "Kinesis throttles the producers",
    why: "A short burst is retried by every producer; five minutes in a row are not a burst.",
  },
  "read-throttled": {
    ...STREAM,
    metric: "ReadProvisionedThroughputExceeded",
    statistic: "Average",
    ...aboveZeroFor(5),
    what: "Kinesis throttles the readers that share the stream's throughput",
    why: "Readers with shared throughput compete; the metric does not count enhanced fan-out.",
  },
  "access-lost": {
    ...REGISTERED_CONSUMER,
    metric: "SubscribeToShard.Success",
    // The metric records whether a subscription was established, so a refused one may count as 0.
    statistic: "Sum",
    ...NO_DATA_FOR_15_MINUTES,
    what: "nobody has subscribed through the registered consumer for 15 minutes",
    why: "Lambda renews each subscription after 5 minutes, also on an idle stream. When access is lost, the metrics of lag and errors go silent instead of high.",
  },
  "consumer-lag": {
    ...REGISTERED_CONSUMER,
    metric: "SubscribeToShardEvent.MillisBehindLatest",
    statistic: "Average",
    ...minutes(5),
    comparison: "GreaterThanThreshold",
    threshold: shareOfRetention,
    missingData: "missing",
    what: "the registered consumer is so far behind that records will expire unread",
    why: "Seen from the stream's account, without access to the function's. Missing data is the alarm `access-lost`.",
  },
  "not-polled": {
    ...LAMBDA,
    metric: "PolledEventCount",
    dimensions: ofMapping,
    // An empty poll is a data point of 0.
    statistic: "SampleCount",
    ...NO_DATA_FOR_15_MINUTES,
    applies: hasSharedThroughput,
    what: "the event source mapping has not polled the stream for 15 minutes",
    why: "An empty poll counts as 0; a disabled mapping counts nothing. That this holds for enhanced fan-out is not documented, which has `access-lost` instead.",
  },
  "iterator-age": {
    ...LAMBDA,
    metric: "IteratorAge",
    dimensions: ofFunction,
    statistic: "Maximum",
    ...minutes(15),
    comparison: "GreaterThanThreshold",
    threshold: shareOfRetention,
    missingData: "notBreaching",
    applies: ownsFunction,
    what: "the function is so far behind that records will expire unread",
    why: "The metric exists only while batches are processed: an idle stream is no alarm, and lost access is another one.",
  },
  "failing-batches": {
    ...LAMBDA,
    metric: "FailedInvokeEventCount",
    dimensions: ofMapping,
    statistic: "Sum",
    ...aboveZeroFor(3),
    what: "batches fail, and Lambda retries them",
    why: "A function that returns `batchItemFailures` does not count as an error of Lambda's, but is counted here.",
  },
  "records-given-up": {
    ...LAMBDA,
    metric: "OnFailureDestinationDeliveredEventCount",
    dimensions: ofMapping,
    statistic: "Sum",
    ...aboveZeroFor(1),
    applies: hasDestination,
    what: "Lambda gave up on records and reported them to the on-failure destination",
    why: "DroppedEventCount does not count records that reached a destination.",
  },
  "records-dropped": {
    ...LAMBDA,
    metric: "DroppedEventCount",
    dimensions: ofMapping,
    statistic: "Sum",
    ...aboveZeroFor(1),
    what: "Lambda gave up on records without a report",
    why: "There is no destination, or it could not be reached: nothing but the stream still has the records.",
  },
  "destination-failures": {
    ...LAMBDA,
    metric: "DestinationDeliveryFailures",
    dimensions: ofFunction,
    statistic: "Sum",
    ...aboveZeroFor(1),
    applies: (watched) => hasDestination(watched) && watched.ownsFunction,
    what: "Lambda could not report failed records to the on-failure destination",
    why: "The role, the destination's policy or its key refuses the report.",
  },
  "function-errors": {
    ...LAMBDA,
    metric: "Errors",
    dimensions: ofFunction,
    statistic: "Sum",
    ...aboveZeroFor(3),
    applies: ownsFunction,
    what: "the function throws, times out or runs out of memory",
    why: "A function that is not invoked has no errors.",
  },
  "function-throttles": {
    ...LAMBDA,
    metric: "Throttles",
    dimensions: ofFunction,
    statistic: "Sum",
    ...aboveZeroFor(5),
    applies: ownsFunction,
    what: "Lambda throttles the function",
    why: "Lambda retries throttled batches without counting them as attempts; five minutes in a row make the function fall behind.",
  },
  "failures-waiting": {
    ...SQS,
    metric: "ApproximateNumberOfMessagesVisible",
    statistic: "Average",
    ...aboveZeroFor(15),
    what: "reports of failed records wait in the on-failure queue",
    why: "A queue that nobody used for six hours has no metrics, and no messages.",
  },
  "oldest-failure": {
    ...SQS,
    metric: "ApproximateAgeOfOldestMessage",
    statistic: "Maximum",
    ...minutes(15),
    comparison: "GreaterThanThreshold",
    threshold: shareOfTimeLeft,
    missingData: "notBreaching",
    what: "the records of the oldest report will soon expire in the stream",
    why: "A report only says where the records are: once retention ends, they cannot be redriven.",
  },
} as const satisfies Readonly<Record<string, Alarm>>;

export type AlarmId = keyof typeof ALARMS;

export const ALARM_IDS = Object.keys(ALARMS) as AlarmId[];
