import { parseFilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisEvent } from "../../../pipeline/kinesis-event";
import { ByReport } from "./by-report";
import { ByTime } from "./by-time";
import { concurrencyOf } from "./concurrency";
import type { InvocationResult } from "./delivery";
import type { Journal } from "./journal";
import type { ReportSource } from "./report-source";
import { Sender, type Target } from "./sender";
import { DECLINED } from "./sentences";
import type { KinesisReads } from "./shard-reader";
import { emptySummary, tidy, type Summary } from "./summary";
import { Survey } from "./survey";

export interface RedriveOptions {
  readonly dryRun?: boolean;
  /** Reports of one run at most, the oldest first. */
  readonly max?: number;
  readonly saveDirectory?: string;
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
  /** Whether the user has asked the run to end. */
  readonly isInterrupted?: () => boolean;
  readonly sleep?: (milliseconds: number) => Promise<void>;
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
  try {
    const work = workOf(target, options, tools, summary);
    await work.receive();
    const { invocations, why } = concurrencyOf({
      asked: options.concurrency,
      shards: work.shardCount,
      parallelizationFactor: target.parallelizationFactor,
      reserved: tools.reserved,
    });
    Object.assign(summary, { concurrency: invocations, concurrencyReason: why });
    if (options.dryRun === true || tools.confirm) {
      await work.preview(new Survey(options.dryRun === true), Math.max(1, invocations));
    }
    if (options.dryRun === true) {
      return tidy(summary);
    }
    if (tools.confirm) {
      const isAnything = summary.records > 0 || summary.isAtLeast;
      if (isAnything && !(await tools.confirm(tidy(summary)))) {
        summary.stopped = DECLINED;
        return summary;
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
    const sender = new Sender(target, tools.journal, summary, {
      concurrency: invocations,
      invoke: tools.invoke,
      ...(options.saveDirectory !== undefined && { saveDirectory: options.saveDirectory }),
      maxRejected: options.maxRejected ?? MAX_REJECTED,
      stopReason: () =>
        tools.isInterrupted?.() === true ? "you interrupted it" : tools.source?.problem(),
    });
    await work.send(sender, invocations);
    const isWhole = summary.stopped === undefined && options.saveDirectory === undefined;
    if (isWhole && summary.leftByMax === 0) {
      tools.journal.write({ completed: true });
    }
    if (isWhole && options.time && summary.rejected.length === 0) {
      tools.journal.forget();
    }
    return tidy(summary);
  } finally {
    await tools.source?.close();
  }
}

function workOf(
  target: Target,
  options: RedriveOptions,
  { kinesis, source, journal, sleep }: RedriveTools,
  summary: Summary,
): ByReport | ByTime {
  const patterns = options.ignoreFilters === true ? [] : target.filterPatterns;
  const filters = patterns.map((text) => {
    try {
      return parseFilterPattern(text);
    } catch (error) {
      throw new Error(
        `the mapping's filter ${text} cannot be evaluated here (${(error as Error).message}); use --ignore-filters and choose by --partition-key`,
      );
    }
  });
  const pace = {
    ...(sleep && { sleep }),
    ...(options.bytesPerSecond !== undefined && { bytesPerSecond: options.bytesPerSecond }),
  };
  if (options.time) {
    const rules = { ...options.time, filters, filterPatterns: patterns, pace };
    return new ByTime(target, kinesis, journal, summary, rules);
  }
  if (!source) {
    throw new Error("there is no source of reports");
  }
  return new ByReport(target, { kinesis, source, journal, pace }, summary, {
    ...(options.max !== undefined && { max: options.max }),
    choice: {
      allInRange: options.allInRange === true,
      partitionKeys: options.partitionKeys ?? [],
    },
    filters,
    deleteExpired: options.deleteExpired === true,
    isSaving: options.saveDirectory !== undefined,
  });
}
