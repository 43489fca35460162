import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { countAggregated } from "./aggregation";
import type { Sender, Target } from "./sender";
import { ShardReader, type KinesisReads } from "./shard-reader";
import { describeStream } from "./stream";
import type { Summary } from "./summary";

interface ByTimeOptions {
  readonly from: Date;
  readonly to: Date;
  readonly filters: readonly FilterPattern[];
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** Redrives every record that arrived in a time range and that the mapping's filters let through. */
export class ByTime {
  private shardIds: readonly string[] = [];

  constructor(
    private readonly target: Target,
    private readonly kinesis: KinesisReads,
    private readonly summary: Summary,
    private readonly options: ByTimeOptions,
  ) {}

  async receive(): Promise<void> {
    const { streamArn } = this.target;
    const stream = await describeStream(this.kinesis, streamArn);
    if (!stream) {
      throw new Error(`the stream ${streamArn} does not exist: its records are lost`);
    }
    this.shardIds = stream.shardIds;
    const oldest = new Date(Date.now() - stream.retentionHours * 3_600_000);
    if (this.options.from < oldest && stream.created < oldest) {
      this.summary.expiredBefore = oldest.toISOString();
    }
  }

  async preview(): Promise<void> {
    for (const shardId of this.shardIds) {
      for await (const records of this.batches(shardId)) {
        this.summary.records += records.length;
      }
    }
  }

  async send(sender: Sender): Promise<void> {
    for (const shardId of this.shardIds) {
      for await (const records of this.batches(shardId)) {
        this.summary.records += records.length;
        await sender.send(shardId, records, () => [shardId]);
        if (sender.isStopping) {
          return;
        }
      }
    }
  }

  private async *batches(shardId: string): AsyncGenerator<KinesisRecord[]> {
    const { from, to, filters, sleep } = this.options;
    const reader = new ShardReader(this.kinesis, this.target.streamArn, shardId, sleep);
    const end = to.getTime() / 1000;
    const isBefore = (record: KinesisRecord) => record.approximateArrivalTimestamp < end;
    let batch: KinesisRecord[] = [];
    for await (const record of reader.read({ time: from }, isBefore)) {
      this.summary.aggregated += countAggregated([record]);
      if (passes(filters, record)) {
        batch.push(record);
      }
      if (batch.length === this.target.batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) {
      yield batch;
    }
  }
}
