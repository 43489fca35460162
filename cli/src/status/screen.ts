import { setTimeout as sleep } from "node:timers/promises";
import { discover } from "../from-aws";
import { EXIT, misuse, type ExitCode } from "../errors";
import { inTurns } from "../in-turns";
import type { Output } from "../output";
import type { PipelineContext } from "../pipeline-command";
import type { Source } from "../sources";
import { DEFAULT_WATCH_SECONDS, type StatusOptions } from "./command";
import { linesOf } from "./lines";
import { statusOf, type Status } from "./measure";

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
    show(output, all);
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

/** The status of every reader, the worst first. */
async function measureAll({ references, accounts }: Source, minutes: number): Promise<Status[]> {
  // The configuration may have changed since the mappings were found.
  const current = references.map(({ configuration: _old, ...reference }) => reference);
  const pipelines = await discover(current, accounts);
  const end = new Date();
  const start = new Date(Number(end) - minutes * 60_000);
  const all = await inTurns(pipelines, (pipeline) => statusOf(pipeline, { start, end }));
  const rank = ({ verdict }: Status): number => ["wrong", "unknown", "good"].indexOf(verdict);
  const lag = ({ lagMilliseconds = 0 }: Status): number => lagMilliseconds;
  return all.sort((one, other) => rank(one) - rank(other) || lag(other) - lag(one));
}

function exitCodeOf(all: readonly Status[]): ExitCode {
  if (all.some(({ verdict }) => verdict === "wrong")) {
    return EXIT.finding;
  }
  return all.some(({ verdict }) => verdict === "unknown") ? EXIT.lookupFailed : EXIT.good;
}

function show(output: Output, all: readonly Status[]): void {
  linesOf(all, new Date(), output.colors).forEach((line) => output.line(line));
  output.json(all);
}
