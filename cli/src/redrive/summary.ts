import { compareSequences } from "./sequence";

/** What a redrive found and did; also its `--json` output. */
export interface Summary {
  /** Where the reports came from; undefined when records were chosen by time. */
  source?: string;
  /** Reports that were there. */
  reports: number;
  /** The reports whose records expire first; at most 20. */
  oldestReports: ReportSummary[];
  /** Reports that `--max` left for a later run. */
  leftByMax: number;
  deletedReports: number;
  /** KPL-aggregated records that were read, selected or not. */
  aggregated: number;
  /** Records that failed and can be read. With `--dry-run`, these would be sent. */
  records: number;
  /** Whether there may be more than `records`, since not all were counted before the question. */
  isAtLeast: boolean;
  /** Reports whose records were not looked at before the question: `records` has them as reported. */
  unsurveyed: number;
  /** Invocations at a time, and what decided that. */
  concurrency: number;
  concurrencyReason: string;
  sent: number;
  /** Records that an earlier run had confirmed. */
  confirmedBefore: number;
  /** Sequence numbers that `--drop` names. */
  drop: readonly string[];
  /** Records that were given up on purpose, by this run or by an earlier one. */
  dropped: { readonly shardId: string; readonly sequenceNumber: string }[];
  /** Records that were written to files. */
  saved: number;
  /** Records that could not be written to a file, and why. */
  unsaved: { shardId: string; count: number; why: string }[];
  /** Directory of those files. */
  directory?: string;
  rejected: RejectedRecord[];
  expired: ExpiredRecords[];
  /** Records that were to be chosen by time and arrived before this have expired. */
  expiredBefore?: string;
  undecided: UndecidedReport[];
  unusable: { id: string; why: string }[];
  /** Sequence numbers that the previous run sent without learning the outcome. */
  unanswered: readonly string[];
  /** Records that the function may have processed, although no answer says so. */
  lost: LostAnswer[];
  /** Why the run ended before everything was sent. */
  stopped?: string;
}

interface ReportSummary {
  readonly report: string;
  readonly shardId: string;
  readonly batchSize: number;
  readonly firstArrival: string;
}

export interface LostAnswer {
  readonly shardId: string;
  readonly sequenceNumbers: readonly string[];
  readonly why: string;
}

interface RejectedRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string | null;
  readonly why: string;
}

interface ExpiredRecords {
  readonly report?: string;
  readonly shardId: string;
  readonly count: number;
  /** Whether there may be more than `count`. */
  readonly isMinimum: boolean;
  readonly fromSequenceNumber: string;
  /** First sequence number that has not expired. */
  readonly beforeSequenceNumber: string;
  readonly firstArrival: string;
  readonly lastArrival: string;
}

interface UndecidedReport {
  readonly report: string;
  readonly shardId: string;
  readonly batchSize: number;
  readonly candidates: number;
  readonly why: "more" | "fewer" | "expired";
  /** The most frequent keys of the candidates; an empty one stands for none. */
  readonly partitionKeys: Readonly<Record<string, number>>;
  readonly partitionKeyCount: number;
}

export const emptySummary = (): Summary => ({
  reports: 0,
  oldestReports: [],
  leftByMax: 0,
  deletedReports: 0,
  aggregated: 0,
  records: 0,
  isAtLeast: false,
  unsurveyed: 0,
  concurrency: 1,
  concurrencyReason: "",
  sent: 0,
  confirmedBefore: 0,
  drop: [],
  dropped: [],
  saved: 0,
  unsaved: [],
  rejected: [],
  lost: [],
  expired: [],
  undecided: [],
  unusable: [],
  unanswered: [],
});

/** Records that this run is done with. */
export const handledRecords = ({ sent, saved, unsaved, rejected, dropped }: Summary): number =>
  unsaved.reduce((sum, { count }) => sum + count, sent + saved + rejected.length + dropped.length);

/** Records that were to be dropped, and were not found. */
export const notDropped = ({ drop, dropped }: Summary): string[] =>
  drop.filter((number) => !dropped.some(({ sequenceNumber }) => sequenceNumber === number));

/** Brings what shards side by side found into an order that does not depend on which was faster. */
export function tidy(summary: Summary): Summary {
  const { rejected, dropped, unsaved, expired, undecided, lost, unusable } = summary;
  for (const list of [unsaved, expired, undecided, lost] as { shardId: string }[][]) {
    list.sort((a, b) => compare(a.shardId, b.shardId));
  }
  for (const list of [rejected, dropped] as { shardId: string; sequenceNumber: string }[][]) {
    list.sort(
      (a, b) =>
        compare(a.shardId, b.shardId) || compareSequences(a.sequenceNumber, b.sequenceNumber),
    );
  }
  unusable.sort((a, b) => compare(a.id, b.id));
  return summary;
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);
