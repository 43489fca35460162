import { passes, type Pattern } from "../../../modules/cross-account-consumer/filter-matching";
import type { KinesisRecord, Report } from "./report";

/** What the caller decided for reports whose range holds more records than the failed batch had. */
export interface Choice {
  readonly allInRange: boolean;
  readonly partitionKeys: readonly string[];
}

export interface BatchRules {
  readonly filters: readonly Pattern[];
  readonly parallelizationFactor: number;
}

/** Records that retention has removed. */
export interface Expired {
  /** How many; at least this many where it cannot be known which of the readable ones failed. */
  readonly count: number;
  readonly isMinimum: boolean;
  readonly from: bigint;
  /** Sequence number of the oldest record of the report that can be read, or that of its last. */
  readonly before: bigint | undefined;
}

/** What is known of the records of one report. */
export interface Selection {
  readonly report: Report;
  /** The failed records that can be read, in order; empty while it is not known which they are. */
  readonly records: readonly KinesisRecord[];
  readonly expired?: Expired;
  /** Why it is not known which records failed, and those that may have, counted by partition key. */
  readonly undecided?: {
    readonly why: "more" | "fewer" | "expired";
    readonly candidates: number;
    readonly keys: ReadonlyMap<string, number>;
  };
  /** Whether the report is done with once `records` are confirmed. */
  readonly isComplete: boolean;
}

/**
 * Reports with overlapping ranges, which are decided together. `records` are all that can be read
 * from the first start to the last end.
 */
export function select(
  reports: readonly Report[],
  records: readonly KinesisRecord[],
  rules: BatchRules,
  choice: Choice,
): Selection[] {
  const selections = reports.map((report) => selectOne(report, records, rules, choice));
  return decideTogether(selections, records, rules) ?? selections;
}

const isIn = ({ start, end }: Report, { sequenceNumber }: KinesisRecord): boolean =>
  BigInt(sequenceNumber) >= start && BigInt(sequenceNumber) <= end;

function selectOne(
  report: Report,
  all: readonly KinesisRecord[],
  { filters, parallelizationFactor }: BatchRules,
  { allInRange, partitionKeys }: Choice,
): Selection {
  const inRange = all.filter((record) => isIn(report, record));
  const candidates = inRange.filter((record) => passes(filters, record));
  const [oldest] = inRange;
  const isCut = oldest === undefined || BigInt(oldest.sequenceNumber) !== report.start;
  const isLaneUnknown = parallelizationFactor > 1;
  const expired = isCut ? expiredOf(report, oldest, candidates.length, isLaneUnknown) : undefined;
  const selection = (chosen: readonly KinesisRecord[], isWhole = true): Selection => ({
    report,
    records: chosen,
    ...(expired && { expired }),
    isComplete: !expired && isWhole,
  });

  if (candidates.length === 0 && expired) {
    return selection([]);
  }
  if (allInRange) {
    return selection(candidates, candidates.length >= report.batchSize);
  }
  const sure = isCut
    ? !isLaneUnknown && candidates.length <= report.batchSize && candidates
    : certainRecords(report, candidates, isLaneUnknown);
  if (sure) {
    return selection(sure);
  }
  if (partitionKeys.length > 0) {
    const chosen = candidates.filter(({ partitionKey }) => partitionKeys.includes(partitionKey));
    return selection(chosen, chosen.length >= report.batchSize);
  }
  const fewerOrMore = candidates.length < report.batchSize ? "fewer" : "more";
  const undecided = {
    why: isCut ? ("expired" as const) : fewerOrMore,
    candidates: candidates.length,
    keys: countKeys(candidates),
  };
  return { ...selection([], false), undecided };
}

/**
 * The records of a batch, where the report proves which they are. Its first and last record are
 * certain; and with a parallelization factor, all records of one partition key between two records
 * of a batch are in that batch, so the keys of those two are as well.
 */
function certainRecords(
  { start, end, batchSize }: Report,
  candidates: readonly KinesisRecord[],
  isLaneUnknown: boolean,
): readonly KinesisRecord[] | undefined {
  if (candidates.length === batchSize) {
    return candidates;
  }
  const limits = [String(start), String(end)];
  const keys = candidates
    .filter(({ sequenceNumber }) => limits.includes(sequenceNumber))
    .map(({ partitionKey }) => partitionKey);
  const certain = candidates.filter(({ partitionKey }) => keys.includes(partitionKey));
  return isLaneUnknown && certain.length === batchSize ? certain : undefined;
}

function expiredOf(
  { start, end, batchSize }: Report,
  oldest: KinesisRecord | undefined,
  readable: number,
  isLaneUnknown: boolean,
): Expired {
  const count = Math.max(1, batchSize - readable);
  return {
    count,
    isMinimum: isLaneUnknown && readable > 0,
    from: start,
    before: oldest ? BigInt(oldest.sequenceNumber) : end + 1n,
  };
}

/**
 * Batches have no record in common. If overlapping ranges hold exactly as many records as their
 * batches had together, every one of the records failed.
 */
function decideTogether(
  selections: readonly Selection[],
  records: readonly KinesisRecord[],
  { filters }: BatchRules,
): Selection[] | undefined {
  const open = selections.filter(({ undecided }) => undecided?.why === "more");
  const ranges = new Set(open.map(({ report }) => `${report.start}-${report.end}`));
  if (open.length < 2 || ranges.size < open.length) {
    return undefined;
  }
  const candidates = records.filter(
    (record) => passes(filters, record) && open.some(({ report }) => isIn(report, record)),
  );
  const failed = open.reduce((sum, { report }) => sum + report.batchSize, 0);
  if (candidates.length !== failed) {
    return undefined;
  }
  return selections.map((selection) =>
    open.includes(selection)
      ? {
          report: selection.report,
          records: candidates.filter((record) => isIn(selection.report, record)),
          isComplete: true,
        }
      : selection,
  );
}

function countKeys(records: readonly KinesisRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { partitionKey } of records) {
    counts.set(partitionKey, (counts.get(partitionKey) ?? 0) + 1);
  }
  return counts;
}

/** Groups reports of one shard, sorted by their start, so that no range reaches into the next group. */
export function overlapping(reports: readonly Report[]): Report[][] {
  const groups: Report[][] = [];
  let end = -1n;
  for (const report of [...reports].sort(compareStarts)) {
    if (report.start > end) {
      groups.push([]);
    }
    groups.at(-1)?.push(report);
    end = report.end > end ? report.end : end;
  }
  return groups;
}

export const compareStarts = (a: Report, b: Report): number =>
  Number(a.start > b.start) - Number(a.start < b.start);
