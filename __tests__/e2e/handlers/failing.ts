import type { KinesisStreamEvent } from "aws-lambda";
import { kinesisHandler, recordData } from "../../../handler/kinesis-handler";

/** Handlers that fail in different ways on a record with the data "poison"; see pipeline.test.ts. */

const dataOf = (record: KinesisStreamEvent["Records"][number]): string =>
  recordData(record).toString("utf8");

const isPoisoned = ({ Records }: KinesisStreamEvent): boolean =>
  Records.some((record) => dataOf(record) === "poison");

const log = ({ Records }: KinesisStreamEvent): void =>
  Records.forEach((record) => {
    console.log({ data: dataOf(record) });
  });

/** Reports the failing record, as users' handlers do. */
export const throws = kinesisHandler((record) => {
  if (dataOf(record) === "poison") {
    throw new Error("cannot digest this");
  }
  console.log({ data: dataOf(record) });
});

export const crashes = (event: KinesisStreamEvent): Promise<object> => {
  if (isPoisoned(event)) {
    process.exit(1);
  }
  log(event);
  return Promise.resolve({ batchItemFailures: [] });
};

export const hangs = (event: KinesisStreamEvent): Promise<object> => {
  if (isPoisoned(event)) {
    return new Promise(() => setInterval(() => undefined, 1000));
  }
  log(event);
  return Promise.resolve({ batchItemFailures: [] });
};

/** Reports a record that is not in the batch, so that Lambda treats the whole batch as failed. */
export const malformed = (event: KinesisStreamEvent): Promise<object> => {
  if (isPoisoned(event)) {
    return Promise.resolve({
      batchItemFailures: [{ itemIdentifier: "" }],
    });
  }
  log(event);
  return Promise.resolve({ batchItemFailures: [] });
};
