import { firstFailure, type KinesisRecord } from "../../../pipeline/kinesis-event";

/** Outcome of an invocation. If it certainly did not reach the function, `deliver` rejects instead. */
export interface InvocationResult {
  /** The function's error, if it threw, timed out or exited. */
  readonly error?: string;
  /** What the function returned. */
  readonly result?: unknown;
  /** Why it is not known whether the function has processed the records. */
  readonly lost?: string;
}

interface Rejection {
  readonly record: KinesisRecord;
  readonly why: string;
}

interface DeliveryOptions {
  readonly invoke: (records: readonly KinesisRecord[]) => Promise<InvocationResult>;
  /** Whether the mapping has ReportBatchItemFailures; without it, what the function returns is ignored. */
  readonly reportsBatchItemFailures: boolean;
  readonly isStopping: () => boolean;
  readonly onSending: (records: readonly KinesisRecord[]) => void;
  readonly onUnsent: () => void;
  readonly onLost: (records: readonly KinesisRecord[], why: string) => void;
  readonly onSettled: (confirmed: readonly KinesisRecord[]) => void;
  readonly onRejected: (rejection: Rejection) => void;
}

/**
 * Invokes the function with the records in order. A record that the function reports, or fails on
 * alone, is rejected; the ones after it go on, as they do when Lambda gives up on a record. Nothing
 * goes on after records of which it is not known whether the function has processed them.
 */
export async function deliver(
  records: readonly KinesisRecord[],
  options: DeliveryOptions,
): Promise<void> {
  const reject = (rejected: readonly KinesisRecord[], why: string) =>
    rejected.forEach((record) => options.onRejected({ record, why }));
  const parts = [records];
  for (let part = parts.shift(); part; part = parts.shift()) {
    if (options.isStopping()) {
      return;
    }
    options.onSending(part);
    const { error, result, lost } = await options.invoke(part).catch((refused: unknown) => {
      options.onUnsent();
      throw refused;
    });
    if (lost !== undefined) {
      options.onLost(part, lost);
      return;
    }
    const failed =
      error === undefined && options.reportsBatchItemFailures
        ? firstFailure(result, part)
        : undefined;
    if (error === undefined && failed === undefined) {
      options.onSettled(part);
    } else if (typeof failed === "number") {
      options.onSettled(part.slice(0, failed));
      reject(part.slice(failed, failed + 1), "reported by the function");
      parts.unshift(part.slice(failed + 1));
    } else {
      options.onSettled([]);
      const middle = Math.ceil(part.length / 2);
      if (part.length === 1) {
        reject(part, error ?? "the function's batchItemFailures name no record of the batch");
      } else {
        parts.unshift(part.slice(0, middle), part.slice(middle));
      }
    }
    while (parts[0]?.length === 0) {
      parts.shift();
    }
  }
}
