import { setTimeout as sleep } from "node:timers/promises";
import type { FunctionVersions } from "./function-versions";
import type { Functions } from "./functions";
import { firstFailure, kinesisEvent, type KinesisRecord } from "../../pipeline/kinesis-event";
import type { LambdaRunner } from "../lambda/runner";
import type { Mapping } from "./mapping-settings";
import type { Failure, OnFailure } from "./on-failure";
import type { PipelineMetrics } from "./pipeline-metrics";
import { TumblingWindow } from "./windows";

const FIRST_BACKOFF_MILLISECONDS = 50;
const LONGEST_BACKOFF_MILLISECONDS = 1_000;
const BLOCKED_MILLISECONDS = 200;

/** Records that a function processed without reporting them as failed. */
export interface Delivery {
  /** ARN of the function or alias that the mapping invokes. */
  readonly functionArn: string;
  readonly executedVersion: string;
  readonly records: readonly KinesisRecord[];
}

/** Records that Lambda gave up on. */
export interface Discard {
  /** ARN of the function or alias that the mapping invokes. */
  readonly functionArn: string;
  readonly records: readonly KinesisRecord[];
  /** False without a destination, and if it could not be reached: the records leave no trace. */
  readonly isReported: boolean;
}

export interface BatchTools {
  readonly functions: Functions;
  readonly versions: FunctionVersions;
  readonly runner: LambdaRunner;
  readonly onFailure: OnFailure;
  readonly metrics: PipelineMetrics;
  readonly onDelivered: ((delivery: Delivery) => void) | undefined;
  readonly onDiscarded: ((discard: Discard) => void) | undefined;
}

/** Tells a batch when to stop. */
interface Guard {
  readonly isStopping: boolean;
  checkReadable(): Promise<boolean>;
}

/** Records of a batch that are sent to the function in one invocation. */
interface Part {
  readonly records: KinesisRecord[];
  /** Number of failures that count towards MaximumRetryAttempts. */
  readonly attempts: number;
  readonly invocations: number;
}

/** Invokes the function with a batch: retries it, splits it, or discards its records. */
export class Batch {
  private failure: Failure | undefined;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: BatchTools,
    private readonly shardId: string,
    private readonly lane: string,
    private readonly guard: Guard,
    private readonly window?: TumblingWindow,
  ) {}

  /** Resolves with the records that were not processed because the poller was stopped. */
  async process(records: KinesisRecord[]): Promise<KinesisRecord[]> {
    let parts: Part[] = [{ records, attempts: 0, invocations: 0 }];
    while (parts.length && !this.guard.isStopping) {
      const [part, ...rest] = parts as [Part, ...Part[]];
      parts = [...(await this.advance(part)), ...rest];
    }
    return parts.flatMap((part) => part.records);
  }

  /** Invokes the function once, or discards expired records. Resolves with the parts still to do. */
  private async advance(part: Part): Promise<Part[]> {
    const { records } = part;
    const expired = this.countExpired(records);
    if (expired) {
      await this.discard("RecordAgeExceeded", part, expired);
      return partsOf(part, [records.slice(expired)]);
    }
    const failure = await this.attempt(records);
    if (failure === "not invoked") {
      // This does not count as a retry attempt.
      return [part];
    }
    const invocations = part.invocations + 1;
    return failure ? this.afterFailure({ ...part, invocations }, failure) : [];
  }

  /**
   * Invokes the function for the end of the window, without records, and repeats that until it
   * succeeds, whatever the retry policy. Resolves with false if the poller was stopped before.
   */
  async endWindow(): Promise<boolean> {
    for (let attempts = 0; !this.guard.isStopping; attempts++) {
      const failure = await this.attempt([]);
      if (!failure) {
        return true;
      }
      await backOff(attempts);
    }
    return false;
  }

  private async attempt(records: KinesisRecord[]): Promise<Failure | "not invoked" | undefined> {
    const mayInvoke = (await this.guard.checkReadable()) && !(await this.isThrottled());
    const failure = mayInvoke ? await this.invoke(records).catch(String) : "";
    if (typeof failure === "string") {
      if (failure) {
        this.tools.metrics.batchNotInvoked(this.mapping, records);
        this.mapping.LastProcessingResult = `PROBLEM: ${failure}`;
      }
      await sleep(BLOCKED_MILLISECONDS);
      return "not invoked";
    }
    this.failure = failure;
    this.mapping.LastProcessingResult = failure ? "PROBLEM: Function call failed" : "OK";
    return failure;
  }

  /** Lambda retries a throttled invocation. It counts neither as an attempt nor as a failed batch. */
  private async isThrottled(): Promise<boolean> {
    const { FunctionArn: arn } = this.mapping;
    const isThrottled = await this.tools.functions.isThrottled(arn).catch(() => false);
    if (isThrottled) {
      this.tools.metrics.functionThrottled(arn);
    }
    return isThrottled;
  }

  private async afterFailure(part: Part, { from = 0 }: Failure) {
    const { BisectBatchOnFunctionError: bisect, MaximumRetryAttempts: limit } = this.mapping;
    const records = part.records.slice(from);
    // Splitting a batch does not count as a retry attempt. Lambda splits at the lowest sequence number
    // that the function reported. If that is the first record, the batch is split in half.
    if (bisect && part.records.length > 1) {
      return partsOf(part, from ? [records] : halve(records));
    }
    const failed = { ...part, records, attempts: part.attempts + 1 };
    if (limit >= 0 && failed.attempts > limit) {
      await this.discard("RetryAttemptsExhausted", failed, records.length);
      return [];
    }
    await backOff(part.attempts);
    return [failed];
  }

  /** Number of leading records that are older than MaximumRecordAgeInSeconds. */
  private countExpired(records: KinesisRecord[]): number {
    const { MaximumRecordAgeInSeconds: age } = this.mapping;
    const oldest = age === -1 ? 0 : Date.now() / 1000 - age;
    const first = records.findIndex((record) => record.approximateArrivalTimestamp >= oldest);
    return first === -1 ? records.length : first;
  }

  private async invoke(records: KinesisRecord[]): Promise<Failure | undefined> {
    const { FunctionArn: arn, EventSourceArn: source, FunctionResponseTypes: types } = this.mapping;
    const { functions, versions, runner, metrics, onDelivered } = this.tools;
    const versionArn = await versions.resolve(arn);
    const { Role: role } = await functions.configuration(versionArn);
    const event = {
      ...kinesisEvent(records, this.shardId, { eventSourceArn: source, roleArn: role }),
      ...this.window?.eventOf(this.shardId, source, records.length === 0),
    };
    const outcome = await runner.invoke({ versionArn, invokedArn: arn, event, lane: this.lane });
    const { requestId, executedVersion, error, result } = outcome;
    const state = TumblingWindow.stateIn(result);
    const reported = types.length ? firstFailure(result, records) : undefined;
    const from = this.window && !state ? "whole batch" : reported;
    const succeeded = error || from === "whole batch" ? 0 : (from ?? records.length);
    if (records.length) {
      metrics.batchInvoked(this.mapping, records, records.length - succeeded);
    }
    if (error) {
      return { requestId, executedVersion, functionError: "Unhandled" };
    }
    if (from === "whole batch") {
      return { requestId, executedVersion };
    }
    if (state) {
      // AWS does not say whether Lambda does so beside reported failures.
      this.window?.keep(state);
    }
    onDelivered?.({ functionArn: arn, executedVersion, records: records.slice(0, from) });
    return from === undefined ? undefined : { requestId, executedVersion, from };
  }

  private async discard(condition: string, part: Part, count: number) {
    const { mapping, shardId, failure } = this;
    const records = part.records.slice(0, count);
    const problem = await this.tools.onFailure
      .send(mapping, { ...part, condition, shardId, records, failure })
      .catch(String);
    const isDelivered = !problem && mapping.DestinationConfig?.OnFailure?.Destination;
    this.tools.metrics.discarded(mapping, count, Boolean(isDelivered));
    const functionArn = mapping.FunctionArn;
    this.tools.onDiscarded?.({ functionArn, records, isReported: Boolean(isDelivered) });
    if (problem) {
      mapping.LastProcessingResult = `PROBLEM: ${problem}`;
    }
  }
}

const backOff = (attempts: number): Promise<void> =>
  sleep(Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** attempts, LONGEST_BACKOFF_MILLISECONDS));

const partsOf = (part: Part, slices: KinesisRecord[][]): Part[] =>
  slices.filter((records) => records.length).map((records) => ({ ...part, records }));

function halve<T>(list: T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
