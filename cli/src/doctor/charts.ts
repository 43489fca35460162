import { mapFound, valueOf, type Fact } from "../../../pipeline/fact";
import type { Account } from "../accounts";
import { duration } from "../duration";
import type { Pipeline } from "../pipeline";
import {
  functionMetric,
  readSeries,
  streamMetric,
  type Metric,
  type Point,
  type Window,
} from "../status/metrics";

/** One metric by the minute. A minute without a value has no point, which is not 0. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  /** How a value is written. */
  readonly label: (value: number) => string;
  readonly series: readonly Series[];
}

const count = (value: number): string => String(Math.round(value * 10) / 10);

export interface Charts {
  readonly charts: readonly Chart[];
  /** Why metrics could not be read. */
  readonly unknown: readonly string[];
}

/** Lag, failed invocations and records of a pipeline. */
export async function readCharts(pipeline: Pipeline, window: Window): Promise<Charts> {
  const { stream, consumer, function: fn } = pipeline;
  const ofConsumer = { ConsumerName: consumer?.name ?? "" };
  const ofFunction = [
    functionMetric(pipeline, "IteratorAge", "Maximum"),
    functionMetric(pipeline, "Errors"),
    functionMetric(pipeline, "Throttles"),
  ];
  const ofStream = [
    streamMetric(pipeline, "IncomingRecords", "Sum"),
    ...(consumer
      ? [
          streamMetric(pipeline, "SubscribeToShardEvent.Records", "Sum", ofConsumer),
          streamMetric(pipeline, "SubscribeToShardEvent.MillisBehindLatest", "Maximum", ofConsumer),
        ]
      : [streamMetric(pipeline, "GetRecords.Records", "Sum")]),
  ];
  const read = await Promise.all([
    seriesOf(fn.account, ofFunction, window),
    seriesOf(stream.account, ofStream, window),
  ]);
  const all = read.flatMap((fact) => valueOf(fact) ?? []);
  const named = (...names: string[]): Series[] => all.filter(({ name }) => names.includes(name));
  return {
    charts: [
      {
        title: "Lag",
        label: duration,
        series: named("IteratorAge", "SubscribeToShardEvent.MillisBehindLatest"),
      },
      {
        title: "Failed and throttled invocations a minute",
        label: count,
        series: named("Errors", "Throttles"),
      },
      {
        title: "Records a minute, put into the stream and read from it",
        label: count,
        series: named("IncomingRecords", "GetRecords.Records", "SubscribeToShardEvent.Records"),
      },
    ],
    unknown: [...new Set(read.flatMap((fact) => (fact.state === "unknown" ? [fact.why] : [])))],
  };
}

async function seriesOf(
  account: Account,
  metrics: readonly Metric[],
  window: Window,
): Promise<Fact<readonly Series[]>> {
  const read = await readSeries(account, metrics, window);
  return mapFound(read, (all) =>
    all.map((points, index) => ({
      name: metrics[index]?.name ?? "",
      points: [...points].reverse(),
    })),
  );
}
