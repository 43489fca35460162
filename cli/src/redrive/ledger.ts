import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { Journal } from "./journal";
import type { Line, PassedLine, Position } from "./journal-state";
import { compareSequences } from "./sequence";

/** Keeps account of what the function confirmed. */
export interface Ledger {
  isConfirmed(record: KinesisRecord): boolean;
  /** What the journal has to say when the function has confirmed records. */
  confirm(records: readonly KinesisRecord[]): Line;
  /** What it has to say when a record is given up on purpose, which then counts as confirmed. */
  drop(record: KinesisRecord): Line;
  /** Whether an earlier run gave the record up. */
  wasDropped(record: KinesisRecord): boolean;
  reject(record: KinesisRecord): void;
}

/** Account of the records that a group of reports names: number by number, until a report is deleted. */
export class ReportLedger implements Ledger {
  constructor(
    private readonly journal: Journal,
    private readonly reportsOf: ReadonlyMap<string, readonly string[]>,
    /** For reports of the group that have a record in common. */
    private readonly confirmedNow: Set<string>,
  ) {}

  isConfirmed(record: KinesisRecord): boolean {
    return this.idsOf(record).every((id) => this.isConfirmedOf(id, record));
  }

  isConfirmedOf(report: string, { sequenceNumber }: KinesisRecord): boolean {
    return (
      this.confirmedNow.has(sequenceNumber) || this.journal.confirmed(report).has(sequenceNumber)
    );
  }

  confirm(records: readonly KinesisRecord[]): Required<Pick<Line, "settled">> {
    const settled: Record<string, string[]> = {};
    for (const record of records) {
      this.confirmedNow.add(record.sequenceNumber);
      for (const id of this.idsOf(record)) {
        (settled[id] ??= []).push(record.sequenceNumber);
      }
    }
    return { settled };
  }

  drop(record: KinesisRecord): Line {
    const { settled } = this.confirm([record]);
    return { settled, dropped: settled };
  }

  wasDropped(record: KinesisRecord): boolean {
    return this.idsOf(record).some((id) => this.journal.dropped(id).has(record.sequenceNumber));
  }

  reject(): void {
    // What is not confirmed stays reported.
  }

  private idsOf({ sequenceNumber }: KinesisRecord): readonly string[] {
    return this.reportsOf.get(sequenceNumber) ?? [];
  }
}

type Fate = "confirmed" | "rejected";

/**
 * Account of a shard that is sent from its beginning to its end: a position, and the few records
 * before and after it that are exceptions.
 */
export class ShardLedger implements Ledger {
  /** How far an earlier run with the same filters came. */
  readonly reached: Position | undefined;
  /** How far runs with other filters came. */
  private readonly others: readonly (readonly [Position, readonly FilterPattern[]])[];
  /** The records that are being sent, in order. */
  private window: readonly string[] = [];
  private next = 0;
  private readonly fates = new Map<string, Fate>();
  private upTo: string;
  private confirmed: number;

  constructor(
    private readonly journal: Journal,
    private readonly shard: string,
    private readonly filters: readonly string[],
    parse: (text: string) => FilterPattern,
  ) {
    const all = journal.positionsOf(shard);
    const isSame = (one: Position) => JSON.stringify(one.filters) === JSON.stringify(filters);
    this.reached = all.find(isSame);
    this.others = all
      .filter((one) => !isSame(one))
      .map((one) => [one, one.filters.map(parse)] as const);
    this.upTo = this.reached?.upTo ?? "0";
    this.confirmed = this.reached?.confirmed ?? 0;
  }

  /** Records before the position that were given up, and are not read again. */
  get droppedBefore(): string[] {
    return [...(this.reached?.dropped ?? [])].filter(
      (number) => compareSequences(number, this.upTo) <= 0,
    );
  }

  /** Begins with the next records of the shard; those before have all come back. */
  begin(records: readonly KinesisRecord[]): void {
    this.window = records.map(({ sequenceNumber }) => sequenceNumber);
    this.next = 0;
    this.fates.clear();
    for (const record of records) {
      if (this.isConfirmed(record)) {
        this.fates.set(record.sequenceNumber, "confirmed");
      }
    }
  }

  isConfirmed(record: KinesisRecord): boolean {
    const { sequenceNumber } = record;
    const covers = (position: Position) =>
      position.ahead.has(sequenceNumber) ||
      (compareSequences(sequenceNumber, position.upTo) <= 0 &&
        !position.rejected.has(sequenceNumber));
    return (
      (this.reached !== undefined && covers(this.reached)) ||
      // A journal of an earlier version has numbers instead of positions.
      this.journal.confirmed(this.shard).has(sequenceNumber) ||
      this.others.some(([position, patterns]) => covers(position) && passes(patterns, record))
    );
  }

  confirm(records: readonly KinesisRecord[]): Line {
    return { settled: {}, passed: this.confirmedPast(records) };
  }

  drop(record: KinesisRecord): Line {
    const passed = { ...this.confirmedPast([record]), dropped: [record.sequenceNumber] };
    return { settled: {}, passed };
  }

  wasDropped({ sequenceNumber }: KinesisRecord): boolean {
    const positions = [...(this.reached ? [this.reached] : []), ...this.others.map(([one]) => one)];
    return positions.some(({ dropped }) => dropped.has(sequenceNumber));
  }

  reject({ sequenceNumber }: KinesisRecord): void {
    this.fates.set(sequenceNumber, "rejected");
  }

  /** Has the journal say what became of the records since the last answer. */
  end(): void {
    const before = this.upTo;
    const passed = this.advance([]);
    if (passed.upTo !== before) {
      this.journal.write({ passed });
    }
  }

  private confirmedPast(records: readonly KinesisRecord[]): PassedLine {
    records.forEach(({ sequenceNumber }) => this.fates.set(sequenceNumber, "confirmed"));
    return this.advance(records);
  }

  private advance(records: readonly KinesisRecord[]): PassedLine {
    const numbers = records.map(({ sequenceNumber }) => sequenceNumber);
    const isPassed = (number: string) => compareSequences(number, this.upTo) <= 0;
    const cured = numbers.filter(isPassed);
    const rejected: string[] = [];
    this.confirmed += cured.length;
    for (; this.next < this.window.length; this.next += 1) {
      const number = this.window[this.next] ?? "";
      const fate = this.fates.get(number);
      if (fate === undefined) {
        break;
      }
      if (!isPassed(number)) {
        this.upTo = number;
        this.confirmed += fate === "confirmed" ? 1 : 0;
        rejected.push(...(fate === "rejected" ? [number] : []));
      }
    }
    const ahead = numbers.filter((number) => !isPassed(number));
    return {
      shard: this.shard,
      filters: this.filters,
      upTo: this.upTo,
      confirmed: this.confirmed,
      ...(rejected.length > 0 && { rejected }),
      ...(cured.length > 0 && { cured }),
      ...(ahead.length > 0 && { ahead }),
    };
  }
}
