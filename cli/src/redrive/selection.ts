import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import type { Report } from "./report";

/** What the caller decided for reports whose range holds more records than the failed batch had. */
export interface Choice {
  readonly allInRange: boolean;
  readonly partitionKeys: readonly string[];
}

export interface BatchRules {
  readonly filters: readonly FilterPattern[];
  readonly parallelizationFactor: number;
}

/** Records that retention has removed. */
interface Expired {
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
  /** Why it is not known which records failed, and those that may have. */
  readonly undecided?: {
    readonly why: "more" | "fewer" | "expired";
    readonly candidates: readonly KinesisRecord[];
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
): readonly Selection[] {
  const numbers = records.map(({ sequenceNumber }) => BigInt(sequenceNumber));
  return decideTogether(
    reports.map((report) => {
      const inRange = records.slice(
        firstFrom(numbers, report.start),
        firstFrom(numbers, report.end + 1n),
      );
      return selectOne(report, inRange, rules, choice);
    }),
  );
}

/** Index of the first of the ordered numbers that is not below `from`. */
function firstFrom(numbers: readonly bigint[], from: bigint): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? from) < from) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function selectOne(
  report: Report,
  inRange: readonly KinesisRecord[],
  { filters, parallelizationFactor }: BatchRules,
  { allInRange, partitionKeys }: Choice,
): Selection {
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
    const chosen = candidates.filter(({ partitionKey }) =>
      partitionKeys.includes(partitionKey ?? ""),
    );
    return selection(chosen, chosen.length >= report.batchSize);
  }
  const undecided: Selection["undecided"] = {
    why: isCut ? "expired" : candidates.length < report.batchSize ? "fewer" : "more",
    candidates,
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
  // Records without a key may have gone into any batch.
  const certain = candidates.filter(
    ({ partitionKey }) => partitionKey !== null && keys.includes(partitionKey),
  );
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
 * Batches have no record in common. So what is certainly in one batch is in no other; and if the
 * ranges that are left hold exactly as many records as their batches had together, every one of the
 * records failed.
 */
function decideTogether(selections: readonly Selection[]): readonly Selection[] {
  const open = selections.filter(({ undecided }) => undecided?.why === "more");
  const decided = selections.filter((selection) => !open.includes(selection));
  const taken = sequenceNumbers(decided.flatMap(({ records }) => records));
  const decide = (selection: Selection, records: readonly KinesisRecord[]): Selection => ({
    report: selection.report,
    records,
    isComplete: true,
  });
  const left = new Map(open.map((one) => [one, without(one.undecided?.candidates ?? [], taken)]));
  const proved = [...left].find(([{ report }, records]) => records.length === report.batchSize);
  if (proved) {
    const [selection, records] = proved;
    return decideTogether(
      selections.map((one) => (one === selection ? decide(one, records) : one)),
    );
  }
  const together = sequenceNumbers([...left.values()].flat());
  const failed = open.reduce((sum, { report }) => sum + report.batchSize, 0);
  // The same range twice is the same batch reported twice.
  const ranges = new Set(open.map(({ report }) => `${report.start}-${report.end}`));
  return together.size === failed && ranges.size === open.length
    ? selections.map((one) => (open.includes(one) ? decide(one, left.get(one) ?? []) : one))
    : selections;
}

const sequenceNumbers = (records: readonly KinesisRecord[]): ReadonlySet<string> =>
  new Set(records.map(({ sequenceNumber }) => sequenceNumber));

const without = (records: readonly KinesisRecord[], taken: ReadonlySet<string>) =>
  records.filter(({ sequenceNumber }) => !taken.has(sequenceNumber));

/** How many records each partition key has; an empty one stands for none. */
export function countKeys(records: readonly KinesisRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { partitionKey } of records) {
    const key = partitionKey ?? "";
    counts.set(key, (counts.get(key) ?? 0) + 1);
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

/** IDs of the reports that each record belongs to. */
export function reportsByRecord(selections: readonly Selection[]): Map<string, string[]> {
  const reports = new Map<string, string[]>();
  for (const { report, records } of selections) {
    for (const { sequenceNumber } of records) {
      reports.set(sequenceNumber, [...(reports.get(sequenceNumber) ?? []), report.id]);
    }
  }
  return reports;
}

/** Each record once, in the shard's order. */
export function inOrder(records: readonly KinesisRecord[]): KinesisRecord[] {
  const bySequence = new Map(records.map((record) => [record.sequenceNumber, record]));
  return [...bySequence.values()].sort((a, b) => {
    const [first, second] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)];
    return Number(first > second) - Number(first < second);
  });
}
