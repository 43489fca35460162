import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import type { Report } from "./report";
import { compareStarts, decide, type Candidate, type Choice, type Decision } from "./selection";

export interface BatchRules {
  readonly filters: readonly FilterPattern[];
  readonly parallelizationFactor: number;
}

/** A report of the chain, and what both readings of the stream find out about it. */
export interface Range {
  readonly report: Report;
  /** Number of its oldest record that can be read. */
  oldest?: bigint;
  decision?: Decision;
  /** Records that the first reading found in it, and the second has not found yet. */
  missing: number;
}

interface Seen extends Candidate {
  readonly number: bigint;
  /** Index of the part of the chain that it is in. */
  readonly part: number;
  /** Whether a report whose records are certain has it. */
  isTaken: boolean;
}

/**
 * Reports with overlapping ranges, which are decided together. A chain may be as long as an outage:
 * what is kept grows with its reports, not with its records, which are read once to decide and once
 * more to be sent.
 */
export class Chain {
  readonly ranges: readonly Range[];
  /** Where ranges begin and end: the same reports cover all records of a part. */
  private readonly limits: readonly bigint[];
  /** Candidates of each part that no certain report has. */
  private readonly left: number[];
  private part = 0;
  private readonly first: Sweep;
  /** Candidates in the ranges that the first reading is in. */
  private window: Seen[] = [];

  constructor(
    reports: readonly Report[],
    private readonly rules: BatchRules,
    private readonly choice: Choice,
  ) {
    const sorted = [...reports].sort(compareStarts);
    this.ranges = sorted.map((report) => ({ report, missing: 0 }));
    const limits = sorted.flatMap(({ start, end }) => [start, end + 1n]);
    this.limits = [...new Set(limits)].sort((a, b) => Number(a > b) - Number(a < b));
    this.left = this.limits.map(() => 0);
    this.first = new Sweep(this.ranges);
  }

  /** Takes the next record of the first reading; returns whether it may be one that failed. */
  see(record: KinesisRecord): boolean {
    const { sequenceNumber, partitionKey } = record;
    const number = BigInt(sequenceNumber);
    const ended = this.first.moveTo(number);
    if (ended.length > 0) {
      ended.forEach((range) => this.decideAlone(range));
      const begin = this.first.covering[0]?.report.start ?? number;
      this.window = this.window.filter((seen) => seen.number >= begin);
    }
    this.first.covering.forEach((range) => (range.oldest ??= number));
    const isCandidate = this.first.covering.length > 0 && passes(this.rules.filters, record);
    if (isCandidate) {
      while ((this.limits[this.part + 1] ?? Infinity) <= number) {
        this.part += 1;
      }
      this.left[this.part] = this.leftIn(this.part) + 1;
      this.window.push({ number, sequenceNumber, partitionKey, part: this.part, isTaken: false });
    }
    return isCandidate;
  }

  /** Ends the first reading: decides what no report decides alone. */
  decide(): void {
    this.first.end().forEach((range) => this.decideAlone(range));
    const parts = new Map(this.limits.map((limit, part) => [limit, part]));
    const partsOf = ({ start, end }: Report) => {
      const first = parts.get(start) ?? 0;
      return Array.from({ length: (parts.get(end + 1n) ?? first) - first }, (_, at) => first + at);
    };
    const count = (all: Iterable<number>) => [...all].reduce((sum, at) => sum + this.leftIn(at), 0);
    let open = this.ranges.filter(({ decision }) => decision?.undecided?.why === "more");
    // Batches have no record in common: what is certainly in one is in no other.
    let rank = 0;
    let decided: number;
    do {
      decided = rank;
      for (const range of open) {
        const own = partsOf(range.report);
        if (count(own) === range.report.batchSize) {
          rank += 1;
          takeWhatIsLeft(range, rank);
          own.forEach((part) => (this.left[part] = 0));
        }
      }
      // What is decided at one end of the chain may decide the rest as far as the other.
      open = open.filter(({ decision }) => decision?.undecided).reverse();
    } while (rank > decided);
    const reports = open.map(({ report }) => report);
    const failed = reports.reduce((sum, { batchSize }) => sum + batchSize, 0);
    // The same range twice is the same batch reported twice.
    const isOnce = new Set(reports.map(({ start, end }) => `${start}-${end}`)).size === open.length;
    if (isOnce && count(new Set(reports.flatMap(partsOf))) === failed) {
      // Their ranges hold exactly as many records as their batches had together, so all failed.
      open.forEach((range) => takeWhatIsLeft(range, Infinity));
    }
  }

  private decideAlone(range: Range): void {
    const { report, oldest } = range;
    const own = this.window.filter(({ number }) => number >= report.start && number <= report.end);
    range.missing = own.length;
    const { parallelizationFactor } = this.rules;
    range.decision = decide(report, own, oldest, parallelizationFactor, this.choice);
    for (const seen of own) {
      if (!seen.isTaken && range.decision.takes(seen)) {
        seen.isTaken = true;
        this.left[seen.part] = this.leftIn(seen.part) - 1;
      }
    }
  }

  private leftIn(part: number): number {
    return this.left[part] ?? 0;
  }
}

function takeWhatIsLeft(range: Range, rank: number): void {
  const { report } = range;
  range.decision = { report, takes: () => true, rank, isComplete: true };
}

/** The reports that a record of the second reading is of, by the ranges that it is in. */
export function ownersOf(record: Candidate, covering: readonly Range[]): Report[] {
  const takers = covering.flatMap(({ decision }) => (decision?.takes(record) ? [decision] : []));
  const first = Math.min(...takers.map(({ rank = 0 }) => rank));
  return takers.filter(({ rank = 0 }) => rank === first).map(({ report }) => report);
}

/** Which ranges a reading of the stream is in. */
export class Sweep {
  /** Ranges that have begun and not ended. */
  covering: Range[] = [];
  private next = 0;

  constructor(private readonly ranges: readonly Range[]) {}

  /** Moves on to a record; returns the ranges that end before it. */
  moveTo(number: bigint): Range[] {
    let range = this.ranges[this.next];
    while (range && range.report.start <= number) {
      this.covering.push(range);
      this.next += 1;
      range = this.ranges[this.next];
    }
    const ended = this.covering.filter(({ report }) => report.end < number);
    if (ended.length > 0) {
      this.covering = this.covering.filter(({ report }) => report.end >= number);
    }
    return ended;
  }

  /** Ends the reading; returns the ranges that have not ended before. */
  end(): Range[] {
    const ended = [...this.covering, ...this.ranges.slice(this.next)];
    [this.covering, this.next] = [[], this.ranges.length];
    return ended;
  }
}
