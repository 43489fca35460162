import { duration } from "../duration";
import type { Colors } from "../output";
import { functionLabel } from "../pipeline";
import { COLUMNS, wrap } from "../wrap";
import type { Verdict } from "./judge";
import type { Status } from "./measure";

const GAP = "  ";
/** A stream can have thousands of shards. */
const SHARDS_SHOWN = 10;

const HEAD = ["state", "last", "lag", "in/min", "read/min", "errors", "failed", "left"];

/** One screen about some readers: figures, then what is wrong, then the verdict. */
export function linesOf(all: readonly Status[], now: Date, colors: Colors): string[] {
  return [
    ...tableOf(all, now, colors),
    ...all.flatMap(notesOf),
    ...unknownsOf(all),
    "",
    verdictOf(all, colors),
  ];
}

const label = ({ function: arn }: Status): string => functionLabel(arn);

const seconds = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value * 1000;
const time = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? "-" : duration(milliseconds);
const count = (value: number | undefined): string =>
  value === undefined ? "-" : String(Math.round(value * 10) / 10);

const figuresOf = (one: Status, now: Date): string[] => [
  one.state,
  time(
    one.lastBatchAt === undefined
      ? undefined
      : Math.max(0, Number(now) - Number(new Date(one.lastBatchAt))),
  ),
  time(one.lagMilliseconds),
  count(one.recordsInPerMinute),
  count(one.recordsReadPerMinute),
  count(one.errors),
  count(one.failures?.waiting),
  time(seconds(one.failures?.secondsLeft)),
];

/** A row for each reader; names have lines of their own where they do not fit beside the figures. */
function tableOf(all: readonly Status[], now: Date, colors: Colors): string[] {
  const rows = all.map((one) => figuresOf(one, now));
  const widthOf = (column: number) =>
    Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0));
  const widths = HEAD.map((_, column) => widthOf(column));
  const nameWidth = Math.max(...["function", ...all.map(label)].map(({ length }) => length));
  const figuresWidth = widths.reduce((sum, width) => sum + GAP.length + width, 0);
  const isWide = nameWidth + figuresWidth > COLUMNS;
  const paint = { wrong: colors.red, unknown: colors.yellow, good: colors.green };
  const lines = (name: string, cells: readonly string[], ofState: (text: string) => string) => {
    const [state = "", ...others] = cells.map((text, column) => text.padEnd(widths[column] ?? 0));
    const figures = [ofState(state), ...others].join(GAP).trimEnd();
    return isWide
      ? [...(name ? [name] : []), GAP + figures]
      : [`${name.padEnd(nameWidth)}${GAP}${figures}`];
  };
  return [
    ...lines(isWide ? "" : "function", HEAD, (text) => text).map((line) => colors.bold(line)),
    ...all.flatMap((one, index) => lines(label(one), rows[index] ?? [], paint[one.verdict])),
  ];
}

/** What is wrong with a reader, and figures that the table has no room for. */
function notesOf(one: Status): string[] {
  const { problems, throttles = 0, lagMillisecondsByShard: byShard = {} } = one;
  const shards = Object.entries(byShard).sort(([, a], [, b]) => b - a);
  const shown = shards.slice(0, SHARDS_SHOWN).map(([shard, lag]) => `${shard} ${duration(lag)}`);
  const more = shards.length > SHARDS_SHOWN ? [`${shards.length - SHARDS_SHOWN} more`] : [];
  const notes = [
    ...problems,
    ...(throttles > 0 ? [`${count(throttles)} invocations were throttled`] : []),
    ...(shown.length > 0 ? [`lag by shard: ${[...shown, ...more].join(", ")}`] : []),
  ];
  return notes.length === 0 ? [] : ["", label(one), ...notes.flatMap((note) => wrap(note, GAP))];
}

/** What is not known, once, with the readers about which it is not. */
function unknownsOf(all: readonly Status[]): string[] {
  const whys = [...new Set(all.flatMap(({ unknown }) => unknown))];
  return whys.flatMap((why) => {
    const names = new Set(all.filter(({ unknown }) => unknown.includes(why)).map(label));
    return ["", ...wrap(`unknown (${[...names].join(", ")}): ${why}`, "")];
  });
}

function verdictOf(all: readonly Status[], colors: Colors): string {
  const number = (verdict: Verdict) => all.filter((one) => one.verdict === verdict).length;
  const [wrong, unknown] = [number("wrong"), number("unknown")];
  const of = `of ${all.length} ${all.length === 1 ? "reader" : "readers"}`;
  if (wrong > 0) {
    const rest = unknown > 0 ? `; cannot tell about ${unknown}` : "";
    return colors.red(`something is wrong with ${wrong} ${of}${rest}`);
  }
  return unknown > 0
    ? colors.yellow(`cannot tell whether all is well with ${unknown} ${of}`)
    : colors.green(`all is well with ${all.length} ${of}`);
}
