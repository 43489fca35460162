import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/**
 * How a record begins in which the Kinesis Producer Library has put several.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from("f3899ac2", "hex");

/** Number of records in which the Kinesis Producer Library has put several. */
export const countAggregated = (records: readonly Pick<KinesisRecord, "data">[]): number =>
  records.filter(({ data }) => Buffer.from(data.slice(0, 8), "base64").indexOf(MAGIC) === 0).length;
