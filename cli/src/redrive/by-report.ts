import { CliError, EXIT, isDenial } from "../errors";
import type { Journal } from "./journal";
import { deletedBefore } from "./deleted-reports";
import { GroupSender } from "./group-sender";
import type { Part } from "./parts";
import { isReport, parseReport, type Report, type Unusable } from "./report";
import { ReportContents, type ReportTools, type SelectionRules } from "./report-contents";
import { groupsOf, orderOf, reported, sortByExpiry, type Group } from "./report-groups";
import { roomFor } from "./room";
import type { Work } from "./progress";
import type { Sender, Target } from "./sender";
import { sideBySide, type ShardWork } from "./side-by-side";
import { describeStream, type StreamFacts } from "./stream";
import { handledRecords, type Summary } from "./summary";
import type { Survey } from "./survey";

interface ByReportOptions extends SelectionRules {
  readonly max?: number;
  /** Delete reports of which nothing can be read any more, or nothing but what was confirmed. */
  readonly deleteExpired: boolean;
  /** Sequence numbers of records that are given up on purpose. */
  readonly drop: readonly string[];
  readonly isSaving: boolean;
}

interface ByReportTools extends ReportTools {
  readonly journal: Journal;
  readonly signal: AbortSignal | undefined;
}

/** Reports that are named, so that `--show` can be given one. */
const MOST_LISTED = 20;

/** Redrives the records that reports of failed batches name, those first that expire first; its units are records. */
export class ByReport implements Work {
  private shards: readonly ShardWork<Group>[] = [];
  private stream: StreamFacts | undefined;
  /** Groups that are not sent yet, in the order in which their records expire. */
  private open = new Set<Group>();
  /** Records that they report. */
  private reportedOpen = 0;
  /** Records to send: as reported, until they are read. */
  private total = 0;
  private readonly contents: ReportContents;

  constructor(
    private readonly target: Target,
    private readonly tools: ByReportTools,
    private readonly summary: Summary,
    private readonly options: ByReportOptions,
  ) {
    this.contents = new ReportContents(target, tools, summary, options);
  }

  /** Receives all reports, since the oldest must come first and a queue knows no order. */
  async receive(): Promise<void> {
    const { journal, source, signal } = this.tools;
    const parsed: (Report | Unusable)[] = [];
    for await (const stored of source.receive()) {
      signal?.throwIfAborted();
      this.summary.reports += 1;
      const one = "body" in stored ? parseReport(stored.id, stored.body, source) : stored;
      // The records are read again when they are sent: those of all reports may not fit into memory.
      parsed.push(isReport(one) && one.payload ? { ...one, payload: [] } : one);
    }
    this.stream = await this.describe(parsed.filter(isReport));
    const usable: Report[] = [];
    for (const one of parsed) {
      const why = isReport(one) ? this.contents.whyUnusable(one, this.stream?.created) : one.why;
      if (isReport(one) && why === undefined) {
        usable.push(one);
      } else {
        this.contents.leave(one.id, why ?? "");
      }
    }
    sortByExpiry(usable, this.stream);
    const chosen = usable.slice(0, this.options.max);
    const oldest = Date.now() - (this.stream?.retentionHours ?? Infinity) * 3_600_000;
    this.shards = groupsOf(chosen, deletedBefore(journal, this.target, usable, oldest));
    for (const number of this.options.drop) {
      const isIn = ({ start, end }: Report) => BigInt(number) >= start && BigInt(number) <= end;
      if (!chosen.some(isIn)) {
        throw new CliError(
          `'--drop' must be the sequence number of a record that a report names, got ${number}; find it with --show`,
          EXIT.failed,
        );
      }
    }
    this.summary.source = source.name;
    this.open = new Set(this.shards.flatMap(({ units }) => units).sort((a, b) => a.due - b.due));
    this.total = reported(chosen);
    this.reportedOpen = this.total;
    this.summary.oldestReports = chosen
      .slice(0, MOST_LISTED)
      .map(({ id, shardId, batchSize, firstArrival }) => ({
        ...{ report: id, shardId, batchSize },
        firstArrival: firstArrival.toISOString(),
      }));
    this.summary.leftByMax = usable.length - chosen.length;
  }

  private async describe(reports: readonly Report[]): Promise<StreamFacts | undefined> {
    try {
      return reports.length > 0
        ? await describeStream(this.tools.kinesis, this.target.streamArn)
        : undefined;
    } catch (error) {
      // Reports that hold their records need the stream only to know which shards may go side by side.
      if (reports.every(({ payload }) => payload) && isDenial(error)) {
        return undefined;
      }
      throw error;
    }
  }

  get shardCount(): number {
    return this.shards.length;
  }

  get retentionHours(): number {
    return this.stream?.retentionHours ?? 0;
  }

  get done(): number {
    return handledRecords(this.summary) + this.summary.confirmedBefore;
  }

  get left(): number {
    return Math.max(0, this.total - this.done);
  }

  get nextExpiry(): number | undefined {
    const [group] = this.open;
    return group && this.expiryOf(group.reports[0]);
  }

  isLate(recordMilliseconds: number): boolean {
    const now = Date.now();
    // A part of the groups that are being sent is done.
    let records = this.left - this.reportedOpen;
    for (const { reports } of this.open) {
      for (const report of reports) {
        records += report.batchSize;
        if (records * recordMilliseconds > (this.expiryOf(report) ?? Infinity) - now) {
          return true;
        }
      }
    }
    return false;
  }

  /** Records in a bucket do not expire with the stream's retention. */
  private expiryOf(report: Report | undefined): number | undefined {
    return report && !report.payload
      ? report.firstArrival.getTime() + this.retentionHours * 3_600_000
      : undefined;
  }

  /** Determines what would be sent, without sending it. */
  async preview(survey: Survey, limit: number): Promise<void> {
    await this.sideBySide(limit, async (_, group) => {
      const { reports } = group;
      const isKnown = survey.hasTimeFor(reported(reports));
      const unread = isKnown ? reports.filter(({ payload }) => payload) : reports;
      this.summary.records += reported(unread);
      if (!isKnown) {
        this.summary.unsurveyed += reports.length;
      } else if (unread.length < reports.length) {
        for await (const part of this.fromStream(group, limit)) {
          survey.saw(this.contents.note(part));
        }
      }
    });
  }

  async send(sender: Sender, limit: number): Promise<void> {
    const onPart = (part: Part, records: number) => {
      this.total += records - reported(part.ended.map(({ report }) => report));
    };
    const groups = new GroupSender(sender, this.contents, this.tools, this.summary, {
      ...this.options,
      onPart,
    });
    const control = { isStopping: () => sender.isStopping, onFailure: () => sender.halt() };
    await this.sideBySide(
      limit,
      async (shardId, group) => {
        await groups.send(shardId, group, this.fromStream(group, limit));
        this.open.delete(group);
        this.reportedOpen -= reported(group.reports);
      },
      control,
    );
  }

  private sideBySide(
    limit: number,
    work: (shardId: string, group: Group) => Promise<void>,
    control: { readonly isStopping?: () => boolean; readonly onFailure?: () => void } = {},
  ): Promise<void> {
    return sideBySide(this.shards, {
      ...orderOf(this.shards, this.stream, limit),
      work,
      ...control,
    });
  }

  private fromStream({ reports, deleted }: Group, limit: number): AsyncGenerator<Part> {
    const inStream = reports.filter(({ payload }) => !payload);
    const room = roomFor(Math.min(limit, this.shardCount));
    return this.contents.fromStream([...deleted, ...inStream], room);
  }
}
