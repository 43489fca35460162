import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsCommandOutput,
  type GetShardIteratorCommandInput,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { kinesisRecord, type KinesisRecord } from "../../../pipeline/kinesis-event";

/** Kinesis takes 5 GetRecords a second on a shard, which the pipeline's own reader shares. */
const MILLISECONDS_BETWEEN_READS = 250;

/** Where to begin: at a record, or at a time. */
type Start = { readonly at: bigint } | { readonly time: Date };

type Position = Omit<GetShardIteratorCommandInput, "StreamARN" | "ShardId">;

export type KinesisReads = Pick<KinesisClient, "send">;

/**
 * Reads a shard forward by the stream's ARN, since a name does not reach another account. Pages are
 * kept while reading forward, so that reports that lie close together share their reads.
 */
export class ShardReader {
  private page: KinesisRecord[] = [];
  private next: string | undefined;
  private position: Position = { ShardIteratorType: "TRIM_HORIZON" };
  private lastCall = 0;

  constructor(
    private readonly kinesis: KinesisReads,
    private readonly streamArn: string,
    private readonly shardId: string,
    private readonly sleep: (milliseconds: number) => Promise<void> = pause,
  ) {}

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
      return (await this.kinesis.send(command)).ShardIterator;
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
      await this.sleep(Math.max(0, this.lastCall + MILLISECONDS_BETWEEN_READS - Date.now()));
      this.lastCall = Date.now();
      const answer = await this.getRecords(this.next);
      this.page = (answer.Records ?? []).map(kinesisRecord);
      const last = this.page.at(-1);
      this.position = last ? afterRecord(last) : this.position;
      const isAtTip = this.page.length === 0 && !answer.MillisBehindLatest;
      this.next = isAtTip ? undefined : answer.NextShardIterator;
    }
  }

  private async getRecords(ShardIterator: string): Promise<Partial<GetRecordsCommandOutput>> {
    const command = (iterator: string) =>
      new GetRecordsCommand({ StreamARN: this.streamArn, ShardIterator: iterator });
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

const positionOf = (start: Start): Position =>
  "at" in start
    ? { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: String(start.at) }
    : { ShardIteratorType: "AT_TIMESTAMP", Timestamp: start.time };

const afterRecord = ({ sequenceNumber }: KinesisRecord): Position => ({
  ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
  StartingSequenceNumber: sequenceNumber,
});

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
