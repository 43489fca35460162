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
  const frame = bytesOfFrame(shardId, source);
  for (const record of records) {
    const size = frame + bytesOfRecord(record);
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

/** Bytes of an event of one record without what differs between records. */
const bytesOfFrame = (shardId: string, source: EventSource): number => {
  const approximateArrivalTimestamp = Number.MAX_SAFE_INTEGER;
  const empty = { partitionKey: "", sequenceNumber: "", data: "", approximateArrivalTimestamp };
  const record = { kinesisSchemaVersion: "1.0", ...empty };
  return Buffer.byteLength(JSON.stringify(kinesisEvent([record], shardId, source)));
};

/** The sequence number is in the event twice; number and data are ASCII. */
const bytesOfRecord = ({ data, partitionKey, sequenceNumber }: KinesisRecord): number =>
  data.length + 2 * sequenceNumber.length + Buffer.byteLength(JSON.stringify(partitionKey ?? null));
