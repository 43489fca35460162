import { readCharts } from "../../cli/src/doctor/charts";
import { conclude } from "../../cli/src/doctor/conclusion";
import { pageOf, type Section } from "../../cli/src/doctor/page";
import { repairsOf } from "../../cli/src/doctor/repairs";
import { diagnosis } from "./recorded-pipeline";
import type { Answers } from "./recorded";

export const WINDOW = {
  start: new Date("2026-01-02T00:00:00Z"),
  end: new Date("2026-01-02T03:00:00Z"),
};

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string } };
}

/** Values of metrics by the minute of the window; CloudWatch is asked for the newest first. */
export const metrics = (
  values: Readonly<Record<string, Readonly<Record<number, number>>>>,
): Answers => ({
  "cloudwatch:GetMetricData": ({ MetricDataQueries: queries }: { MetricDataQueries: Query[] }) => ({
    MetricDataResults: queries.map(({ Id, MetricStat }) => {
      const points = Object.entries(values[MetricStat.Metric.MetricName] ?? {}).reverse();
      return {
        Id,
        Timestamps: points.map(
          ([minute]) => new Date(Number(WINDOW.start) + Number(minute) * 60_000),
        ),
        Values: points.map(([, value]) => value),
      };
    }),
  }),
});

async function sectionOf(changes: Answers): Promise<Section> {
  const diagnosed = await diagnosis({ ...metrics({}), ...changes });
  const { examination, lines } = diagnosed;
  const { pipeline } = examination;
  return {
    ...{ examination, pipeline, lines },
    conclusion: conclude(lines),
    fixes: repairsOf([diagnosed])[0] ?? [],
    charts: await readCharts(pipeline, WINDOW),
  };
}

/** The page about recorded pipelines, each of which differs from a good one by some answers. */
export const page = async (
  changes: readonly Answers[],
  aboutStream: readonly string[] = [],
): Promise<string> =>
  pageOf(await Promise.all(changes.map(sectionOf)), { aboutStream, window: WINDOW });
