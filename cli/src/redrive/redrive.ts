import type { KinesisEvent } from "../../../pipeline/kinesis-event";
import { ByReport } from "./by-report";
import { ByTime } from "./by-time";
import { concurrencyOf } from "./concurrency";
import type { Output } from "../output";
import type { InvocationResult } from "./delivery";
import type { Journal } from "./journal";
import { Pauses } from "./pauses";
import { Progress } from "./progress";
import type { ReportSource } from "./report-source";
import { rulesOf } from "./rules";
import { Sender, type Target } from "./sender";
import { DECLINED, describeLateness, INTERRUPTED } from "./sentences";
import type { KinesisReads, Pace } from "./shard-reader";
import { emptySummary, tidy, type Summary } from "./summary";
import { Survey } from "./survey";

export interface RedriveOptions {
  readonly dryRun?: boolean;
  /** Reports of one run at most, the oldest first. */
  readonly max?: number;
  readonly saveDirectory?: string;
  /** Sequence numbers of records that are given up on purpose. */
  readonly drop?: readonly string[];
  readonly allInRange?: boolean;
  readonly partitionKeys?: readonly string[];
  readonly ignoreFilters?: boolean;
  readonly deleteExpired?: boolean;
  readonly maxRejected?: number;
  /** Invocations at a time (default: as the mapping would). */
  readonly concurrency?: number;
  /** What to read of each shard (default: as fast as Kinesis allows). */
  readonly bytesPerSecond?: number;
  /** Chooses records by time instead of by report. */
  readonly time?: { readonly from: Date; readonly to: Date };
}

export interface RedriveTools {
  readonly kinesis: KinesisReads;
  /** Where the reports are; not needed to choose records by time. */
  readonly source?: ReportSource;
  readonly journal: Journal;
  readonly invoke: (event: KinesisEvent) => Promise<InvocationResult>;
  /** Concurrency that is reserved for the function; undefined if none is. */
  readonly reserved?: number;
  /** Shows what was found and asks whether to go on; without it, the run does not ask. */
  readonly confirm?: (found: Summary) => Promise<boolean>;
  /** Ends the run when the user interrupts it. */
  readonly pauses?: Pauses;
  /** Shows progress. */
  readonly output?: Pick<Output, "progress" | "note">;
}

const MAX_REJECTED = 100;

/**
 * Sends failed records to the function once more.
 *
 * A report is deleted only when the function has confirmed every record of it. Confirmed records are
 * remembered until then and not sent again. A record may be processed twice where the outcome is
 * not known: when the run or the connection ends during an invocation (the run stops then, and the
 * next one says so), when a function fails after it has
 * processed a part of a batch, and when the report is redriven on a machine without the journal.
 */
export async function redrive(
  target: Target,
  options: RedriveOptions,
  tools: RedriveTools,
): Promise<Summary> {
  const summary = emptySummary();
  summary.unanswered = tools.journal.unanswered;
  summary.directory = options.saveDirectory;
  summary.drop = options.drop ?? [];
  const { pauses = new Pauses() } = tools;
  try {
    await run(target, options, { ...tools, pauses }, summary);
  } catch (error) {
    if (!pauses.isInterruption(error)) {
      throw error;
    }
    summary.stopped ??= INTERRUPTED;
  } finally {
    await (tools.source && watch(tools, "giving the reports back", tools.source.close()));
  }
  return tidy(summary);
}

const watch = <T>(
  { output }: Pick<RedriveTools, "output">,
  text: string | (() => string),
  work: Promise<T>,
): Promise<T> => output?.progress(text, work) ?? work;

async function run(
  target: Target,
  options: RedriveOptions,
  tools: RedriveTools & { readonly pauses: Pauses },
  summary: Summary,
): Promise<void> {
  const { journal, pauses } = tools;
  const work = workOf(target, options, tools, summary);
  await watch(
    tools,
    () => (options.time ? "looking at the stream" : `reports received: ${summary.reports}`),
    work.receive(),
  );
  const { invocations, why } = concurrencyOf({
    asked: options.concurrency,
    shards: work.shardCount,
    parallelizationFactor: target.parallelizationFactor,
    reserved: tools.reserved,
  });
  Object.assign(summary, { concurrency: invocations, concurrencyReason: why });
  if (options.dryRun === true || tools.confirm) {
    await watch(
      tools,
      () => `looking at the records: ${summary.records} found`,
      work.preview(new Survey(options.dryRun === true), Math.max(1, invocations)),
    );
  }
  if (options.dryRun === true) {
    return;
  }
  if (tools.confirm) {
    const isAnything = summary.records > 0 || summary.isAtLeast;
    if (isAnything && !(await tools.confirm(tidy(summary)))) {
      summary.stopped = DECLINED;
      return;
    }
    Object.assign(summary, {
      ...{
        records: 0,
        isAtLeast: false,
        unsurveyed: 0,
        aggregated: 0,
        expired: [],
        undecided: [],
      },
    });
  }
  const sender = new Sender(target, journal, summary, {
    concurrency: invocations,
    invoke: tools.invoke,
    ...(options.saveDirectory !== undefined && { saveDirectory: options.saveDirectory }),
    drop: new Set(options.drop),
    maxRejected: options.maxRejected ?? MAX_REJECTED,
    stopReason: () => (pauses.signal?.aborted ? INTERRUPTED : tools.source?.problem()),
  });
  const progress = new Progress(
    summary,
    work,
    () => pauses.throttledCall,
    () => tools.output?.note(describeLateness(target.streamArn, work.retentionHours).join("\n")),
  );
  await watch(tools, () => progress.line(), work.send(sender, invocations));
  const isWhole = summary.stopped === undefined && options.saveDirectory === undefined;
  if (isWhole && summary.leftByMax === 0) {
    journal.write({ completed: true });
  }
  if (isWhole && options.time && summary.rejected.length === 0) {
    journal.forget();
  }
}

export const paceOf = ({ bytesPerSecond }: RedriveOptions, { sleep }: Pauses): Pace => ({
  sleep,
  ...(bytesPerSecond !== undefined && { bytesPerSecond }),
});

function workOf(
  target: Target,
  options: RedriveOptions,
  { kinesis, source, journal, pauses }: RedriveTools & { readonly pauses: Pauses },
  summary: Summary,
): ByReport | ByTime {
  const rules = rulesOf(target, options);
  const pace = paceOf(options, pauses);
  if (options.time) {
    return new ByTime(target, kinesis, journal, summary, { ...options.time, ...rules, pace });
  }
  if (!source) {
    throw new Error("there is no source of reports");
  }
  return new ByReport(target, { kinesis, source, journal, pace, signal: pauses.signal }, summary, {
    ...rules,
    ...(options.max !== undefined && { max: options.max }),
    drop: options.drop ?? [],
    deleteExpired: options.deleteExpired === true,
    isSaving: options.saveDirectory !== undefined,
  });
}
