import type { _Record } from "@aws-sdk/client-kinesis";
import { parseArn } from "./arns";

/** The `kinesis` object of a record in a function's event. */
export type KinesisRecord = ReturnType<typeof kinesisRecord>;

export const kinesisRecord = (record: _Record) => ({
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
  sourceArn: string,
  roleArn: string | undefined,
) => ({
  Records: records.map((kinesis) => ({
    kinesis,
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${kinesis.sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: roleArn,
    awsRegion: parseArn(sourceArn).region,
    eventSourceARN: sourceArn,
  })),
});
