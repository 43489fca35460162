import {
  kinesisEvent,
  type EventSource,
  type KinesisRecord,
} from "../../../pipeline/kinesis-event";

/** Lambda takes 6 MB in a synchronous invocation; 1,024 bytes are left for the event's frame. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024 - 1024;

/** Cuts records into batches that the mapping could have sent, by count and by size. */
export function batchesOf(
  records: readonly KinesisRecord[],
  batchSize: number,
  shardId: string,
  source: EventSource,
): KinesisRecord[][] {
  const batches: KinesisRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(kinesisEvent([record], shardId, source)));
    const batch = batches.at(-1);
    if (batch && batch.length < batchSize && bytes + size <= MAX_PAYLOAD_BYTES) {
      batch.push(record);
      bytes += size;
    } else {
      batches.push([record]);
      bytes = size;
    }
  }
  return batches;
}
