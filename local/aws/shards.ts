import type { KinesisRecord } from "../../pipeline/kinesis-event";
import type { Mapping } from "./mapping-settings";
import type { TumblingWindow } from "./windows";

const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;

/** An ordered queue of a shard's records. A shard has `ParallelizationFactor` lanes. */
export interface Lane {
  readonly name: string;
  readonly shardId: string;
  readonly queue: KinesisRecord[];
  /** Records of the batch that is being processed. */
  processing: readonly KinesisRecord[];
  firstAt: number;
  draining?: Promise<void>;
}

export interface Shard {
  readonly parents: readonly string[];
  iterator: string | undefined;
  lanes: Lane[];
  /** The stream was resharded, so no more records can be put into this shard. */
  isClosed: boolean;
  /** The shard is closed and all its records have been read. */
  isRead: boolean;
  /** All records that arrived before this time have been read, in milliseconds since the epoch. */
  readUntil: number;
  /** The open window, if the mapping has tumbling windows. */
  window?: TumblingWindow;
  /** Time of the last subscription with enhanced fan-out, in milliseconds since the epoch. */
  subscribedAt: number;
}

/** Adds a record to the lane of its partition key. */
export function enqueue({ lanes }: Shard, record: KinesisRecord): void {
  let hash = 0;
  for (const character of record.partitionKey ?? "") {
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  }
  const lane = lanes[hash % lanes.length];
  if (lane?.queue.push(record) === 1) {
    lane.firstAt = Date.now();
  }
}

/** Time since the arrival of the oldest record that has not been processed; 0 if there is none. */
export function millisecondsBehind({ lanes }: Shard): number {
  const waiting = lanes.flatMap(({ processing, queue }) => [
    ...processing.slice(0, 1),
    ...queue.slice(0, 1),
  ]);
  const arrivals = waiting.map((record) => record.approximateArrivalTimestamp * 1000);
  return arrivals.length ? Math.max(0, Date.now() - Math.min(...arrivals)) : 0;
}

/** Creates one lane per parallelization factor, and moves waiting records to the new lanes in order. */
export function rebuildLanes(shardId: string, shard: Shard, mapping: Mapping): void {
  const { UUID, ParallelizationFactor: length } = mapping;
  const waiting = shard.lanes
    .flatMap(({ queue }) => queue)
    .sort((a, b) => (BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1));
  shard.lanes = Array.from({ length }, (_, number) => ({
    name: `${UUID} ${shardId} ${number}`,
    shardId,
    queue: [],
    processing: [],
    firstAt: 0,
  }));
  waiting.forEach((record) => enqueue(shard, record));
}

/**
 * Number of records in the batch that is due; 0 while the batching window has not ended. A batch
 * does not reach beyond a tumbling window.
 */
export function dueBatchSize(
  { queue, firstAt }: Lane,
  window: TumblingWindow | undefined,
  { BatchSize, MaximumBatchingWindowInSeconds: seconds }: Mapping,
): number {
  let bytes = 0;
  const end = queue.slice(0, BatchSize).findIndex((record) => {
    bytes += record.data.length + (record.partitionKey?.length ?? 0) + 500;
    return bytes > LARGEST_BATCH_BYTES || window?.includes(record) === false;
  });
  const limit = end > 0 ? end : BatchSize;
  const isDue = queue.length >= limit || Date.now() >= firstAt + seconds * 1000;
  return isDue ? Math.min(queue.length, limit) : 0;
}
