import { parseFunctionArn } from "../../../pipeline/arn";
import type { FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { countAggregated, isAggregated } from "./aggregation";
import { Chain, type Range } from "./chain";
import { partsOf, type Part } from "./parts";
import { isReport, parseReport, type Report, type Unusable } from "./report";
import type { ReportSource } from "./report-source";
import { memoryOf } from "./room";
import { inOrder, overlapping, type Choice } from "./selection";
import type { Target } from "./sender";
import { ShardReader, type KinesisReads, type Pace } from "./shard-reader";
import type { Summary } from "./summary";

export interface SelectionRules {
  readonly choice: Choice;
  readonly filters: readonly FilterPattern[];
}

export interface ReportTools {
  readonly kinesis: KinesisReads;
  readonly source: ReportSource;
  readonly pace: Pace;
}

/** Partition keys that are named of a report whose records are not known; --show prints all. */
const MOST_KEYS = 20;

/** Readers whose pages are kept for the next reports of their shard. */
const MOST_READERS = 128;

/** Finds the records that reports are about. */
export class ReportContents {
  private readonly readers = new Map<string, ShardReader>();
  private readonly left = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly tools: ReportTools,
    private readonly summary: Summary,
    private readonly rules: SelectionRules,
  ) {}

  /**
   * Why a report is of no use here; undefined if it is of use.
   *
   * @param created when the stream was created; undefined if there is none
   */
  whyUnusable(report: Report, created: Date | undefined): string | undefined {
    const { functionArn, streamArn } = this.target;
    const { unqualifiedArn } = parseFunctionArn(report.functionArn);
    if (unqualifiedArn !== parseFunctionArn(functionArn).unqualifiedArn) {
      return `it is a report of ${report.functionArn}, and this redrive invokes ${functionArn}; redrive it with the mapping of that function`;
    }
    if (report.streamArn !== streamArn) {
      return `its records are in ${report.streamArn}, and the mapping reads ${streamArn}; redrive it with the mapping of that stream`;
    }
    if (report.payload) {
      return undefined;
    }
    if (created === undefined) {
      return `its stream ${streamArn} no longer exists: its records are lost`;
    }
    // A stream's creation time is in whole seconds.
    return created.getTime() > report.lastArrival.getTime() + 1000
      ? `its stream ${streamArn} was deleted, and created again at ${created.toISOString()}; its records went with the old one`
      : undefined;
  }

  /** Reads one report. */
  async load(id: string): Promise<Report | Unusable> {
    const { source } = this.tools;
    const stored = (await source.find(id)) ?? { id, why: `it is not in ${source.name}` };
    return "body" in stored ? parseReport(id, stored.body, source) : stored;
  }

  /** The records that an object in a bucket holds. */
  async fromPayload(report: Report): Promise<readonly Part[]> {
    const loaded = await this.load(report.id);
    const why = isReport(loaded) ? this.whyUnusable(loaded, undefined) : loaded.why;
    if (!isReport(loaded) || why !== undefined) {
      this.leave(report.id, why ?? "");
      return [];
    }
    const records = inOrder(loaded.payload ?? []);
    this.summary.aggregated += countAggregated(records);
    const reportsOf = new Map(records.map(({ sequenceNumber }) => [sequenceNumber, [report.id]]));
    const keys = new Map<string, number>();
    return [{ records, reportsOf, ended: [{ report, takes: () => true, isComplete: true, keys }] }];
  }

  /**
   * The records that reports with overlapping ranges name.
   *
   * @param room bytes in memory that a part may take; what does not fit is read twice
   */
  async *fromStream(reports: readonly Report[], room: number): AsyncGenerator<Part> {
    for (let groups = [reports]; groups.length > 0;) {
      const [group = [], ...later] = groups;
      const chain = new Chain(group, { ...this.target, ...this.rules }, this.rules.choice);
      let kept: readonly KinesisRecord[] | undefined;
      try {
        kept = await this.readFirst(chain, room);
        groups = later;
      } catch (error) {
        const { name, message } = error as Error;
        // Its start is the only field of a report that Kinesis can refuse.
        if (!/^(ValidationException|InvalidArgumentException)$/.test(name)) {
          throw error;
        }
        const [refused, ...others] = chain.ranges.map(({ report }) => report);
        if (refused && refused.isDeleted !== true) {
          this.leave(refused.id, `Kinesis refuses to read what it names (${name}: ${message})`);
        }
        groups = [...overlapping(others), ...later];
        continue;
      }
      yield* partsOf(chain, kept ?? this.recordsOf(chain), this.rules.filters, room);
    }
  }

  /**
   * Adds what was found to the summary.
   *
   * @returns the number of records to send
   */
  note({ records, ended }: Part): number {
    const { summary } = this;
    summary.records += records.length;
    for (const { report, expired, undecided, keys } of ended) {
      const { id, shardId, batchSize } = report;
      if (expired) {
        summary.expired.push({
          report: id,
          shardId,
          count: expired.count,
          isMinimum: expired.isMinimum,
          fromSequenceNumber: String(expired.from),
          beforeSequenceNumber: String(expired.before),
          firstArrival: report.firstArrival.toISOString(),
          lastArrival: report.lastArrival.toISOString(),
        });
      }
      if (undecided) {
        const mostFrequent = [...keys].sort(([, a], [, b]) => b - a).slice(0, MOST_KEYS);
        const partitionKeys = Object.fromEntries(mostFrequent);
        const counts = { ...undecided, partitionKeys, partitionKeyCount: keys.size };
        summary.undecided.push({ report: id, shardId, batchSize, ...counts });
      }
    }
    return records.length;
  }

  /** Decides which records failed; returns those that may have, if there is room for them. */
  private async readFirst(chain: Chain, room: number): Promise<KinesisRecord[] | undefined> {
    const kept: KinesisRecord[] = [];
    let bytes = 0;
    for await (const record of this.recordsOf(chain)) {
      this.summary.aggregated += isAggregated(record.data) ? 1 : 0;
      if (chain.see(record) && bytes < room) {
        kept.push(record);
        bytes += memoryOf(record);
      }
      if (bytes >= room) {
        kept.length = 0;
      }
    }
    chain.decide();
    return bytes < room ? kept : undefined;
  }

  private recordsOf({ ranges }: Chain): AsyncGenerator<KinesisRecord> {
    const [{ report }] = ranges as [Range];
    const end = ranges.reduce((last, one) => (one.report.end > last ? one.report.end : last), 0n);
    return this.readerOf(report.shardId).read(
      { at: report.start },
      ({ sequenceNumber }) => BigInt(sequenceNumber) <= end,
    );
  }

  private readerOf(shardId: string): ShardReader {
    const { kinesis, pace } = this.tools;
    const reader =
      this.readers.get(shardId) ?? new ShardReader(kinesis, this.target.streamArn, shardId, pace);
    // The last of the map is the one that was used last.
    this.readers.delete(shardId);
    this.readers.set(shardId, reader);
    const [oldest] = this.readers.keys();
    if (this.readers.size > MOST_READERS && oldest !== undefined) {
      this.readers.delete(oldest);
    }
    return reader;
  }

  /** Leaves a report where it is. */
  leave(id: string, why: string): void {
    if (!this.left.has(id)) {
      this.left.add(id);
      this.summary.unusable.push({ id, why });
    }
  }
}
