import { escaped } from "../diagram/dot";
import type { Window } from "../status/metrics";
import type { Chart, Series } from "./charts";

const WIDTH = 720;
const HEIGHT = 150;
/** Place for the labels of the axes. */
const LEFT = 64;
const BOTTOM = 20;
const TOP = 10;
const RIGHT = 8;
const MINUTE = 60_000;

/** A chart with its legend, whose colours are those of the page. */
export function figureOf({ title, label, series }: Chart, window: Window): string {
  const max = Math.max(...series.flatMap(({ points }) => points.map(({ value }) => value)));
  const seen = series.filter(({ points }) => points.length > 0);
  const unseen = series.filter((one) => !seen.includes(one)).map(({ name }) => name);
  const legend = [
    ...seen.map(
      ({ name }) =>
        `<span class="key series${series.findIndex((one) => one.name === name)}">${escaped(name)}</span>`,
    ),
    ...(unseen.length > 0
      ? [`<span class="quiet">no data: ${escaped(unseen.join(", "))}</span>`]
      : []),
  ].join(" ");
  const chart = seen.length === 0 ? "" : svgOf(title, series, max, label, window);
  return `<figure><figcaption>${escaped(title)}<br>${legend}</figcaption>${chart}</figure>`;
}

function svgOf(
  title: string,
  series: readonly Series[],
  max: number,
  label: Chart["label"],
  { start, end }: Window,
): string {
  const x = (at: Date): number =>
    LEFT + ((Number(at) - Number(start)) / (Number(end) - Number(start))) * (WIDTH - LEFT - RIGHT);
  const floor = HEIGHT - BOTTOM;
  const y = (value: number): number => floor - (value / (max || 1)) * (floor - TOP);
  const text = (left: number, top: number, anchor: string, words: string): string =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}">${escaped(words)}</text>`;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<path class="axis" d="M${LEFT} ${TOP}V${floor}H${WIDTH - RIGHT}"/>`,
    text(LEFT - 6, TOP + 5, "end", label(max || 1)),
    text(LEFT - 6, floor, "end", "0"),
    text(LEFT, HEIGHT - 4, "start", clock(start)),
    text(WIDTH - RIGHT, HEIGHT - 4, "end", clock(end)),
    ...series.map(({ points }, index) => {
      const path = points.map((point, at) => {
        const before = points[at - 1];
        const isNext = before && Number(point.at) - Number(before.at) <= MINUTE;
        // A line of no length is drawn as a dot.
        return `${isNext ? "L" : "M"}${round(x(point.at))} ${round(y(point.value))}h0`;
      });
      return `<path class="series${index}" d="${path.join("")}"/>`;
    }),
    "</svg>",
  ].join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;

const clock = (at: Date): string => `${at.toISOString().slice(11, 16)} UTC`;
