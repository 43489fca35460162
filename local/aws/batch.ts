import type { Functions } from "./functions";
import { kinesisEvent, type KinesisRecord } from "./kinesis-event";
import type { LambdaRunner } from "../lambda/runner";
import type { Mapping } from "./mapping";
import type { Failure, OnFailure } from "./on-failure";
import { sleep } from "./requests";

const FIRST_BACKOFF_MILLISECONDS = 50;
const LONGEST_BACKOFF_MILLISECONDS = 1_000;
const BLOCKED_MILLISECONDS = 200;

/** Records that a function has returned from without reporting them as failed. */
export interface Delivery {
  readonly functionArn: string;
  readonly records: readonly KinesisRecord[];
}

export interface BatchTools {
  readonly functions: Functions;
  readonly runner: LambdaRunner;
  readonly onFailure: OnFailure;
  readonly onDelivered: ((delivery: Delivery) => void) | undefined;
}

/** What a poller lets its batches do now. */
interface Guard {
  readonly isStopping: boolean;
  mayGoOn(): Promise<boolean>;
}

/** A part of a batch that is invoked as one. */
interface Part {
  readonly records: KinesisRecord[];
  /** Failures that count against MaximumRetryAttempts. */
  readonly attempts: number;
  readonly invocations: number;
}

/** Takes a batch through its invocations: retries, splitting, giving up. */
export class Batch {
  private failure: Failure | undefined;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: BatchTools,
    private readonly shardId: string,
    private readonly lane: string,
    private readonly guard: Guard,
  ) {}

  /** Resolves with the records that are left when the poller is stopped meanwhile. */
  async process(records: KinesisRecord[]): Promise<KinesisRecord[]> {
    let parts: Part[] = [{ records, attempts: 0, invocations: 0 }];
    while (parts.length && !this.guard.isStopping) {
      const [part, ...rest] = parts as [Part, ...Part[]];
      parts = [...(await this.goOnWith(part)), ...rest];
    }
    return parts.flatMap((part) => part.records);
  }

  /** One step; resolves with what is left of the part. */
  private async goOnWith(part: Part): Promise<Part[]> {
    const { records } = part;
    const expired = this.expired(records);
    if (expired) {
      await this.discard("RecordAgeExceeded", part, expired);
      return parted(part, [records.slice(expired)]);
    }
    const failure = (await this.guard.mayGoOn()) ? await this.invoke(records).catch(String) : "";
    if (typeof failure === "string") {
      // The function was not reached, so this is no attempt at the records.
      if (failure) this.mapping.LastProcessingResult = `PROBLEM: ${failure}`;
      await sleep(BLOCKED_MILLISECONDS);
      return [part];
    }
    this.failure = failure;
    this.mapping.LastProcessingResult = failure ? "PROBLEM: Function call failed" : "OK";
    const invocations = part.invocations + 1;
    return failure ? this.afterFailure({ ...part, invocations }, failure) : [];
  }

  private async afterFailure(part: Part, { from = 0 }: Failure) {
    const { BisectBatchOnFunctionError: bisect, MaximumRetryAttempts: most } = this.mapping;
    const records = part.records.slice(from);
    // Splitting does not consume the retry quota. A reported first record is where to split; when that
    // is the batch's first, halving still finds out which of the others are good.
    if (bisect && part.records.length > 1) return parted(part, from ? [records] : halved(records));
    const left = { ...part, records, attempts: part.attempts + 1 };
    if (most >= 0 && left.attempts > most) {
      await this.discard("RetryAttemptsExhausted", left, records.length);
      return [];
    }
    const backoff = FIRST_BACKOFF_MILLISECONDS * 2 ** part.attempts;
    await sleep(Math.min(backoff, LONGEST_BACKOFF_MILLISECONDS));
    return [left];
  }

  /** How many of the first records are older than they may become. */
  private expired(records: KinesisRecord[]): number {
    const { MaximumRecordAgeInSeconds: age } = this.mapping;
    const oldest = age === -1 ? 0 : Date.now() / 1000 - age;
    const first = records.findIndex((record) => record.approximateArrivalTimestamp >= oldest);
    return first === -1 ? records.length : first;
  }

  private async invoke(records: KinesisRecord[]): Promise<Failure | undefined> {
    const { FunctionArn: arn, EventSourceArn: source, FunctionResponseTypes: types } = this.mapping;
    const { Role: role } = await this.tools.functions.configuration(arn);
    const event = kinesisEvent(records, this.shardId, source, role);
    const { requestId, error, result } = await this.tools.runner.invoke(arn, event, this.lane);
    if (error) return { requestId, functionError: "Unhandled" };
    const from = types.length ? firstFailure(result, records) : undefined;
    if (from === "whole batch") return { requestId };
    this.tools.onDelivered?.({ functionArn: arn, records: records.slice(0, from) });
    return from === undefined ? undefined : { requestId, from };
  }

  private async discard(condition: string, part: Part, count: number) {
    const { mapping, shardId, failure } = this;
    const records = part.records.slice(0, count);
    const problem = await this.tools.onFailure
      .send(mapping, { ...part, condition, shardId, records, failure })
      .catch(String);
    if (problem) mapping.LastProcessingResult = `PROBLEM: ${problem}`;
  }
}

/** Reads `batchItemFailures`: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html */
export function firstFailure(
  response: unknown,
  records: readonly { sequenceNumber: string }[],
): number | "whole batch" | undefined {
  if (typeof (response ?? {}) !== "object") return "whole batch";
  const { batchItemFailures: failures = [] } = (response ?? {}) as {
    batchItemFailures?: ({ itemIdentifier?: unknown } | null)[] | null;
  };
  if (failures === null) return undefined;
  if (!Array.isArray(failures)) return "whole batch";
  const indexes = failures.map((failure) =>
    records.findIndex(({ sequenceNumber }) => sequenceNumber === failure?.itemIdentifier),
  );
  if (!indexes.length) return undefined;
  return indexes.includes(-1) ? "whole batch" : Math.min(...indexes);
}

const parted = (part: Part, slices: KinesisRecord[][]): Part[] =>
  slices.filter((records) => records.length).map((records) => ({ ...part, records }));

function halved<T>(list: T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
