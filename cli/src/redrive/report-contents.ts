import { parseFunctionArn } from "../../../pipeline/arn";
import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { countAggregated } from "./aggregation";
import { isReport, parseReport, type Report, type Unusable } from "./report";
import type { ReportSource } from "./report-source";
import { countKeys, inOrder, select, type Choice, type Selection } from "./selection";
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
  async fromPayload(report: Report): Promise<readonly Selection[]> {
    const loaded = await this.load(report.id);
    const why = isReport(loaded) ? this.whyUnusable(loaded, undefined) : loaded.why;
    if (!isReport(loaded) || why !== undefined) {
      this.leave(report.id, why ?? "");
      return [];
    }
    this.summary.aggregated += countAggregated(loaded.payload ?? []);
    return [{ report, records: inOrder(loaded.payload ?? []), isComplete: true }];
  }

  /** The records that reports with overlapping ranges name. */
  async fromStream(group: readonly Report[]): Promise<readonly Selection[]> {
    try {
      return await this.selectFromStream(group);
    } catch (error) {
      const { name, message } = error as Error;
      // This is the only field of a report that Kinesis can refuse.
      if (!/^(ValidationException|InvalidArgumentException)$/.test(name)) {
        throw error;
      }
      const [only, ...others] = group;
      if (others.length === 0) {
        this.leave(only?.id ?? "", `Kinesis refuses to read what it names (${name}: ${message})`);
        return [];
      }
      const selections: Selection[] = [];
      for (const one of group) {
        selections.push(...(await this.fromStream([one])));
      }
      return selections;
    }
  }

  /**
   * Adds what was found to the summary.
   *
   * @returns the number of records to send
   */
  note(selections: readonly Selection[]): number {
    const { summary } = this;
    const { length } = inOrder(selections.flatMap(({ records }) => records));
    summary.records += length;
    for (const { report, expired, undecided } of selections) {
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
        const { why, candidates } = undecided;
        const partitionKeys = Object.fromEntries(countKeys(candidates));
        const counts = { batchSize, candidates: candidates.length, partitionKeys };
        summary.undecided.push({ report: id, shardId, why, ...counts });
      }
    }
    return length;
  }

  private async selectFromStream(group: readonly Report[]): Promise<readonly Selection[]> {
    const [{ shardId, start }] = group as [Report];
    const end = group.reduce((last, report) => (report.end > last ? report.end : last), start);
    const reader = this.readerOf(shardId);
    const { filters, choice } = this.rules;
    const records: KinesisRecord[] = [];
    const starts = group.map((report) => report.start);
    const isInRange = ({ sequenceNumber }: KinesisRecord) => BigInt(sequenceNumber) <= end;
    for await (const record of reader.read({ at: start }, isInRange)) {
      this.summary.aggregated += countAggregated([record]);
      const number = BigInt(record.sequenceNumber);
      const isFirst = number >= (starts[0] ?? Infinity);
      while (number >= (starts[0] ?? Infinity)) {
        starts.shift();
      }
      // The first record of a range shows whether others before it have expired.
      if (isFirst || passes(filters, record)) {
        records.push(record);
      }
    }
    return select(group, records, { ...this.target, filters }, choice);
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
