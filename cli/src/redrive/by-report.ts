import { parseFunctionArn } from "../../../pipeline/arn";
import type { FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { countAggregated } from "./aggregation";
import type { Journal } from "./journal";
import { isReport, parseReport, type Report, type Unusable } from "./report";
import type { ReportSource } from "./report-source";
import {
  compareStarts,
  countKeys,
  inOrder,
  overlapping,
  reportsByRecord,
  select,
  type Choice,
  type Selection,
} from "./selection";
import type { Sender, Target } from "./sender";
import { ShardReader, type KinesisReads } from "./shard-reader";
import { describeStream } from "./stream";
import type { Summary } from "./summary";

interface ByReportOptions {
  readonly max?: number;
  readonly choice: Choice;
  readonly filters: readonly FilterPattern[];
  /** Delete reports of which nothing can be read any more, or nothing but what was confirmed. */
  readonly deleteExpired: boolean;
  readonly isSaving: boolean;
}

interface ByReportTools {
  readonly kinesis: KinesisReads;
  readonly source: ReportSource;
  readonly journal: Journal;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** The reports of one shard that have to be decided together. */
interface Group {
  readonly shardId: string;
  readonly selections: readonly Selection[];
}

/** Redrives the records that reports of failed batches name. */
export class ByReport {
  private reports: readonly Report[] = [];
  private readonly readers = new Map<string, ShardReader>();

  constructor(
    private readonly target: Target,
    private readonly tools: ByReportTools,
    private readonly summary: Summary,
    private readonly options: ByReportOptions,
  ) {}

  /** Receives all reports, since the oldest must come first and a queue knows no order. */
  async receive(): Promise<void> {
    const { source } = this.tools;
    const parsed: (Report | Unusable)[] = [];
    for await (const stored of source.receive()) {
      const one = "body" in stored ? parseReport(stored.id, stored.body, source) : stored;
      // The records are read again when they are sent: those of all reports may not fit into memory.
      parsed.push(isReport(one) && one.payload ? { ...one, payload: [] } : one);
    }
    const needsStream = parsed.some((one) => isReport(one) && !one.payload);
    const stream = needsStream
      ? await describeStream(this.tools.kinesis, this.target.streamArn)
      : undefined;
    const usable: Report[] = [];
    for (const one of parsed) {
      const why = isReport(one) ? this.whyUnusable(one, stream?.created) : one.why;
      if (isReport(one) && why === undefined) {
        usable.push(one);
      } else {
        this.leave(one.id, why ?? "");
      }
    }
    // A shard that is no longer listed is older than all that are; IDs grow with time.
    const rank = ({ shardId }: Report) => stream?.shardIds.indexOf(shardId) ?? -1;
    usable.sort(
      (a, b) => rank(a) - rank(b) || a.shardId.localeCompare(b.shardId) || compareStarts(a, b),
    );
    this.reports = usable.slice(0, this.options.max);
    this.summary.source = source.name;
    this.summary.reports = parsed.length;
    this.summary.leftByMax = usable.length - this.reports.length;
  }

  private whyUnusable(report: Report, created: Date | undefined): string | undefined {
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

  /** Determines what would be sent, without sending it. */
  async preview(): Promise<void> {
    for await (const { selections } of this.groups(false)) {
      this.note(selections);
    }
  }

  async send(sender: Sender): Promise<void> {
    for await (const { shardId, selections } of this.groups(true)) {
      this.note(selections);
      const records = inOrder(selections.flatMap((selection) => selection.records));
      const reportsOf = reportsByRecord(selections);
      await sender.send(shardId, records, (record) => reportsOf.get(record.sequenceNumber) ?? []);
      if (!this.options.isSaving) {
        await this.deleteDone(selections, sender);
      }
      if (sender.isStopping) {
        return;
      }
    }
  }

  private async *groups(withPayload: boolean): AsyncGenerator<Group> {
    const shardIds = [...new Set(this.reports.map(({ shardId }) => shardId))];
    for (const shardId of shardIds) {
      const reports = this.reports.filter((report) => report.shardId === shardId);
      for (const report of reports.filter(({ payload }) => payload)) {
        yield { shardId, selections: await this.fromPayload(report, withPayload) };
      }
      for (const group of overlapping(reports.filter(({ payload }) => !payload))) {
        yield { shardId, selections: await this.fromStream(group) };
      }
      this.readers.delete(shardId);
    }
  }

  private async fromPayload(report: Report, isLoading: boolean): Promise<readonly Selection[]> {
    if (!isLoading) {
      this.summary.records += report.batchSize;
      return [];
    }
    const { source } = this.tools;
    const stored = await source.load(report.id);
    const loaded = "body" in stored ? parseReport(stored.id, stored.body, source) : stored;
    const why = isReport(loaded) ? this.whyUnusable(loaded, undefined) : loaded.why;
    if (!isReport(loaded) || why !== undefined) {
      this.leave(report.id, why ?? "");
      return [];
    }
    this.summary.aggregated += countAggregated(loaded.payload ?? []);
    return [{ report, records: inOrder(loaded.payload ?? []), isComplete: true }];
  }

  private async fromStream(group: readonly Report[]): Promise<readonly Selection[]> {
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

  private async selectFromStream(group: readonly Report[]): Promise<readonly Selection[]> {
    const [{ shardId, start }] = group as [Report];
    const end = group.reduce((last, report) => (report.end > last ? report.end : last), start);
    const { kinesis, sleep } = this.tools;
    const reader =
      this.readers.get(shardId) ?? new ShardReader(kinesis, this.target.streamArn, shardId, sleep);
    this.readers.set(shardId, reader);
    const records: KinesisRecord[] = [];
    const isInRange = ({ sequenceNumber }: KinesisRecord) => BigInt(sequenceNumber) <= end;
    for await (const record of reader.read({ at: start }, isInRange)) {
      records.push(record);
    }
    this.summary.aggregated += countAggregated(records);
    const rules = { ...this.target, filters: this.options.filters };
    return select(group, records, rules, this.options.choice);
  }

  /** Leaves a report where it is. */
  private leave(id: string, why: string): void {
    const { unusable } = this.summary;
    if (!unusable.some((one) => one.id === id)) {
      unusable.push({ id, why });
    }
  }

  private note(selections: readonly Selection[]): void {
    const { summary } = this;
    summary.records += inOrder(selections.flatMap(({ records }) => records)).length;
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
  }

  /** Deletes reports whose records the function has all confirmed. */
  private async deleteDone(selections: readonly Selection[], sender: Sender): Promise<void> {
    for (const { report, records, expired, undecided, isComplete } of selections) {
      const isConfirmed = records.every((record) =>
        sender.isConfirmed(report.id, report.shardId, record),
      );
      const isExpired = expired !== undefined && !undecided && this.options.deleteExpired;
      if (isConfirmed && (isComplete || isExpired)) {
        await this.tools.source.delete(report.id);
        this.tools.journal.write({ deleted: report.id });
        this.summary.deletedReports += 1;
      }
    }
  }
}
