import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/** Memory for records that wait to be sent, at most: of one shard, and of all together. */
const SHARD_BYTES = 16 * 1024 * 1024;
const ALL_BYTES = 64 * 1024 * 1024;

/** What a record takes in memory beside its data. */
export const RECORD_BYTES = 400;
/** What is noted of it until it is confirmed: its reports, and its number in several places. */
const NOTED_BYTES = 800;

/** Bytes that the records of one shard may take when so many shards are sent side by side. */
export const roomFor = (shards: number): number =>
  Math.min(SHARD_BYTES, ALL_BYTES / Math.max(1, shards));

export const memoryOf = ({ data }: Pick<KinesisRecord, "data">): number =>
  data.length + RECORD_BYTES + NOTED_BYTES;
