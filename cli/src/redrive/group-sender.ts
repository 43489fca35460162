import { aboutOf, forget } from "./deleted-reports";
import type { Journal } from "./journal";
import { ReportLedger } from "./ledger";
import type { Part } from "./parts";
import type { Report } from "./report";
import type { ReportContents } from "./report-contents";
import type { Group } from "./report-groups";
import type { ReportSource } from "./report-source";
import type { Sender } from "./sender";
import type { Summary } from "./summary";

interface Options {
  /** Delete reports of which nothing can be read any more, or nothing but what was confirmed. */
  readonly deleteExpired: boolean;
  readonly isSaving: boolean;
  /** Called before the records of a part are sent. */
  readonly onPart: (part: Part, records: number) => void;
}

interface Sending {
  readonly shardId: string;
  /** Sequence numbers that the function has confirmed of reports with records in common. */
  readonly confirmedNow: Set<string>;
  /** Reports with records in earlier parts that the function did not confirm. */
  readonly unconfirmed: Set<string>;
  /** Whether no other report has records in the same range. */
  readonly isAlone: boolean;
}

/** Sends the records of groups of reports, and deletes each report whose records are all confirmed. */
export class GroupSender {
  constructor(
    private readonly sender: Sender,
    private readonly contents: ReportContents,
    private readonly tools: { readonly source: ReportSource; readonly journal: Journal },
    private readonly summary: Summary,
    private readonly options: Options,
  ) {}

  /** @param fromStream the records of those reports that do not hold their own */
  async send(shardId: string, group: Group, fromStream: AsyncIterable<Part>): Promise<void> {
    const confirmedNow = new Set<string>();
    const withRecords = group.reports.filter(({ payload }) => payload);
    for (const report of withRecords) {
      for (const part of this.sender.isStopping ? [] : await this.contents.fromPayload(report)) {
        await this.sendPart(part, { shardId, confirmedNow, unconfirmed: new Set(), isAlone: true });
      }
    }
    if (withRecords.length < group.reports.length && !this.sender.isStopping) {
      await this.sendFromStream(shardId, group, fromStream, confirmedNow);
    }
  }

  private async sendFromStream(
    shardId: string,
    { reports, deleted }: Group,
    parts: AsyncIterable<Part>,
    confirmedBefore: ReadonlySet<string>,
  ): Promise<void> {
    const inStream = reports.filter(({ payload }) => !payload);
    const left = new Set(inStream.map(({ id }) => id));
    const isAlone = inStream.length + deleted.length === 1;
    const unconfirmed = new Set<string>();
    for await (const part of parts) {
      // No record is in two parts, so that what this one confirms is not needed for the next.
      const confirmedNow = new Set(confirmedBefore);
      const done = await this.sendPart(part, { shardId, confirmedNow, unconfirmed, isAlone });
      done.forEach((id) => left.delete(id));
      if (this.sender.isStopping) {
        return;
      }
    }
    if (left.size === 0) {
      forget(this.tools.journal, [...inStream, ...deleted]);
    }
  }

  /** Returns the reports that were deleted. */
  private async sendPart(part: Part, sending: Sending): Promise<string[]> {
    const { shardId, confirmedNow, unconfirmed, isAlone } = sending;
    const { source, journal } = this.tools;
    const { records, reportsOf } = part;
    this.options.onPart(part, this.contents.note(part));
    const ledger = new ReportLedger(journal, reportsOf, confirmedNow);
    await this.sender.send(shardId, records, ledger);
    for (const record of records) {
      const reports = reportsOf.get(record.sequenceNumber) ?? [];
      const open = reports.filter((id) => !ledger.isConfirmedOf(id, record));
      open.forEach((id) => unconfirmed.add(id));
    }
    const done = this.options.isSaving ? [] : this.doneOf(part, unconfirmed);
    for (const report of done) {
      if (!isAlone) {
        journal.write({ about: { [report.id]: aboutOf(report) } });
      }
      await source.delete(report.id);
      journal.write({ deleted: report.id });
      this.summary.deletedReports += 1;
    }
    return done.map(({ id }) => id);
  }

  /** Reports whose records the function has all confirmed. */
  private doneOf({ ended }: Part, unconfirmed: ReadonlySet<string>): Report[] {
    return ended
      .filter(({ report, expired, undecided, isComplete }) => {
        const isExpired = expired !== undefined && !undecided && this.options.deleteExpired;
        return !unconfirmed.has(report.id) && (isComplete || isExpired);
      })
      .map(({ report }) => report);
  }
}
