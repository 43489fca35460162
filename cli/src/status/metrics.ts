import { paginateGetMetricData, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Account } from "../accounts";
import { lookUp } from "../look-up";
import { mapFound, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";

const PERIOD_SECONDS = 60;
const QUERIES_PER_CALL = 500;

/** One CloudWatch metric, in the account where it is emitted. */
export interface Metric {
  readonly namespace: "AWS/Kinesis" | "AWS/Lambda" | "AWS/SQS";
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Maximum" | "Sum";
}

/** Values of one metric by the minute, newest first; empty if there is no data, which is not 0. */
export type Values = readonly number[];

/** A value of a metric, and when its minute began. */
export interface Point {
  readonly at: Date;
  readonly value: number;
}

/** Time range of the metrics. */
export interface Window {
  readonly start: Date;
  readonly end: Date;
}

export const functionMetric = (
  { function: { name: FunctionName } }: Pipeline,
  name: string,
  statistic: Metric["statistic"] = "Sum",
): Metric => ({ namespace: "AWS/Lambda", name, dimensions: { FunctionName }, statistic });

export const streamMetric = (
  { stream: { name: StreamName } }: Pipeline,
  name: string,
  statistic: Metric["statistic"],
  dimensions: Metric["dimensions"] = {},
): Metric => ({
  namespace: "AWS/Kinesis",
  name,
  dimensions: { StreamName, ...dimensions },
  statistic,
});

/** Reads metrics of one account, in the order in which they are given. */
export async function readMetrics(
  account: Account,
  metrics: readonly Metric[],
  window: Window,
): Promise<Fact<readonly Values[]>> {
  const series = await readSeries(account, metrics, window);
  return mapFound(series, (all) => all.map((points) => points.map(({ value }) => value)));
}

/** The same, with the time of each value. */
export function readSeries(
  account: Account,
  metrics: readonly Metric[],
  { start, end }: Window,
): Promise<Fact<readonly (readonly Point[])[]>> {
  const queries = metrics.map(queryFor);
  return lookUp(account, "cloudwatch:GetMetricData", async ({ cloudwatch }) => {
    const series = metrics.map((): Point[] => []);
    for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
      const pages = paginateGetMetricData(
        { client: cloudwatch },
        {
          StartTime: start,
          EndTime: end,
          ScanBy: "TimestampDescending",
          MetricDataQueries: queries.slice(from, from + QUERIES_PER_CALL),
        },
      );
      for await (const { MetricDataResults: results = [] } of pages) {
        for (const { Id = "", Values: values = [], Timestamps: times = [] } of results) {
          const points = values.map((value, at) => ({ value, at: times[at] ?? start }));
          series[Number(Id.slice(1))]?.push(...points);
        }
      }
    }
    return series;
  });
}

const queryFor = (
  { namespace, name, dimensions, statistic }: Metric,
  index: number,
): MetricDataQuery => ({
  Id: `m${index}`,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: PERIOD_SECONDS,
    Stat: statistic,
  },
});

/** When a metric last had a value, to the minute; missing if it had none. */
export const lastTimeOf = (
  account: Account,
  metric: Metric,
  { start, end }: Window,
): Promise<Fact<Date>> =>
  lookUp(account, "cloudwatch:GetMetricData", async ({ cloudwatch }) => {
    const pages = paginateGetMetricData(
      { client: cloudwatch },
      {
        StartTime: start,
        EndTime: end,
        ScanBy: "TimestampDescending",
        MetricDataQueries: [queryFor(metric, 0)],
      },
    );
    for await (const { MetricDataResults: [result] = [] } of pages) {
      const [newest] = result?.Timestamps ?? [];
      if (newest) {
        return newest;
      }
    }
    return undefined;
  });

/** The newest value. */
export const latest = ([newest]: Values): number | undefined => newest;

/** The sum of the window; undefined if there is no data at all. */
export const total = (values: Values): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
