import { ListShardsCommand } from "@aws-sdk/client-kinesis";
import { reservedConcurrencyOf } from "../concurrency";
import { lookUp } from "../look-up";
import { valueOf, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { failuresOf, type Failures } from "./failures";
import { judge, type Judgement } from "./judge";
import {
  functionMetric,
  lastTimeOf,
  latest,
  readMetrics,
  streamMetric,
  total,
  type Metric,
  type Values,
  type Window,
} from "./metrics";

/** Figures of one reader. A figure that is left out has no data, or could not be read. */
export interface Measured {
  readonly stream: string;
  readonly function: string;
  readonly mapping: string | undefined;
  readonly state: string;
  /** Lambda's reason for the state. */
  readonly stateReason?: string;
  /** Lambda's result of the last batch. */
  readonly lastResult?: string;
  /** When Lambda last handed a batch to the function, to the minute, within a day. */
  readonly lastBatchAt?: string;
  /** What the mapping names and does not exist. */
  readonly missing: readonly string[];
  /** -1 if none is reserved. */
  readonly reservedConcurrency?: number;
  /** The worst lag of all shards. */
  readonly lagMilliseconds?: number;
  /** Lag by shard, where the stream's shard-level metric IteratorAgeMilliseconds is on. */
  readonly lagMillisecondsByShard?: Readonly<Record<string, number>>;
  readonly recordsInPerMinute?: number;
  readonly recordsReadPerMinute?: number;
  /** Records that this reader read, where they are counted apart from those of others. */
  readonly ownRecordsRead?: number;
  readonly errors?: number;
  readonly throttles?: number;
  readonly failures?: Failures;
  readonly retentionHours?: number;
  /** Why lookups failed. */
  readonly failedLookups: readonly string[];
}

/** How one reader is doing. */
export type Status = Omit<Measured, "failedLookups" | "missing" | "ownRecordsRead"> & Judgement;

const DAY_MILLISECONDS = 86_400_000;
const METRICS_OF_FUNCTION = ["Errors", "Throttles"] as const;

export async function statusOf(pipeline: Pipeline, window: Window): Promise<Status> {
  const measured = await measure(pipeline, window);
  const { failedLookups: _lookups, missing: _missing, ownRecordsRead: _read, ...shown } = measured;
  return { ...shown, ...judge(measured) };
}

async function measure(pipeline: Pipeline, window: Window): Promise<Measured> {
  const { stream, consumer, function: fn, mapping } = pipeline;
  const configuration = valueOf(mapping.configuration);
  const summary = valueOf(stream.summary);
  const isCounted = configuration?.MetricsConfig?.Metrics?.includes("EventCount") === true;
  const shards = await shardsOf(pipeline);
  const minutes = (Number(window.end) - Number(window.start)) / 60_000;

  const polled: Metric = {
    ...functionMetric(pipeline, "PolledEventCount"),
    dimensions: { EventSourceMappingUUID: mapping.uuid ?? "" },
  };
  const ofConsumer = { ConsumerName: consumer?.name ?? "" };
  const iteratorAgeOfFunction = functionMetric(pipeline, "IteratorAge", "Maximum");
  const aDay = { start: new Date(Number(window.end) - DAY_MILLISECONDS), end: window.end };
  const [inAccountOfFunction, inAccountOfStream, failures, lastBatch, concurrency] =
    await Promise.all([
      readMetrics(
        fn.account,
        [
          ...METRICS_OF_FUNCTION.map((name) => functionMetric(pipeline, name)),
          iteratorAgeOfFunction,
          polled,
        ],
        window,
      ),
      readMetrics(
        stream.account,
        [
          streamMetric(pipeline, "IncomingRecords", "Sum"),
          consumer
            ? streamMetric(pipeline, "SubscribeToShardEvent.Records", "Sum", ofConsumer)
            : streamMetric(pipeline, "GetRecords.Records", "Sum"),
          streamMetric(pipeline, "SubscribeToShardEvent.MillisBehindLatest", "Maximum", ofConsumer),
          ...(valueOf(shards) ?? []).map((ShardId) =>
            streamMetric(pipeline, "IteratorAgeMilliseconds", "Maximum", { ShardId }),
          ),
        ],
        window,
      ),
      failuresOf(pipeline, window),
      // Lambda emits it for each batch that it hands to the function.
      lastTimeOf(fn.account, iteratorAgeOfFunction, aDay),
      reservedConcurrencyOf(pipeline),
    ]);
  const [errors, throttles, iteratorAge, polledCount] = valueOf(inAccountOfFunction) ?? [];
  const [incoming, read, behind, ...ages] = valueOf(inAccountOfStream) ?? [];
  const perMinute = (values: Values = []): number | undefined => {
    const sum = total(values);
    return sum === undefined ? undefined : sum / minutes;
  };
  const byShard = ages.flatMap((values, index): [string, number][] => {
    const age = latest(values);
    return age === undefined ? [] : [[valueOf(shards)?.[index] ?? "", age]];
  });
  const facts: readonly (Fact<unknown> | undefined)[] = [
    mapping.configuration,
    stream.summary,
    inAccountOfFunction,
    inAccountOfStream,
    shards,
    failures,
    lastBatch,
    concurrency,
  ];
  const ownRead = isCounted ? polledCount : consumer && read;
  return {
    stream: stream.arn,
    function: fn.arn,
    mapping: mapping.uuid,
    state: configuration?.State ?? mapping.configuration.state,
    stateReason: configuration?.StateTransitionReason,
    lastResult: configuration?.LastProcessingResult,
    lastBatchAt: valueOf(lastBatch)?.toISOString(),
    missing: Object.entries({
      mapping: mapping.configuration,
      stream: stream.summary,
      function: fn.configuration,
    }).flatMap(([name, { state }]) => (state === "missing" ? [name] : [])),
    reservedConcurrency: valueOf(concurrency),
    // Only enhanced fan-out has a metric for each consumer; it is in the stream's account.
    lagMilliseconds: (consumer && latest(behind ?? [])) ?? latest(iteratorAge ?? []),
    ...(byShard.length > 0 && { lagMillisecondsByShard: Object.fromEntries(byShard) }),
    recordsInPerMinute: perMinute(incoming),
    recordsReadPerMinute: perMinute(isCounted ? polledCount : read),
    ownRecordsRead: total(ownRead ?? []),
    errors: total(errors ?? []),
    throttles: total(throttles ?? []),
    failures: valueOf(failures),
    retentionHours: summary?.RetentionPeriodHours,
    failedLookups: facts.flatMap((fact) => (fact?.state === "unknown" ? [fact.why] : [])),
  };
}

/** Open shards, if the stream measures each of them for readers with shared throughput. */
async function shardsOf({
  stream,
  consumer,
}: Pipeline): Promise<Fact<readonly string[]> | undefined> {
  const measured = (valueOf(stream.summary)?.EnhancedMonitoring ?? []).flatMap(
    ({ ShardLevelMetrics: names = [] }) => names,
  );
  const isMeasured = measured.some((name) => name === "ALL" || name === "IteratorAgeMilliseconds");
  if (consumer || !isMeasured) {
    return undefined;
  }
  return lookUp(stream.account, "kinesis:ListShards", async ({ kinesis }) => {
    const ids: string[] = [];
    let NextToken: string | undefined;
    do {
      // A request for a further page may contain nothing but its token.
      const first = { StreamARN: stream.arn, ShardFilter: { Type: "AT_LATEST" as const } };
      const command: ListShardsCommand = new ListShardsCommand(NextToken ? { NextToken } : first);
      const page = await kinesis.send(command);
      ids.push(...(page.Shards ?? []).map(({ ShardId = "" }) => ShardId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return ids;
  });
}
