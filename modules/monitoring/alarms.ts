import { Op, Token } from "cdktf";
import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import type { StreamBase } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";

/** The stream and the consumer that alarms watch. */
export interface AlarmContext {
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
  readonly dimensions: (context: AlarmContext) => Record<string, string>;
  readonly statistic: "Average" | "Maximum" | "SampleCount" | "Sum";
  /** Length of one period, in seconds. */
  readonly period: 60 | 300;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number | Threshold;
  readonly missingData: "breaching" | "missing" | "notBreaching";
  /** Default: always. */
  readonly applies?: Condition;
  /** The alarm sends no notifications while the mapping is disabled. */
  readonly onlyWhileEnabled?: true;
  /** The fault. The description of the alarm consists of `what` and `why`. */
  readonly what: string;
  /** Why this metric and these settings, in sentences. */
  readonly why: string;
}

type Dimensions = Alarm["dimensions"];
const ofStream: Dimensions = ({ stream }) => ({ StreamName: stream.streamName });
const ofConsumer: Dimensions = ({ stream, consumer }) => ({
  StreamName: stream.streamName,
  ConsumerName: consumer.registeredConsumer?.name ?? consumer._names.consumerName,
});
const ofFunction: Dimensions = ({ consumer }) => ({ FunctionName: consumer.functionName });
const ofMapping: Dimensions = ({ consumer }) => ({ EventSourceMappingUUID: consumer.mapping.uuid });
const ofQueue: Dimensions = ({ consumer }) => ({ QueueName: consumer.onFailureQueue?.name ?? "" });

type Condition = (context: AlarmContext) => boolean;
const hasEnhancedFanOut: Condition = ({ consumer }) => consumer.consumerArn !== undefined;
const hasSharedThroughput: Condition = (context) => !hasEnhancedFanOut(context);
const hasDestination: Condition = ({ consumer }) =>
  consumer.mapping.destinationConfigInput !== undefined;
const hasQueue: Condition = ({ consumer }) => consumer.onFailureQueue !== undefined;
const ownsFunction: Condition = (context) => context.ownsFunction;

const product = (...factors: number[]): number =>
  factors.every((factor) => isLiteral(factor))
    ? Math.round(factors.reduce((result, factor) => result * factor, 1))
    : Token.asNumber(factors.reduce<unknown>((result, factor) => Op.mul(result, factor), 1));

type Threshold = (context: AlarmContext) => number;
const shareOfRetention: Threshold = ({ shareOfRetention: share, retentionSeconds }) =>
  product(1000, share, retentionSeconds);

/**
 * Share of the time between `maximumRecordAgeInSeconds` and the stream's retention, in which
 * reported records can still be read.
 */
const shareOfTimeLeft: Threshold = ({ shareOfRetention: share, retentionSeconds, consumer }) => {
  const age = consumer.mapping.maximumRecordAgeInSecondsInput;
  const isKnown = isLiteral(age) && isLiteral(retentionSeconds);
  return isKnown && age >= 0 && age < retentionSeconds
    ? product(share, retentionSeconds - age)
    : product(share, retentionSeconds);
};

const KINESIS = { account: "stream", namespace: "AWS/Kinesis" } as const;
const STREAM = { ...KINESIS, each: "stream", dimensions: ofStream } as const;
const REGISTERED_CONSUMER = {
  ...KINESIS,
  each: "consumer",
  dimensions: ofConsumer,
  applies: hasEnhancedFanOut,
} as const;
const LAMBDA = { account: "function", each: "consumer", namespace: "AWS/Lambda" } as const;
const MAPPING = { ...LAMBDA, dimensions: ofMapping } as const;
const FUNCTION = { ...LAMBDA, dimensions: ofFunction, applies: ownsFunction } as const;
const QUEUE = {
  ...LAMBDA,
  namespace: "AWS/SQS",
  dimensions: ofQueue,
  applies: hasQueue,
} as const;

const minutes = (evaluationPeriods: number) =>
  ({ period: 60, evaluationPeriods, datapointsToAlarm: evaluationPeriods }) as const;
/** For counters, which have no data points while there is nothing to count. */
const aboveZero = (statistic: "Average" | "Sum", evaluationPeriods: number) =>
  ({
    statistic,
    ...minutes(evaluationPeriods),
    comparison: "GreaterThanThreshold",
    threshold: 0,
    missingData: "notBreaching",
  }) as const;
/** For metrics that have data points whenever the stream is read, also if it is idle. */
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
    ...aboveZero("Average", 5),
    what: "Kinesis throttles the producers",
    why: "A short burst is retried by every producer; five minutes in a row are not a burst.",
  },
  "read-throttled": {
    ...STREAM,
    metric: "ReadProvisionedThroughputExceeded",
    ...aboveZero("Average", 5),
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
    ...MAPPING,
    metric: "PolledEventCount",
    // An empty poll is a data point of 0.
    statistic: "SampleCount",
    ...NO_DATA_FOR_15_MINUTES,
    applies: hasSharedThroughput,
    what: "the event source mapping has not polled the stream for 15 minutes",
    why: "An empty poll counts as 0; a disabled mapping counts nothing. That this holds for enhanced fan-out is not documented, which has `access-lost` instead.",
  },
  "iterator-age": {
    ...FUNCTION,
    metric: "IteratorAge",
    statistic: "Maximum",
    ...minutes(15),
    comparison: "GreaterThanThreshold",
    threshold: shareOfRetention,
    missingData: "notBreaching",
    what: "the function is so far behind that records will expire unread",
    why: "The metric exists only while batches are processed: an idle stream is no alarm, and lost access is another one.",
  },
  "failing-batches": {
    ...MAPPING,
    metric: "FailedInvokeEventCount",
    ...aboveZero("Sum", 3),
    what: "batches fail, and Lambda retries them",
    why: "A function that returns `batchItemFailures` does not count as an error of Lambda's, but is counted here.",
  },
  "records-given-up": {
    ...MAPPING,
    metric: "OnFailureDestinationDeliveredEventCount",
    ...aboveZero("Sum", 1),
    applies: hasDestination,
    what: "Lambda gave up on records and reported them to the on-failure destination",
    why: "DroppedEventCount does not count records that reached a destination.",
  },
  "records-dropped": {
    ...MAPPING,
    metric: "DroppedEventCount",
    ...aboveZero("Sum", 1),
    what: "Lambda gave up on records without a report",
    why: "There is no destination, or it could not be reached: nothing but the stream still has the records.",
  },
  "destination-failures": {
    ...FUNCTION,
    metric: "DestinationDeliveryFailures",
    ...aboveZero("Sum", 1),
    applies: (context) => hasDestination(context) && context.ownsFunction,
    what: "Lambda could not report failed records to the on-failure destination",
    why: "The role, the destination's policy or its key refuses the report.",
  },
  "function-errors": {
    ...FUNCTION,
    metric: "Errors",
    ...aboveZero("Sum", 3),
    what: "the function throws, times out or runs out of memory",
    why: "A function that is not invoked has no errors.",
  },
  "function-throttles": {
    ...FUNCTION,
    metric: "Throttles",
    ...aboveZero("Sum", 5),
    what: "Lambda throttles the function",
    why: "Lambda retries throttled batches without counting them as attempts; five minutes in a row make the function fall behind.",
  },
  "failures-waiting": {
    ...QUEUE,
    metric: "ApproximateNumberOfMessagesVisible",
    ...aboveZero("Average", 15),
    what: "reports of failed records wait in the on-failure queue",
    why: "A queue that nobody used for six hours has no metrics, and no messages.",
  },
  "oldest-failure": {
    ...QUEUE,
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
