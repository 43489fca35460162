import type { KinesisRecord } from "../../cli/src/kinesis-event";

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
  /** Time of the last subscription with enhanced fan-out, in milliseconds since the epoch. */
  subscribedAt: number;
}

/** Adds a record to the lane of its partition key. */
export function enqueue({ lanes }: Shard, record: KinesisRecord): void {
  let hash = 0;
  for (const character of record.partitionKey) {
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
