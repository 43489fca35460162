import { ListShardsCommand } from "@aws-sdk/client-kinesis";
import { lookUp } from "../look-up";
import { valueOf, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { failuresOf, type Failures } from "./failures";
import { latest, readMetrics, total, type Metric, type Values, type Window } from "./metrics";

/** How one consumer is doing. A figure that is left out has no data, or could not be read. */
export interface Status {
  readonly stream: string;
  readonly function: string;
  readonly mapping: string | undefined;
  readonly state: string;
  /** The worst lag of all shards. */
  readonly lagMilliseconds?: number;
  /** Lag by shard, where the stream's shard-level metric IteratorAgeMilliseconds is on. */
  readonly lagMillisecondsByShard?: Readonly<Record<string, number>>;
  readonly recordsInPerMinute?: number;
  readonly recordsReadPerMinute?: number;
  readonly errors?: number;
  readonly throttles?: number;
  readonly failures?: Failures;
  readonly retentionHours?: number;
  /** Why lookups failed. */
  readonly unknown: readonly string[];
}

const METRICS_OF_FUNCTION = ["Errors", "Throttles"] as const;

export async function measure(pipeline: Pipeline, window: Window): Promise<Status> {
  const { stream, consumer, function: fn, mapping } = pipeline;
  const configuration = valueOf(mapping.configuration);
  const summary = valueOf(stream.summary);
  const isCounted = configuration?.MetricsConfig?.Metrics?.includes("EventCount") === true;
  const shards = await shardsOf(pipeline);
  const minutes = (Number(window.end) - Number(window.start)) / 60_000;

  const onFunction = (name: string, statistic: Metric["statistic"] = "Sum"): Metric => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: fn.name },
    statistic,
  });
  const polled: Metric = {
    ...onFunction("PolledEventCount"),
    dimensions: { EventSourceMappingUUID: mapping.uuid ?? "" },
  };
  const onStream = (
    name: string,
    statistic: Metric["statistic"],
    dimensions: Metric["dimensions"] = {},
  ): Metric => ({
    namespace: "AWS/Kinesis",
    name,
    dimensions: { StreamName: stream.name, ...dimensions },
    statistic,
  });
  const ofConsumer = { ConsumerName: consumer?.name ?? "" };
  const [inAccountOfFunction, inAccountOfStream, failures] = await Promise.all([
    readMetrics(
      fn.account,
      [
        ...METRICS_OF_FUNCTION.map((name) => onFunction(name)),
        onFunction("IteratorAge", "Maximum"),
        polled,
      ],
      window,
    ),
    readMetrics(
      stream.account,
      [
        onStream("IncomingRecords", "Sum"),
        consumer
          ? onStream("SubscribeToShardEvent.Records", "Sum", ofConsumer)
          : onStream("GetRecords.Records", "Sum"),
        onStream("SubscribeToShardEvent.MillisBehindLatest", "Maximum", ofConsumer),
        ...(valueOf(shards) ?? []).map((ShardId) =>
          onStream("IteratorAgeMilliseconds", "Maximum", { ShardId }),
        ),
      ],
      window,
    ),
    failuresOf(pipeline, window),
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
  ];
  return {
    stream: stream.arn,
    function: fn.arn,
    mapping: mapping.uuid,
    state: configuration?.State ?? mapping.configuration.state,
    // Across accounts, only enhanced fan-out has a metric of its own for each consumer.
    lagMilliseconds: latest((consumer ? behind : iteratorAge) ?? []),
    ...(byShard.length > 0 && { lagMillisecondsByShard: Object.fromEntries(byShard) }),
    recordsInPerMinute: perMinute(incoming),
    recordsReadPerMinute: perMinute(isCounted ? polledCount : read),
    errors: total(errors ?? []),
    throttles: total(throttles ?? []),
    failures: valueOf(failures),
    retentionHours: summary?.RetentionPeriodHours,
    unknown: [...new Set(facts.flatMap((fact) => (fact?.state === "unknown" ? [fact.why] : [])))],
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
