import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/**
 * Magic number of records aggregated by the Kinesis Producer Library (KPL).
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from("f3899ac2", "hex");

/** Beginning of data with this number, in base64: 4 bytes fill 5 characters and a part of the next. */
const MAGIC_BASE64 = MAGIC.toString("base64").slice(0, 5);

/** Number of KPL-aggregated records. */
export const countAggregated = (records: readonly Pick<KinesisRecord, "data">[]): number =>
  records.filter(({ data }) => isAggregated(data)).length;

/** Whether data, in base64, was aggregated. */
export const isAggregated = (data: string): boolean =>
  data.startsWith(MAGIC_BASE64) &&
  Buffer.from(data.slice(0, 8), "base64").subarray(0, MAGIC.length).equals(MAGIC);
