import type {
  KinesisStreamEvent,
  KinesisStreamRecord,
  KinesisStreamRecordPayload,
} from "aws-lambda";

/** The record of the blog's validation step, as Lambda delivers it. */
export function aRecord(payload: Partial<KinesisStreamRecordPayload> = {}): KinesisStreamRecord {
  const kinesis = {
    kinesisSchemaVersion: "1.0",
    partitionKey: "samplepartitionkey3",
    sequenceNumber: "49648798411111169765201534322676841348246990356337393698",
    data: base64("sampledatarecord"),
    approximateArrivalTimestamp: 1706623274.934,
    ...payload,
  };
  return {
    kinesis,
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000002:${kinesis.sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn:
      "arn:aws:iam::222222222222:role/kds-cross-account-stream-consumer-lambda-execution-role",
    awsRegion: "us-east-1",
    eventSourceARN:
      "arn:aws:kinesis:us-east-1:111111111111:stream/kds-cross-account-stream/consumer/kds-cross-account-stream-efo-consumer:1706616477",
  };
}

/** An event of records with the given sequence numbers. */
export function anEvent(...sequenceNumbers: string[]): KinesisStreamEvent {
  return {
    Records: sequenceNumbers.map((sequenceNumber) => aRecord({ sequenceNumber })),
  };
}

export function base64(data: string | Uint8Array): string {
  return Buffer.from(data).toString("base64");
}
