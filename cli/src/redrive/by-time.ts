import { parseFilterPattern, passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { isAggregated } from "./aggregation";
import type { Journal } from "./journal";
import { ShardLedger } from "./ledger";
import type { Work } from "./progress";
import { memoryOf, roomFor } from "./room";
import type { Sender, Target } from "./sender";
import { ShardReader, type KinesisReads, type Pace } from "./shard-reader";
import { sideBySide } from "./side-by-side";
import { describeStream, type StreamFacts } from "./stream";
import type { Summary } from "./summary";
import type { Survey } from "./survey";

interface ByTimeOptions {
  readonly from: Date;
  readonly to: Date;
  readonly filters: readonly FilterPattern[];
  /** The same filters, as the mapping writes them. */
  readonly filterPatterns: readonly string[];
  readonly pace: Pace;
}

/**
 * Redrives every record that arrived in a time range and that the mapping's filters let through. Its
 * units are seconds of arrival times, of all shards together.
 */
export class ByTime implements Work {
  private stream: StreamFacts | undefined;
  /** Arrival of the first and last record read, by shard, in seconds since the epoch. */
  private readonly covered = new Map<string, { first?: number; last: number; isWhole: boolean }>();

  constructor(
    private readonly target: Target,
    private readonly kinesis: KinesisReads,
    private readonly journal: Journal,
    private readonly summary: Summary,
    private readonly options: ByTimeOptions,
  ) {}

  get shardCount(): number {
    return this.stream?.shardIds.length ?? 0;
  }

  get retentionHours(): number {
    return this.stream?.retentionHours ?? 0;
  }

  get done(): number {
    return [...this.covered.values()].reduce(
      (sum, { first, last }) => sum + last - (first ?? last),
      0,
    );
  }

  get left(): number {
    return this.leftOfBegun + this.waiting * (this.end - this.begin);
  }

  get nextExpiry(): number | undefined {
    const begins = this.open.map(({ last }) => last);
    const next = Math.min(...begins, ...(this.waiting > 0 ? [this.begin] : []));
    return Number.isFinite(next) ? this.expiryOf(next) : undefined;
  }

  isLate(secondMilliseconds: number): boolean {
    const takesLonger = (seconds: number, arrival: number) =>
      seconds * secondMilliseconds > this.expiryOf(arrival) - Date.now();
    // A shard that is read faster than records arrive loses none; else its last ones expire first.
    return (
      takesLonger(this.left, this.end) ||
      (this.waiting > 0 && takesLonger(this.leftOfBegun, this.begin))
    );
  }

  private expiryOf(arrival: number): number {
    return (arrival + this.retentionHours * 3600) * 1000;
  }

  /** Shards that are being sent. */
  private get open() {
    return [...this.covered.values()].filter(({ isWhole }) => !isWhole);
  }

  /** Number of shards that are not begun. */
  private get waiting(): number {
    return this.shardCount - this.covered.size;
  }

  private get leftOfBegun(): number {
    return this.open.reduce((sum, { last }) => sum + Math.max(0, this.end - last), 0);
  }

  private get end(): number {
    return this.options.to.getTime() / 1000;
  }

  async receive(): Promise<void> {
    const { streamArn } = this.target;
    const stream = await describeStream(this.kinesis, streamArn);
    if (!stream) {
      throw new Error(`the stream ${streamArn} does not exist: its records are lost`);
    }
    this.stream = stream;
    const oldest = new Date(Date.now() - stream.retentionHours * 3_600_000);
    if (this.options.from < oldest && stream.created < oldest) {
      this.summary.expiredBefore = oldest.toISOString();
    }
  }

  async preview(survey: Survey, limit: number): Promise<void> {
    let whole = 0;
    const count = async (shardId: string) => {
      const ledger = this.ledgerOf(shardId);
      this.summary.records += ledger.reached?.confirmed ?? 0;
      for await (const records of this.windows(shardId, ledger, limit, survey)) {
        this.summary.records += records.length;
      }
      whole += survey.isOver ? 0 : 1;
    };
    await this.sideBySide(limit, count, { isStopping: () => survey.isOver });
    this.summary.isAtLeast = whole < this.shardCount;
  }

  async send(sender: Sender, limit: number): Promise<void> {
    this.covered.clear();
    await this.sideBySide(
      limit,
      async (shardId) => {
        const ledger = this.ledgerOf(shardId);
        const before = ledger.reached?.confirmed ?? 0;
        const dropped = ledger.droppedBefore.map((sequenceNumber) => ({ shardId, sequenceNumber }));
        this.summary.records += before;
        this.summary.confirmedBefore += before - dropped.length;
        this.summary.dropped.push(...dropped);
        for await (const records of this.windows(shardId, ledger, limit)) {
          this.summary.records += records.length;
          ledger.begin(records);
          await sender.send(shardId, records, ledger);
          ledger.end();
          if (sender.isStopping) {
            return;
          }
        }
        this.cover(shardId).isWhole = true;
      },
      { isStopping: () => sender.isStopping, onFailure: () => sender.halt() },
    );
  }

  private sideBySide(
    limit: number,
    work: (shardId: string) => Promise<void>,
    control: { readonly isStopping: () => boolean; readonly onFailure?: () => void },
  ): Promise<void> {
    const shards = (this.stream?.shardIds ?? []).map((shardId) => ({
      shardId,
      units: [{ due: 0 }],
    }));
    return sideBySide(shards, {
      limit,
      ancestorsOf: (shardId) => this.stream?.ancestors.get(shardId) ?? [],
      work,
      ...control,
    });
  }

  private ledgerOf(shardId: string): ShardLedger {
    return new ShardLedger(this.journal, shardId, this.options.filterPatterns, parseFilterPattern);
  }

  /** Arrival of the first record that may be left, in seconds since the epoch. */
  private get begin(): number {
    const oldest = Date.now() / 1000 - this.retentionHours * 3600;
    return Math.max(this.options.from.getTime() / 1000, oldest);
  }

  private cover(shardId: string) {
    const covered = this.covered.get(shardId) ?? { last: this.begin, isWhole: false };
    this.covered.set(shardId, covered);
    return covered;
  }

  /** The records of a shard that are still to be sent, as many at a time as are sent side by side. */
  private async *windows(
    shardId: string,
    ledger: ShardLedger,
    limit: number,
    survey?: Survey,
  ): AsyncGenerator<KinesisRecord[]> {
    const { batchSize, parallelizationFactor } = this.target;
    const room = roomFor(Math.min(limit, this.shardCount));
    let window: KinesisRecord[] = [];
    let bytes = 0;
    const covered = this.cover(shardId);
    for await (const record of this.read(shardId, ledger)) {
      covered.last = record.approximateArrivalTimestamp;
      covered.first ??= covered.last;
      this.summary.aggregated += isAggregated(record.data) ? 1 : 0;
      if (passes(this.options.filters, record)) {
        window.push(record);
        bytes += memoryOf(record);
      }
      if (window.length === batchSize * parallelizationFactor || bytes >= room) {
        yield window;
        window = [];
        bytes = 0;
      }
      if (survey?.saw(1)) {
        break;
      }
    }
    if (window.length > 0) {
      yield window;
    }
  }

  /** What an earlier run left, oldest first: rejected records, and those that it did not come to. */
  private async *read(shardId: string, { reached }: ShardLedger): AsyncGenerator<KinesisRecord> {
    const { from, to, pace } = this.options;
    const reader = new ShardReader(this.kinesis, this.target.streamArn, shardId, pace);
    const end = to.getTime() / 1000;
    for (const rejected of [...(reached?.rejected ?? [])]) {
      yield* reader.read({ at: BigInt(rejected) }, (record) => record.sequenceNumber === rejected);
    }
    const start = reached && reached.upTo !== "0" ? { after: reached.upTo } : { time: from };
    yield* reader.read(start, (record) => record.approximateArrivalTimestamp < end);
  }
}
