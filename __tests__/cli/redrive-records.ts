import { createHash } from "node:crypto";
import type { KinesisRecord } from "../../pipeline/kinesis-event";
import type { Report } from "../../cli/src/redrive/report";

export const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
export const CONSUMER = `${STREAM}/consumer/analytics:1764150000`;
export const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";

export const record = (
  sequence: number,
  partitionKey: string | null = "k",
  data = "{}",
): KinesisRecord => ({
  kinesisSchemaVersion: "1.0",
  partitionKey,
  sequenceNumber: String(sequence),
  data: Buffer.from(data).toString("base64"),
  approximateArrivalTimestamp: 1_764_150_000 + sequence,
});

export const report = (start: number, end: number, batchSize: number, id = `${start}`): Report => ({
  id,
  functionArn: FUNCTION,
  streamArn: STREAM,
  shardId: "shardId-000000000000",
  start: BigInt(start),
  end: BigInt(end),
  batchSize,
  firstArrival: new Date(1_764_150_000_000 + start * 1000),
  lastArrival: new Date(1_764_150_000_000 + end * 1000),
});

/** An aggregate of records as the Kinesis Producer Library writes it. */
export function aggregate(records: readonly (readonly [key: string, data: string | Buffer])[]) {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  const field = (number: number, content: string | Buffer): Buffer => {
    const bytes = Buffer.from(content);
    return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(bytes.length)]), bytes]);
  };
  const message = Buffer.concat([
    ...records.map(([key]) => field(1, key)),
    ...records.map(([, data], at) =>
      field(3, Buffer.concat([Buffer.from([8, ...varint(at)]), field(3, data)])),
    ),
  ]);
  const checksum = createHash("md5").update(message).digest();
  return Buffer.concat([Buffer.from("f3899ac2", "hex"), message, checksum]);
}

/** A report as AWS's documentation shows it, with this stream and function. */
export const invocationRecord = (changes: object = {}, batchChanges: object = {}) => ({
  requestContext: {
    requestId: "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
    functionArn: FUNCTION,
    condition: "RetryAttemptsExhausted",
    approximateInvokeCount: 1,
  },
  responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
  version: "1.0",
  timestamp: "2019-11-14T00:38:06.021Z",
  KinesisBatchInfo: {
    shardId: "shardId-000000000001",
    startSequenceNumber: "49601189658422359378836298521827638475320189012309704722",
    endSequenceNumber: "49601189658422359378836298522902373528957594348623495186",
    approximateArrivalOfFirstRecord: "2019-11-14T00:38:04.835Z",
    approximateArrivalOfLastRecord: "2019-11-14T00:38:05.580Z",
    batchSize: 500,
    streamArn: STREAM,
    ...batchChanges,
  },
  ...changes,
});
