import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";

/** The least that decodes and logs the records of a batch in order. */
export const handler = (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
  for (const record of event.Records) {
    const data = Buffer.from(record.kinesis.data, "base64").toString("utf8");
    console.log({ ...record, kinesis: { ...record.kinesis, data } });
  }
  return Promise.resolve({ batchItemFailures: [] });
};
