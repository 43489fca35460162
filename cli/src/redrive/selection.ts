import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import type { Report } from "./report";

/** What the caller decided for reports whose range holds more records than the failed batch had. */
export interface Choice {
  readonly allInRange: boolean;
  readonly partitionKeys: readonly string[];
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

/** A record in the range of a report that passes the mapping's filters. */
export type Candidate = Pick<KinesisRecord, "sequenceNumber" | "partitionKey">;

/** What is known of the records of one report. */
export interface Decision {
  readonly report: Report;
  /** Whether a candidate is one of the failed records; of none, while it is not known which they are. */
  readonly takes: (candidate: Candidate) => boolean;
  /** Which report comes first where several may take what is left by those whose records are certain. */
  readonly rank?: number;
  readonly expired?: Expired;
  /** Why it is not known which records failed, and how many may have. */
  readonly undecided?: {
    readonly why: "more" | "fewer" | "expired";
    readonly candidates: number;
  };
  /** Whether the report is done with once the records that it takes are confirmed. */
  readonly isComplete: boolean;
}

const ALL = () => true;
const NONE = () => false;

const withKey = (keys: readonly string[]) => {
  const wanted = new Set(keys);
  // An empty key stands for none.
  return ({ partitionKey }: Candidate) => wanted.has(partitionKey ?? "");
};

/**
 * Decides which records failed, by one report alone.
 *
 * @param candidates all in the report's range that can be read, in order
 * @param oldest number of the oldest record there, whether it passes the filters or not
 */
export function decide(
  report: Report,
  candidates: readonly Candidate[],
  oldest: bigint | undefined,
  parallelizationFactor: number,
  { allInRange, partitionKeys }: Choice,
): Decision {
  const isCut = oldest !== report.start;
  const isLaneUnknown = parallelizationFactor > 1;
  const expired = isCut ? expiredOf(report, oldest, candidates.length, isLaneUnknown) : undefined;
  const decision = (takes: Decision["takes"], isWhole = true): Decision => ({
    report,
    takes,
    ...(expired && { expired }),
    isComplete: !expired && isWhole,
  });

  if (candidates.length === 0 && expired) {
    return decision(NONE);
  }
  if (allInRange) {
    return decision(ALL, candidates.length >= report.batchSize);
  }
  const certain = isCut
    ? !isLaneUnknown && candidates.length <= report.batchSize && ALL
    : certainRecords(report, candidates, isLaneUnknown);
  if (certain) {
    return decision(certain);
  }
  if (partitionKeys.length > 0) {
    const chosen = withKey(partitionKeys);
    return decision(chosen, candidates.filter(chosen).length >= report.batchSize);
  }
  const why = isCut ? "expired" : candidates.length < report.batchSize ? "fewer" : "more";
  return { ...decision(NONE, false), undecided: { why, candidates: candidates.length } };
}

/**
 * The records of a batch, where the report proves which they are. Its first and last record are
 * certain; and with a parallelization factor, all records of one partition key between two records
 * of a batch are in that batch, so the keys of those two are as well.
 */
function certainRecords(
  { start, end, batchSize }: Report,
  candidates: readonly Candidate[],
  isLaneUnknown: boolean,
): Decision["takes"] | undefined {
  if (candidates.length === batchSize) {
    return ALL;
  }
  const limits = [String(start), String(end)];
  const certain = withKey(
    // Records without a key may have gone into any batch.
    candidates.flatMap(({ sequenceNumber, partitionKey }) =>
      limits.includes(sequenceNumber) && partitionKey !== null ? [partitionKey] : [],
    ),
  );
  return isLaneUnknown && candidates.filter(certain).length === batchSize ? certain : undefined;
}

function expiredOf(
  { start, end, batchSize }: Report,
  oldest: bigint | undefined,
  readable: number,
  isLaneUnknown: boolean,
): Expired {
  const count = Math.max(1, batchSize - readable);
  return {
    count,
    isMinimum: isLaneUnknown && readable > 0,
    from: start,
    before: oldest ?? end + 1n,
  };
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

/** Each record once, in the shard's order. */
export function inOrder(records: readonly KinesisRecord[]): KinesisRecord[] {
  const bySequence = new Map(records.map((record) => [record.sequenceNumber, record]));
  return [...bySequence.values()].sort((a, b) => {
    const [first, second] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)];
    return Number(first > second) - Number(first < second);
  });
}
