import { deliver, type InvocationResult } from "./delivery";
import {
  kinesisEvent,
  type EventSource,
  type KinesisEvent,
  type KinesisRecord,
} from "../../../pipeline/kinesis-event";
import { batchesOf } from "./batches";
import type { Journal } from "./journal";
import { save } from "./save";
import { LOST } from "./sentences";
import type { Summary } from "./summary";

/** What the mapping says about how its function is invoked. */
export interface Target extends EventSource {
  /** The mapping's function, with a version or alias if it has one. */
  readonly functionArn: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly parallelizationFactor: number;
  readonly filterPatterns: readonly string[];
  readonly reportsBatchItemFailures: boolean;
}

interface SenderOptions {
  readonly invoke: (event: KinesisEvent) => Promise<InvocationResult>;
  /** Writes the events to files of this directory instead of invoking the function. */
  readonly saveDirectory?: string;
  /** The run stops when this many records were rejected. */
  readonly maxRejected: number;
  /** Why the run is to stop; undefined while it is not. */
  readonly stopReason: () => string | undefined;
}

/** Sends records to the function, and keeps account of what it confirmed. */
export class Sender {
  /** Records that were confirmed in this run, for reports that have a record in common. */
  private readonly confirmedNow = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly journal: Journal,
    private readonly summary: Summary,
    private readonly options: SenderOptions,
  ) {}

  get isStopping(): boolean {
    const { maxRejected, stopReason } = this.options;
    const isTooMany = this.summary.rejected.length >= maxRejected;
    this.summary.stopped ??=
      stopReason() ??
      (isTooMany
        ? `the function rejected ${maxRejected} records; correct the function, or raise --max-rejected`
        : undefined);
    return this.summary.stopped !== undefined;
  }

  /**
   * Sends records of one shard in order, except those that were confirmed.
   *
   * @param reportsOf IDs of the reports that a record belongs to
   */
  async send(
    shardId: string,
    records: readonly KinesisRecord[],
    reportsOf: (record: KinesisRecord) => readonly string[],
  ): Promise<void> {
    const open = records.filter(
      (record) => !reportsOf(record).every((id) => this.isConfirmed(id, shardId, record)),
    );
    this.summary.confirmedBefore += records.length - open.length;
    for (const batch of batchesOf(open, this.target.batchSize, shardId, this.target)) {
      if (this.isStopping) {
        return;
      }
      if (this.options.saveDirectory !== undefined) {
        this.save(this.options.saveDirectory, shardId, batch);
      } else {
        await this.deliver(shardId, batch, reportsOf);
      }
    }
  }

  isConfirmed(report: string, shardId: string, { sequenceNumber }: KinesisRecord): boolean {
    return (
      this.confirmedNow.has(`${shardId} ${sequenceNumber}`) ||
      this.journal.confirmed(report).has(sequenceNumber)
    );
  }

  private deliver(
    shardId: string,
    batch: readonly KinesisRecord[],
    reportsOf: (record: KinesisRecord) => readonly string[],
  ): Promise<void> {
    return deliver(batch, {
      invoke: (part) => this.options.invoke(kinesisEvent(part, shardId, this.target)),
      reportsBatchItemFailures: this.target.reportsBatchItemFailures,
      isStopping: () => this.isStopping,
      onSending: (part) =>
        this.journal.write({ sending: part.map(({ sequenceNumber }) => sequenceNumber) }),
      onUnsent: () => this.journal.write({ unsent: true }),
      onLost: (part, why) => {
        const sequenceNumbers = part.map(({ sequenceNumber }) => sequenceNumber);
        this.summary.lost = { shardId, sequenceNumbers, why };
        this.summary.stopped = LOST;
      },
      onSettled: (confirmed) => {
        const settled: Record<string, string[]> = {};
        for (const record of confirmed) {
          this.confirmedNow.add(`${shardId} ${record.sequenceNumber}`);
          for (const id of reportsOf(record)) {
            (settled[id] ??= []).push(record.sequenceNumber);
          }
        }
        this.journal.write({ settled });
        this.summary.sent += confirmed.length;
      },
      onRejected: ({ record, why }) => {
        const { sequenceNumber, partitionKey } = record;
        this.summary.rejected.push({ shardId, sequenceNumber, partitionKey, why });
      },
    });
  }

  private save(directory: string, shardId: string, batch: readonly KinesisRecord[]): void {
    const [first, last] = [batch[0], batch.at(-1)];
    const name = `${shardId}-${first?.sequenceNumber}-${last?.sequenceNumber}.json`;
    const event = JSON.stringify(kinesisEvent(batch, shardId, this.target), undefined, 2);
    const why = save(directory, name, `${event}\n`);
    if (why === undefined) {
      this.summary.saved += batch.length;
    } else {
      this.summary.unsaved.push({ shardId, count: batch.length, why });
    }
  }
}
