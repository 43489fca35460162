import { isUtf8 } from "node:buffer";
import type { KinesisStreamRecord } from "aws-lambda";
import { kinesisHandler, recordData } from "./kinesis-handler";

/** Logs every record with its data decoded: one JSON line each under the JSON log format. */
export const handler = kinesisHandler(logRecord);

function logRecord(record: KinesisStreamRecord): void {
  const bytes = recordData(record);
  // Decoding bytes that are no text would replace some of them for good.
  const data = isUtf8(bytes) ? { data: bytes.toString("utf8") } : { dataEncoding: "base64" };
  // One plain object and nothing else: only then does Lambda's runtime write it as an object into
  // the line's "message" instead of formatting it to text.
  console.log({ ...record, kinesis: { ...record.kinesis, ...data } });
}
