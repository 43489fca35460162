import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";

const processor = new BatchProcessor(EventType.KinesisDataStreams);

/** What our handler does with a record, by Powertools for AWS Lambda, one record after the other. */
const logRecord = async (record: KinesisStreamRecord): Promise<void> => {
  const data = Buffer.from(record.kinesis.data, "base64").toString("utf8");
  console.log({ ...record, kinesis: { ...record.kinesis, data } });
  return Promise.resolve();
};

export const handler = (event: KinesisStreamEvent, context: Context) =>
  processPartialResponse(event, logRecord, processor, { context, processInParallel: false });
