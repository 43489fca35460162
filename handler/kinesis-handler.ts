import type {
  KinesisStreamBatchItemFailure,
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamRecord,
  KinesisStreamStateResponse,
  KinesisStreamTumblingWindowEvent,
} from "aws-lambda";
import { describeError, notOfKinesis } from "./descriptions";

const RECORD_FAILED =
  "Failed to process this record. Stopped here to keep the order; Lambda retries from this record on.";
const BATCH_FAILED =
  "Failed to process this record. Stopped here; Lambda retries its batch with the state from before.";

/** A tumbling window of one shard. */
export interface KinesisWindow {
  /** Time from which records belong to the window, for example `2026-01-31T08:00:00Z`. */
  readonly start: string;
  /** Time from which records belong to the next window. */
  readonly end: string;
  /** The shard, for example `shardId-000000000000`: every shard has a window of its own. */
  readonly shardId: string;
  /**
   * True if Lambda ended the window early because its state exceeded 1 MB. The window goes on with an
   * empty state, and ends again.
   */
  readonly isTerminatedEarly: boolean;
}

/** Options of a handler that keeps a state over a tumbling window. */
export interface KinesisWindowOptions<State extends object> {
  /**
   * Called at the end of each window with what `processRecord` made of the state. If it throws or
   * rejects, Lambda calls it again, and processes no other record of the shard until it succeeds.
   *
   * It can be called more than once for the same window, with a part of its records each time: store
   * the parts under different keys, or add them up. `window` is undefined for an event without a
   * window, such as `redrive` sends: its records then count as a window of their own.
   */
  readonly onWindowEnd: (
    state: Partial<State>,
    window: KinesisWindow | undefined,
  ) => Promise<void> | void;
}

/** A Lambda handler for events of a Kinesis stream, with or without a tumbling window. */
export interface KinesisHandler {
  (
    event: KinesisStreamTumblingWindowEvent,
  ): Promise<KinesisStreamBatchResponse & KinesisStreamStateResponse>;
  (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse>;
}

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
 * - In a mapping with `tumblingWindowInSeconds` it hands the window's state on unchanged.
 *
 * @param processRecord - called with one record; its data is read with {@link recordData}
 * @returns the function to export as `handler`; it throws if the event is not one of a Kinesis stream
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
): KinesisHandler;
/**
 * Creates a Lambda handler that keeps a state over a tumbling window, for a mapping with
 * `tumblingWindowInSeconds`. `processRecord` changes the state in place, starting from `{}`, and
 * `onWindowEnd` gets it at the end of the window.
 *
 * When `processRecord` throws or rejects, the handler stops, logs the failure once and throws. Lambda
 * then retries the batch with the state that it had before, so no record is missing from the state
 * or counted twice. (AWS does not say what becomes of a state that is returned beside a failure.)
 *
 * Lambda keeps the state as JSON, in which a Map or a Date does not survive, and at most 1 MB of it
 * per shard: beyond that it ends the window early.
 *
 * @param processRecord - called with one record and the window's state
 * @param options - what to do at the end of a window
 * @returns the function to export as `handler`; it throws if the event is not one of a Kinesis stream
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 *
 * @example
 * ```ts
 * import { kinesisHandler } from "cdktf-cross-account-kinesis/handler";
 *
 * // Logs how many records of each partition key a shard received in a window.
 * export const handler = kinesisHandler<Record<string, number>>(
 *   ({ kinesis: { partitionKey } }, counts) => {
 *     counts[partitionKey] = (counts[partitionKey] ?? 0) + 1;
 *   },
 *   { onWindowEnd: (counts, window) => console.log({ ...window, counts }) },
 * );
 * ```
 */
export function kinesisHandler<State extends object>(
  processRecord: (record: KinesisStreamRecord, state: Partial<State>) => Promise<void> | void,
  options: KinesisWindowOptions<State>,
): KinesisHandler;
export function kinesisHandler(
  processRecord: (record: KinesisStreamRecord, ...state: object[]) => Promise<void> | void,
  options?: KinesisWindowOptions<object>,
): KinesisHandler {
  function handler(
    event: KinesisStreamTumblingWindowEvent,
  ): Promise<KinesisStreamBatchResponse & KinesisStreamStateResponse>;
  function handler(event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse>;
  async function handler(event: KinesisStreamEvent | KinesisStreamTumblingWindowEvent) {
    const window = isOfWindow(event) ? event : undefined;
    const state = window?.state ?? {};
    // Lambda counts an invocation in a window as failed if its answer has no state.
    const answer = (batchItemFailures: KinesisStreamBatchItemFailure[], next: object) => ({
      batchItemFailures,
      ...(window && { state: next }),
    });
    for (const record of recordsOf(event)) {
      try {
        await processRecord(record, ...(options ? [state] : []));
      } catch (thrown) {
        const { sequenceNumber, partitionKey } = record.kinesis;
        console.error({
          message: options ? BATCH_FAILED : RECORD_FAILED,
          sequenceNumber,
          partitionKey,
          shardId: (record.eventID as string | undefined)?.split(":", 1)[0],
          error: describeError(thrown),
        });
        if (options) {
          throw thrown;
        }
        // Lambda retries from the lowest reported number: processing later records now would only
        // repeat work, and process them before this one.
        return answer([{ itemIdentifier: sequenceNumber }], state);
      }
    }
    if (!options || (window && !window.isFinalInvokeForWindow && !window.isWindowTerminatedEarly)) {
      return answer([], state);
    }
    await options.onWindowEnd(state, window && describeWindow(window));
    return answer([], {});
  }
  return handler;
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

/** Throws unless every record is one of a Kinesis stream. */
function recordsOf(event: KinesisStreamEvent): readonly KinesisStreamRecord[] {
  // The last event of a window may have none.
  const { Records } = event as { readonly Records?: unknown };
  const records = Records ?? (isOfWindow(event) ? [] : undefined);
  if (!Array.isArray(records)) {
    throw notOfKinesis("an event", event);
  }
  const isOther = (record: Partial<KinesisStreamRecord> | null) => !record?.kinesis?.sequenceNumber;
  if (records.some(isOther)) {
    throw notOfKinesis("a record", records.find(isOther));
  }
  return records;
}

const isOfWindow = (event: KinesisStreamEvent): event is KinesisStreamTumblingWindowEvent =>
  (event as Partial<KinesisStreamTumblingWindowEvent>).window !== undefined;

function describeWindow(event: KinesisStreamTumblingWindowEvent): KinesisWindow {
  // The type of @types/aws-lambda lacks the shard.
  const { window, shardId, isWindowTerminatedEarly } = event as typeof event & { shardId: string };
  return { ...window, shardId, isTerminatedEarly: isWindowTerminatedEarly };
}
