import { deliver, type InvocationResult } from "./delivery";
import {
  kinesisEvent,
  type EventSource,
  type KinesisEvent,
  type KinesisRecord,
} from "../../../pipeline/kinesis-event";
import { batchesOf } from "./batches";
import type { Journal } from "./journal";
import type { Ledger } from "./ledger";
import { lanesOf, Slots } from "./lanes";
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
  /** Invocations at a time. */
  readonly concurrency: number;
  readonly invoke: (event: KinesisEvent) => Promise<InvocationResult>;
  /** Writes the events to files of this directory instead of invoking the function. */
  readonly saveDirectory?: string;
  /** Sequence numbers of records that are given up on purpose. */
  readonly drop: ReadonlySet<string>;
  /** The run stops when this many records were rejected. */
  readonly maxRejected: number;
  /** Why the run is to stop; undefined while it is not. */
  readonly stopReason: () => string | undefined;
}

/**
 * Sends records to the function, those of several partition keys side by side, and has the
 * journal say what it confirmed.
 */
export class Sender {
  private isHalted = false;
  private readonly slots: Slots;

  constructor(
    private readonly target: Target,
    private readonly journal: Journal,
    private readonly summary: Summary,
    private readonly options: SenderOptions,
  ) {
    this.slots = new Slots(options.concurrency);
  }

  /** Ends the run after the invocations that are under way, because something failed. */
  halt(): void {
    this.isHalted = true;
  }

  get isStopping(): boolean {
    if (this.isHalted) {
      return true;
    }
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
   * Sends records of one shard, those of a partition key in order, except those that were confirmed
   * and those that are given up on purpose.
   */
  async send(shardId: string, records: readonly KinesisRecord[], ledger: Ledger): Promise<void> {
    const open = records.filter((record) => !ledger.isConfirmed(record));
    const dropped = records.filter((record) => ledger.wasDropped(record));
    this.summary.confirmedBefore += records.length - open.length - dropped.length;
    const isToDrop = ({ sequenceNumber }: KinesisRecord) => this.options.drop.has(sequenceNumber);
    for (const record of this.isStopping ? [] : open.filter(isToDrop)) {
      this.journal.write(ledger.drop(record));
      dropped.push(record);
    }
    this.summary.dropped.push(
      ...dropped.map(({ sequenceNumber }) => ({ shardId, sequenceNumber })),
    );
    const toSend = open.filter((record) => !isToDrop(record));
    const { parallelizationFactor } = this.target;
    const lanes = lanesOf(toSend, Math.min(parallelizationFactor, this.options.concurrency));
    const outcomes = await Promise.allSettled(
      lanes.map((lane, index) => this.sendLane(shardId, `${shardId}:${index}`, lane, ledger)),
    );
    const failure = outcomes.find(({ status }) => status === "rejected");
    if (failure?.status === "rejected") {
      throw failure.reason;
    }
  }

  private async sendLane(
    shardId: string,
    lane: string,
    records: readonly KinesisRecord[],
    ledger: Ledger,
  ): Promise<void> {
    try {
      for (const batch of batchesOf(records, this.target.batchSize, shardId, this.target)) {
        if (this.isStopping) {
          return;
        }
        if (this.options.saveDirectory !== undefined) {
          this.save(this.options.saveDirectory, shardId, batch);
        } else {
          await this.slots.use(() => this.deliver(shardId, lane, batch, ledger));
        }
      }
    } catch (error) {
      this.halt();
      throw error;
    }
  }

  private deliver(
    shardId: string,
    lane: string,
    batch: readonly KinesisRecord[],
    ledger: Ledger,
  ): Promise<void> {
    return deliver(batch, {
      invoke: (part) => this.options.invoke(kinesisEvent(part, shardId, this.target)),
      reportsBatchItemFailures: this.target.reportsBatchItemFailures,
      isStopping: () => this.isStopping,
      onSending: (part) =>
        this.journal.write({ sending: part.map(({ sequenceNumber }) => sequenceNumber), lane }),
      onUnsent: () => this.journal.write({ unsent: true, lane }),
      onLost: (part, why) => {
        const sequenceNumbers = part.map(({ sequenceNumber }) => sequenceNumber);
        this.summary.lost.push({ shardId, sequenceNumbers, why });
        this.summary.stopped ??= LOST;
      },
      onSettled: (confirmed) => {
        this.journal.write({ ...ledger.confirm(confirmed), lane });
        this.summary.sent += confirmed.length;
      },
      onRejected: ({ record, why }) => {
        const { sequenceNumber, partitionKey } = record;
        ledger.reject(record);
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
