import { setTimeout as sleep } from "node:timers/promises";
import { parseFunctionArn } from "../../../pipeline/arn";
import { discover } from "../from-aws";
import { EXIT, misuse, type ExitCode } from "../errors";
import type { Output } from "../output";
import type { PipelineContext } from "../pipeline-command";
import type { Source } from "../sources";
import { DEFAULT_WATCH_SECONDS, type StatusOptions } from "./command";
import { measure, type Status } from "./measure";

export async function runStatus({
  source: find,
  output,
  options,
  signal,
}: PipelineContext<StatusOptions>): Promise<ExitCode> {
  const minutes = positive("--minutes", options.minutes);
  const { watch } = options;
  const seconds =
    watch === undefined
      ? undefined
      : positive("--watch", watch === true ? String(DEFAULT_WATCH_SECONDS) : watch);
  const source = await output.progress("looking for mappings", find());
  for (;;) {
    const all = await output.progress("reading metrics", measureAll(source, minutes));
    if (seconds !== undefined) {
      output.clear();
    }
    show(output, all, minutes);
    if (seconds === undefined) {
      return exitCodeOf(all);
    }
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) {
      return exitCodeOf(all);
    }
  }
}

function positive(option: string, given: string): number {
  const value = Number(given);
  if (!(value > 0)) {
    throw misuse(`'${option}' must be a number above 0, got ${given}; write 5, for example`);
  }
  return value;
}

async function measureAll({ references, accounts }: Source, minutes: number): Promise<Status[]> {
  // The configuration may have changed since the mappings were found.
  const current = references.map(({ configuration: _old, ...reference }) => reference);
  const pipelines = await discover(current, accounts);
  const end = new Date();
  const start = new Date(Number(end) - minutes * 60_000);
  return Promise.all(pipelines.map((pipeline) => measure(pipeline, { start, end })));
}

/** AWS recommends to act when the iterator age exceeds half of the retention. */
function needsAttention({ state, failures, lagMilliseconds = 0, retentionHours }: Status): boolean {
  const half = ((retentionHours ?? Infinity) * 3_600_000) / 2;
  return !["Enabled", "unknown"].includes(state) || !!failures?.waiting || lagMilliseconds > half;
}

function exitCodeOf(all: readonly Status[]): ExitCode {
  if (all.some(needsAttention)) {
    return EXIT.finding;
  }
  return all.some(({ unknown }) => unknown.length > 0) ? EXIT.lookupFailed : EXIT.good;
}

function show(output: Output, all: readonly Status[], minutes: number): void {
  const { colors } = output;
  output.table(
    [
      "function",
      "state",
      "lag",
      "in/min",
      "read/min",
      `errors (${minutes} min)`,
      "throttles",
      "failed",
      "oldest",
      "left",
    ],
    all.map((one) => [
      functionLabel(one),
      needsAttention(one) ? colors.red(one.state) : colors.green(one.state),
      duration(one.lagMilliseconds),
      count(one.recordsInPerMinute),
      count(one.recordsReadPerMinute),
      count(one.errors),
      count(one.throttles),
      count(one.failures?.waiting),
      duration(seconds(one.failures?.oldestSeconds)),
      duration(seconds(one.failures?.secondsLeft)),
    ]),
  );
  for (const one of all) {
    const shards = Object.entries(one.lagMillisecondsByShard ?? {});
    if (shards.length > 0) {
      const text = shards.map(([shard, lag]) => `${shard} ${duration(lag)}`).join(", ");
      output.line(`\n${functionLabel(one)}, lag by shard: ${text}`);
    }
  }
  const unknown = new Set(all.flatMap((one) => one.unknown));
  unknown.forEach((why) => output.line(`\nunknown: ${why}`));
  output.json(all);
}

function functionLabel({ function: arn }: Status): string {
  const { name, qualifier } = parseFunctionArn(arn);
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

const seconds = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value * 1000;

const count = (value: number | undefined): string =>
  value === undefined ? "-" : String(Math.round(value * 10) / 10);

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** A duration in the largest unit of which it has at least one. */
function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) {
    return "-";
  }
  const [unit, size] = UNITS.find(([, one]) => milliseconds >= one) ?? ["ms", 1];
  return `${Math.round((milliseconds / size) * 10) / 10} ${unit}`;
}
