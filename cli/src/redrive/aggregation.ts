import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/**
 * Magic number of records aggregated by the Kinesis Producer Library (KPL).
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from("f3899ac2", "hex");

/** Number of KPL-aggregated records. */
export const countAggregated = (records: readonly Pick<KinesisRecord, "data">[]): number =>
  records.filter(({ data }) => Buffer.from(data.slice(0, 8), "base64").indexOf(MAGIC) === 0).length;
