import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsCommandOutput,
  type GetShardIteratorCommandInput,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { bytesOf, kinesisRecord, type KinesisRecord } from "../../../pipeline/kinesis-event";
import { isThrottled } from "../errors";
import { Pauses, type Sleep } from "./pauses";
import { RECORD_BYTES } from "./room";

/** Kinesis takes 5 GetRecords a second on a shard, which the pipeline's own reader shares. */
const MILLISECONDS_BETWEEN_READS = 250;
/** Kinesis gives up to 10 MB at a time, which many shards side by side would not have room for. */
const PAGE_BYTES = 1024 * 1024;
const FIRST_PAGE_RECORDS = 100;
/** Most that Kinesis gives. */
const MAX_PAGE_RECORDS = 10_000;
/** The SDK has tried three times before each of these attempts. */
const THROTTLED_ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 10_000;

/** Where to begin: at a record, after one, or at a time. */
type Start = { readonly at: bigint } | { readonly after: string } | { readonly time: Date };

type Position = Omit<GetShardIteratorCommandInput, "StreamARN" | "ShardId">;

export type KinesisReads = Pick<KinesisClient, "send">;

/** How fast to read. */
export interface Pace {
  /** Bytes a second of each shard (default: as fast as Kinesis allows). */
  readonly bytesPerSecond?: number;
  readonly sleep?: Sleep;
}

/**
 * Reads a shard forward by the stream's ARN, since a name does not reach another account. Pages are
 * kept while reading forward, so that reports that lie close together share their reads.
 */
export class ShardReader {
  private page: KinesisRecord[] = [];
  private next: string | undefined;
  private position: Position = { ShardIteratorType: "TRIM_HORIZON" };
  private nextCall = 0;
  private limit = FIRST_PAGE_RECORDS;
  private readonly sleep: Sleep;
  private readonly bytesPerSecond: number;

  constructor(
    private readonly kinesis: KinesisReads,
    private readonly streamArn: string,
    private readonly shardId: string,
    { sleep = new Pauses().sleep, bytesPerSecond = Infinity }: Pace = {},
  ) {
    this.sleep = sleep;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Every record that can still be read, from `start` on, while `isWanted`; in the shard's order. */
  async *read(
    start: Start,
    isWanted: (record: KinesisRecord) => boolean,
  ): AsyncGenerator<KinesisRecord> {
    if (!this.holds(start)) {
      await this.seek(positionOf(start));
      await this.fetch();
    }
    for (;;) {
      for (const record of this.page) {
        if ("at" in start && BigInt(record.sequenceNumber) < start.at) {
          continue;
        }
        if (!isWanted(record)) {
          return;
        }
        yield record;
      }
      if (this.next === undefined) {
        return;
      }
      await this.fetch();
    }
  }

  private holds(start: Start): boolean {
    const [first, last] = [this.page[0], this.page.at(-1)];
    return (
      "at" in start &&
      first !== undefined &&
      last !== undefined &&
      BigInt(first.sequenceNumber) <= start.at &&
      start.at <= BigInt(last.sequenceNumber)
    );
  }

  private async seek(position: Position): Promise<void> {
    this.page = [];
    this.position = position;
    this.next = await this.iterator(position);
  }

  private async iterator(position: Position): Promise<string | undefined> {
    const shard = { StreamARN: this.streamArn, ShardId: this.shardId };
    try {
      const command = new GetShardIteratorCommand({ ...shard, ...position });
      const answer = await this.unthrottled("kinesis:GetShardIterator", () =>
        this.kinesis.send(command),
      );
      return answer.ShardIterator;
    } catch (error) {
      const { name } = error as Error;
      if (name === "InvalidArgumentException" && position.StartingSequenceNumber !== undefined) {
        // Retention has removed the record: the oldest one that is left shows how far.
        return this.iterator({ ShardIteratorType: "TRIM_HORIZON" });
      }
      if (name === "ResourceNotFoundException") {
        // A shard that was split or merged disappears with its last record.
        return undefined;
      }
      throw error;
    }
  }

  /** Replaces the page by the next one that has records; there is none at the end of the shard. */
  private async fetch(): Promise<void> {
    this.page = [];
    while (this.page.length === 0 && this.next !== undefined) {
      await this.sleep(Math.max(0, this.nextCall - Date.now()));
      const called = Date.now();
      const iterator = this.next;
      const answer = await this.unthrottled("kinesis:GetRecords", () => this.getRecords(iterator));
      this.page = (answer.Records ?? []).map(kinesisRecord);
      this.pace(called);
      const last = this.page.at(-1);
      this.position = last ? afterRecord(last.sequenceNumber) : this.position;
      const isAtTip = this.page.length === 0 && !answer.MillisBehindLatest;
      this.next = isAtTip ? undefined : answer.NextShardIterator;
    }
  }

  private pace(called: number): void {
    const bytes = this.page.reduce((sum, { data }) => sum + bytesOf(data), 0);
    const needed = (bytes / this.bytesPerSecond) * 1000;
    this.nextCall = called + Math.max(MILLISECONDS_BETWEEN_READS, needed);
    if (bytes > 0) {
      const fitting = Math.floor(PAGE_BYTES / (bytes / this.page.length + RECORD_BYTES));
      this.limit = Math.min(MAX_PAGE_RECORDS, Math.max(1, fitting));
    }
  }

  /** Waits while other readers use up what the shard gives. */
  private async unthrottled<T>(call: string, send: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        if (attempt === THROTTLED_ATTEMPTS || !isThrottled(error)) {
          throw error;
        }
        const pause = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1);
        await this.sleep(Math.min(LONGEST_PAUSE_MILLISECONDS, pause), call);
      }
    }
  }

  private async getRecords(ShardIterator: string): Promise<Partial<GetRecordsCommandOutput>> {
    const command = (iterator: string) =>
      new GetRecordsCommand({
        StreamARN: this.streamArn,
        ShardIterator: iterator,
        Limit: this.limit,
      });
    try {
      return await this.kinesis.send(command(ShardIterator));
    } catch (error) {
      if ((error as Error).name !== "ExpiredIteratorException") {
        throw error;
      }
      // Iterators live for 5 minutes, and an invocation may take 15.
      const renewed = await this.iterator(this.position);
      return renewed === undefined ? {} : await this.kinesis.send(command(renewed));
    }
  }
}

function positionOf(start: Start): Position {
  if ("time" in start) {
    return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: start.time };
  }
  return "after" in start
    ? afterRecord(start.after)
    : { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: String(start.at) };
}

const afterRecord = (sequenceNumber: string): Position => ({
  ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
  StartingSequenceNumber: sequenceNumber,
});
