import { isUtf8 } from "node:buffer";
import type { KinesisStreamRecord } from "aws-lambda";
import { kinesisHandler, recordData } from "./kinesis-handler";

/** Logs every record with its data decoded: one JSON line each under the JSON log format. */
export const handler = kinesisHandler(logRecord);

function logRecord(record: KinesisStreamRecord): void {
  const bytes = recordData(record);
  // Decoding bytes that are not UTF-8 text would replace some of them.
  const data = isUtf8(bytes) ? { data: bytes.toString("utf8") } : { dataEncoding: "base64" };
  // Lambda's runtime writes a single plain object as an object into the line's "message"; anything
  // else would be formatted as text.
  console.log({ ...record, kinesis: { ...record.kinesis, ...data } });
}
