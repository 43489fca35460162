import type { Outcome } from "../lambda/execution-environment";
import type { Accounts } from "./accounts";
import {
  consumerNameOf,
  isConsumerArn,
  parseFunctionArn,
  streamArnOf,
  streamNameOf,
} from "../../pipeline/arn";
import { AwsError } from "./errors";
import type { KinesisRecord } from "../../pipeline/kinesis-event";
import type { Mapping } from "./mapping-settings";
import type { MetricSource, Metrics } from "./metrics";
import { bodyOf, type Call, type Reply } from "./protocol";

/** One read of a shard by a mapping's poller. */
interface ShardRead {
  readonly records: readonly KinesisRecord[];
  readonly filteredOut: number;
  /** Time between now and the arrival of the oldest record that has not been processed. */
  readonly behindMilliseconds: number;
  readonly latencyMilliseconds: number;
  /** A subscription to the shard was created or renewed. */
  readonly isSubscribed: boolean;
}

interface PutBody {
  readonly StreamARN?: string;
  readonly StreamName?: string;
  readonly Data?: string;
  readonly Records?: readonly { readonly Data: string }[];
}

// Lambda renews a subscription after 5 minutes: https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
const SUBSCRIPTION_INTERVALS = 5;
const THROTTLED = "ProvisionedThroughputExceededException";

/**
 * Metrics of Kinesis and Lambda under AWS's names:
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class PipelineMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly accounts: Accounts,
  ) {}

  /** Lifetime of a subscription: five of the intervals that stand for a minute. */
  get subscriptionMilliseconds(): number {
    return SUBSCRIPTION_INTERVALS * 1000 * (this.metrics.intervalSeconds ?? 60);
  }

  shardRead(mapping: Mapping, read: ShardRead): void {
    const { records, filteredOut, behindMilliseconds, latencyMilliseconds } = read;
    this.eventCount(mapping, {
      PolledEventCount: records.length,
      FilteredOutEventCount: filteredOut,
    });
    const bytes = records.reduce((sum, { data }) => sum + Buffer.byteLength(data, "base64"), 0);
    const { EventSourceArn: arn } = mapping;
    if (!isConsumerArn(arn)) {
      this.getRecords(arn, records.length, bytes, behindMilliseconds);
      this.metrics.add(streamSource(arn), "Milliseconds", {
        "GetRecords.Latency": latencyMilliseconds,
      });
      return;
    }
    const source = consumerSource(arn);
    if (read.isSubscribed) {
      this.metrics.add(source, "Count", {
        "SubscribeToShard.Success": 1,
        "SubscribeToShard.RateExceeded": 0,
      });
    }
    this.metrics.add(source, "Count", {
      "SubscribeToShardEvent.Success": 1,
      "SubscribeToShardEvent.Records": records.length,
    });
    this.metrics.add(source, "Bytes", { "SubscribeToShardEvent.Bytes": bytes });
    this.metrics.add(source, "Milliseconds", {
      "SubscribeToShardEvent.MillisBehindLatest": behindMilliseconds,
    });
  }

  /** @param failed number of records that Lambda will retry or discard */
  batchInvoked(mapping: Mapping, records: readonly KinesisRecord[], failed: number): void {
    this.eventCount(mapping, {
      InvokedEventCount: records.length,
      FailedInvokeEventCount: failed,
    });
    const arrival = (records.at(-1)?.approximateArrivalTimestamp ?? 0) * 1000;
    this.metrics.add(functionSource(mapping.FunctionArn), "Milliseconds", {
      IteratorAge: Math.max(0, Date.now() - arrival),
    });
  }

  /** The function could not be invoked, for example because its alias was deleted. */
  batchNotInvoked(mapping: Mapping, records: readonly KinesisRecord[]): void {
    this.eventCount(mapping, { FailedInvokeEventCount: records.length });
  }

  /** AWS counts records as dropped only if they did not reach an on-failure destination. */
  discarded(mapping: Mapping, count: number, isDelivered: boolean): void {
    const name = isDelivered ? "OnFailureDestinationDeliveredEventCount" : "DroppedEventCount";
    this.eventCount(mapping, { [name]: count });
    if (!isDelivered && mapping.DestinationConfig?.OnFailure?.Destination) {
      const source = functionSource(mapping.FunctionArn);
      this.metrics.add(source, "Count", { DestinationDeliveryFailures: 1 });
    }
  }

  functionInvoked(versionArn: string, { error, durationMilliseconds }: Outcome): void {
    const source = functionSource(versionArn);
    this.metrics.add(source, "Count", { Invocations: 1, Errors: error ? 1 : 0, Throttles: 0 });
    this.metrics.add(source, "Milliseconds", { Duration: durationMilliseconds });
  }

  functionThrottled(functionArn: string): void {
    this.metrics.add(functionSource(functionArn), "Count", { Throttles: 1 });
  }

  /** Counts the gateway's calls that put records into streams or get records from them. */
  called(
    call: Pick<Call, "service" | "operation" | "region" | "accessKeyId" | "body">,
    result: Reply | AwsError,
  ): void {
    const { service, operation } = call;
    if (
      !this.metrics.isOn ||
      service !== "kinesis" ||
      !/^(PutRecords?|GetRecords)$/.test(operation)
    ) {
      return;
    }
    const account = this.accounts.session(call.accessKeyId)?.account ?? "";
    const body = bodyOf<PutBody>(call);
    const name = body.StreamARN ?? body.StreamName;
    if (!name) {
      return;
    }
    const arn = body.StreamARN ?? `arn:aws:kinesis:${call.region}:${account}:stream/${name}`;
    const isThrottled = result instanceof AwsError && result.code === THROTTLED;
    const isSuccess = !(result instanceof AwsError) && result.status < 300;
    if (operation === "GetRecords") {
      this.metrics.add(streamSource(arn), "Count", {
        ReadProvisionedThroughputExceeded: isThrottled ? 1 : 0,
        ...(!isSuccess && { "GetRecords.Success": 0 }),
      });
      if (isSuccess) {
        const { Records = [], MillisBehindLatest: behind = 0 } = bodyOf<{
          Records?: { Data: string }[];
          MillisBehindLatest?: number;
        }>(result);
        this.getRecords(arn, Records.length, bytesOf(Records), behind);
      }
      return;
    }
    const records = body.Records ?? [{ Data: body.Data ?? "" }];
    this.metrics.add(streamSource(arn), "Count", {
      WriteProvisionedThroughputExceeded: isThrottled ? records.length : 0,
      [`${operation}.Success`]: isSuccess ? 1 : 0,
      ...(isSuccess && { IncomingRecords: records.length }),
    });
    if (isSuccess) {
      this.metrics.add(streamSource(arn), "Bytes", { IncomingBytes: bytesOf(records) });
    }
  }

  private getRecords(arn: string, count: number, bytes: number, ageMilliseconds: number): void {
    const source = streamSource(arn);
    this.metrics.add(source, "Count", { "GetRecords.Success": 1, "GetRecords.Records": count });
    this.metrics.add(source, "Bytes", { "GetRecords.Bytes": bytes });
    this.metrics.add(source, "Milliseconds", {
      "GetRecords.IteratorAgeMilliseconds": ageMilliseconds,
    });
  }

  private eventCount(mapping: Mapping, values: Record<string, number>): void {
    if (mapping.MetricsConfig?.Metrics?.includes("EventCount")) {
      const { EventSourceMappingArn: arn, UUID: EventSourceMappingUUID } = mapping;
      const dimensions = { EventSourceMappingUUID };
      this.metrics.add({ arn, namespace: "AWS/Lambda", dimensions }, "Count", values);
    }
  }
}

const bytesOf = (records: readonly { readonly Data: string }[]): number =>
  records.reduce((sum, { Data }) => sum + Buffer.byteLength(Data, "base64"), 0);

function functionSource(functionArn: string): MetricSource {
  const { unqualifiedArn: arn, name: FunctionName } = parseFunctionArn(functionArn);
  return { arn, namespace: "AWS/Lambda", dimensions: { FunctionName } };
}

function streamSource(arn: string): MetricSource {
  const StreamName = streamNameOf(arn);
  return { arn: streamArnOf(arn), namespace: "AWS/Kinesis", dimensions: { StreamName } };
}

function consumerSource(arn: string): MetricSource {
  const dimensions = { StreamName: streamNameOf(arn), ConsumerName: consumerNameOf(arn) };
  return { arn: streamArnOf(arn), namespace: "AWS/Kinesis", dimensions };
}
