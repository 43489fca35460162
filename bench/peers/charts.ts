import * as echarts from "echarts";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Benchmark, Row } from "../benchmark";
import { charted, number } from "../format";
import { ROOT } from "../measure";

/** The colours are variables, so that the reader's light or dark scheme decides. */
const STYLE = `<style>
svg { --ink: #1f2328; --quiet: #8c959f; --paper: #ffffff; --one: #0969da; --two: #bc4c00; --three: #1a7f37; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --quiet: #6e7681; --paper: #0d1117; --one: #79c0ff; --two: #ffa657; --three: #7ee787; }
}
</style><rect width="100%" height="100%" fill="var(--paper)"/>`;
const PALETTE = ["var(--one)", "var(--two)", "var(--three)"];
const TEXT = { color: "var(--ink)", fontFamily: "system-ui, sans-serif" };
const AXIS = {
  axisLabel: TEXT,
  nameTextStyle: TEXT,
  axisLine: { lineStyle: { color: "var(--quiet)" } },
  axisTick: { lineStyle: { color: "var(--quiet)" } },
  splitLine: { lineStyle: { color: "var(--quiet)", opacity: 0.3 } },
};
const WIDTH = 760;

/** Draws a benchmark's chart into docs/performance/. */
export function drawChart(benchmark: Benchmark, rows: readonly Row[]): void {
  const shown = charted(benchmark, rows);
  const isLines = shown.some(({ point }) => point);
  const height = isLines ? 380 : 110 + 34 * shown.length;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({
    animation: false,
    color: PALETTE,
    textStyle: TEXT,
    title: { text: `${benchmark.chart.title} (${benchmark.chart.unit})`, textStyle: TEXT },
    ...(isLines ? lines(benchmark, shown) : bars(shown)),
  });
  const svg = chart.renderToSVGString().replace(/(<svg[^>]*>)/, `$1\n${STYLE}`);
  chart.dispose();
  const directory = path.join(ROOT, "docs", "performance");
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, `${benchmark.name}.svg`), `${svg}\n`);
}

const bars = (rows: readonly Row[]): echarts.EChartsOption => ({
  grid: { left: 16, right: 60, top: 48, bottom: 16, containLabel: true },
  xAxis: { type: "value", ...AXIS },
  yAxis: {
    type: "category",
    inverse: true,
    data: rows.map(({ label }) => label),
    ...AXIS,
    axisLabel: { ...TEXT, width: 300, overflow: "break" },
  },
  series: [
    {
      type: "bar",
      barMaxWidth: 20,
      data: rows.map((row) => row.median),
      label: {
        show: true,
        position: "right",
        formatter: ({ value }) => number(Number(value)),
        ...TEXT,
      },
    },
  ],
});

function lines({ chart }: Benchmark, rows: readonly Row[]): echarts.EChartsOption {
  const names = [...new Set(rows.map(({ point }) => point?.line ?? ""))];
  return {
    grid: { left: 16, right: 32, top: 88, bottom: 32, containLabel: true },
    legend: { top: 36, textStyle: TEXT, data: names },
    xAxis: {
      type: "log",
      name: chart.horizontal ?? "",
      nameLocation: "middle",
      nameGap: 28,
      ...AXIS,
    },
    yAxis: { type: "log", ...AXIS },
    series: names.map((name) => ({
      name,
      type: "line",
      symbolSize: 7,
      data: rows
        .filter(({ point }) => point?.line === name)
        .map(({ point, median }) => [point?.at ?? 0, median]),
    })),
  };
}
