import { format, inspect, types } from "node:util";
import type {
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamRecord,
} from "aws-lambda";

/**
 * Creates a Lambda handler that passes the records of a batch to `processRecord` one at a time, in
 * the order of the stream, each only after the one before it is done.
 *
 * When `processRecord` throws or rejects, the handler stops, logs the failure once and reports that
 * record's sequence number. Lambda treats all records before it as processed and retries from this
 * record on, so the records after it are neither lost nor processed before it.
 *
 * - **The event source mapping must have `reportBatchItemFailures` true**, which is the default of
 *   `CrossAccountConsumer`. Without it Lambda ignores the report and treats the whole batch as
 *   processed: the failed record and those after it are lost.
 * - **Processing must be idempotent.** Delivery is at least once: a record can be delivered again
 *   although it was processed, for instance when the function times out later in its batch.
 * - A record that can never succeed blocks its shard until the mapping's `maximumRetryAttempts` or
 *   `maximumRecordAgeInSeconds` is reached. To skip a record, return instead of throwing.
 *
 * @param processRecord - called with one record; its data is read with {@link recordData}
 * @returns the function to export as `handler`
 *
 * @example
 * ```ts
 * import {
 *   kinesisHandler,
 *   recordData,
 * } from "cdktf-cross-account-kinesis/handler";
 *
 * // Stored under the record's own id, so that a second delivery overwrites the first.
 * export const handler = kinesisHandler(async (record) => {
 *   const response = await fetch(
 *     `${process.env.CLICKS_URL}/${encodeURIComponent(record.eventID)}`,
 *     { method: "PUT", body: recordData(record).toString("utf8") },
 *   );
 *   if (!response.ok) {
 *     throw new Error(`the click store answered ${response.status}`);
 *   }
 * });
 * ```
 */
export function kinesisHandler(
  processRecord: (record: KinesisStreamRecord) => Promise<void> | void,
): (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse> {
  return async (event) => {
    for (const record of event.Records) {
      try {
        await processRecord(record);
      } catch (thrown) {
        const { sequenceNumber, partitionKey } = record.kinesis;
        console.error({
          message:
            "Failed to process this record. Stopped here to keep the order; Lambda retries from this record on.",
          sequenceNumber,
          partitionKey,
          shardId: record.eventID.split(":", 1)[0],
          error: describeError(thrown),
        });
        // Lambda retries from the lowest reported number: processing later records now would only
        // repeat work, and process them before this one.
        return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
      }
    }
    return { batchItemFailures: [] };
  };
}

/**
 * The bytes that the producer put into the record.
 *
 * @example
 * ```ts
 * const order = JSON.parse(recordData(record).toString("utf8"));
 * ```
 */
export function recordData(record: KinesisStreamRecord): Buffer {
  return Buffer.from(record.kinesis.data, "base64");
}

function describeError(thrown: unknown) {
  // An error of another realm (node:vm, the sandbox of a test runner) is not an instance of this
  // Error, and a DOMException, which an aborted fetch throws, is not a native error.
  if (thrown instanceof Error || types.isNativeError(thrown)) {
    return {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack,
      // The message of fetch is only "fetch failed", and its cause is the reason. It is converted to
      // text, because a cause may be any value, also one with cycles.
      ...(thrown.cause !== undefined && { cause: inspect(thrown.cause) }),
    };
  }
  return { name: "NonError", message: format(thrown) };
}
