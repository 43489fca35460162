import Table from "cli-table3";
import type { Benchmark, Row, Target } from "./benchmark";
import { isMet } from "./statistics";

/** Three significant digits, with thousands separated. */
export const number = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString("en-US", { maximumSignificantDigits: 3 });

export const countOf = (consumers: number): string =>
  consumers === 1 ? "1 consumer" : `${consumers} consumers`;

const limit = (target: Target): string =>
  "atMost" in target ? `at most ${number(target.atMost)}` : `at least ${number(target.atLeast)}`;

const verdict = (row: Row): string => {
  const met = isMet(row);
  return met === undefined ? "" : met ? "met" : "missed";
};

export const HEADER = ["what", "median", "middle half of the runs", "runs", "target", "result"];

/** The cells of a row in a table. */
export const cells = (row: Row): string[] => [
  row.label,
  `${number(row.median)} ${row.unit}`,
  row.runs === 1 ? "" : row.quartiles.map(number).join(" to "),
  String(row.runs),
  row.target ? limit(row.target) : "",
  verdict(row),
];

/** A benchmark's rows as a terminal shows them. */
export function terminalTable({ title, sameWork }: Benchmark, rows: readonly Row[]): string {
  const table = new Table({ head: HEADER, style: { head: [], border: [], compact: true } });
  table.push(...rows.map(cells));
  return `\n${title}\nSame work: ${sameWork}.\n${table.toString()}`;
}

/** The rows that the benchmark's chart shows. */
export const charted = ({ chart }: Benchmark, rows: readonly Row[]): Row[] =>
  rows.filter(({ unit }) => unit === chart.unit);
