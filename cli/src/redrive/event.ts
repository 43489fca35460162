import type { _Record } from "@aws-sdk/client-kinesis";
import type { KinesisRecord } from "./report";

/** What an event says about where its records come from. */
export interface EventSource {
  /** ARN of the mapping's event source: a stream or a registered consumer. */
  readonly eventSourceArn: string;
  readonly roleArn: string;
}

export const kinesisRecord = (record: _Record): KinesisRecord => ({
  kinesisSchemaVersion: "1.0",
  partitionKey: record.PartitionKey ?? "",
  sequenceNumber: record.SequenceNumber ?? "",
  data: Buffer.from(record.Data ?? []).toString("base64"),
  approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
});

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const kinesisEvent = (
  records: readonly KinesisRecord[],
  shardId: string,
  { eventSourceArn, roleArn }: EventSource,
) => ({
  Records: records.map((kinesis) => ({
    kinesis,
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${kinesis.sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: roleArn,
    awsRegion: eventSourceArn.split(":")[3],
    eventSourceARN: eventSourceArn,
  })),
});

export type KinesisEvent = ReturnType<typeof kinesisEvent>;

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
