import type { Row, Target } from "./benchmark";

/** The value below which this share of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

type Extras = Pick<Row, "target" | "point">;

export const row = (
  label: string,
  unit: string,
  values: readonly number[],
  extras: Extras = {},
): Row => ({
  label,
  unit,
  median: median(values),
  quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
  runs: values.length,
  ...extras,
});

/**
 * How many times one side's value is the other's, compared round by round: what slows the machine
 * down during a round slows both sides down.
 */
export const ratio = (
  label: string,
  values: readonly number[],
  others: readonly number[],
  target?: Target,
): Row =>
  row(
    label,
    "times",
    values.map((value, round) => value / (others[round] ?? NaN)),
    target && { target },
  );

/** The exponent of the power law through two points: 1 if the value grows in proportion. */
export const exponent = (from: [number, number], to: [number, number]): number =>
  Math.log(to[1] / from[1]) / Math.log(to[0] / from[0]);

export const isMet = ({ median: value, target }: Row): boolean | undefined =>
  target && ("atMost" in target ? value <= target.atMost : value >= target.atLeast);

/** Rows that no run can have measured: missing, infinite or not positive. */
export const impossible = (rows: readonly Row[]): Row[] =>
  rows.filter(({ median: value }) => !Number.isFinite(value) || value <= 0);
