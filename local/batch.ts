import type { Mapping } from "./event-source-mapping";
import type { Functions } from "./functions";
import type { LambdaRunner } from "./lambda-runner";
import type { OnFailure } from "./on-failure";
import { messageOf, parseArn, sleep } from "./requests";

const FIRST_BACKOFF_MILLISECONDS = 50;
const LONGEST_BACKOFF_MILLISECONDS = 1_000;

/** `kinesis` of a record in the function's event. */
export interface KinesisRecord {
  readonly kinesisSchemaVersion: "1.0";
  readonly partitionKey: string;
  readonly sequenceNumber: string;
  readonly data: string;
  readonly approximateArrivalTimestamp: number;
}

export interface BatchTools {
  readonly functions: Functions;
  readonly runner: LambdaRunner;
  readonly onFailure: OnFailure;
}

export interface Part {
  readonly records: KinesisRecord[];
  /** Failures that count against MaximumRetryAttempts. */
  readonly attempts: number;
  readonly invocations: number;
}

export interface Failure {
  readonly requestId: string;
  readonly functionError: boolean;
  /** The first record that failed; undefined when the batch failed as a whole. */
  readonly from?: number;
}

/** What a poller lets its batches do now. */
export interface Guard {
  readonly isStopping: boolean;
  allowed(): Promise<boolean>;
}

/** Takes a batch through its invocations: retries, splitting, giving up. */
export class BatchProcessor {
  constructor(
    private readonly mapping: Mapping,
    private readonly tools: BatchTools,
    private readonly shardId: string,
    private readonly lane: string,
    private readonly guard: Guard,
  ) {}

  /** Resolves with the records that are left when the poller is stopped meanwhile. */
  async process(records: KinesisRecord[]): Promise<KinesisRecord[]> {
    const parts: Part[] = [{ records, attempts: 0, invocations: 0 }];
    let failure: Failure | undefined;
    for (let part = parts.shift(); part; part = parts.shift()) {
      if (this.guard.isStopping)
        return [part, ...parts].flatMap((one) => one.records);
      const expired = this.expired(part.records);
      if (expired) {
        const rest = part.records.slice(expired);
        if (rest.length) parts.unshift({ ...part, records: rest });
        await this.discard(
          "RecordAgeExceeded",
          { ...part, records: part.records.slice(0, expired) },
          failure,
        );
        continue;
      }
      if (!(await this.guard.allowed())) {
        parts.unshift(part);
        await sleep(200);
        continue;
      }
      try {
        failure = await this.invoke(part.records);
      } catch (error) {
        // The function was not reached, so this is no attempt at the records.
        this.mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
        parts.unshift(part);
        await sleep(200);
        continue;
      }
      this.mapping.lastProcessingResult = failure
        ? "PROBLEM: Function call failed"
        : "OK";
      if (failure)
        await this.afterFailure(
          { ...part, invocations: part.invocations + 1 },
          failure,
          parts,
        );
    }
    return [];
  }

  private async afterFailure(
    part: Part,
    failure: Failure,
    parts: Part[],
  ): Promise<void> {
    const { BisectBatchOnFunctionError: bisect, MaximumRetryAttempts: most } =
      this.mapping.settings;
    const records = part.records.slice(failure.from ?? 0);
    if (bisect && part.records.length > 1) {
      // Splitting does not consume the retry quota. A reported first record is where to split; when that
      // is the batch's first, halving still finds out which of the others are good.
      const halves = failure.from ? [records] : halved(records);
      parts.unshift(...halves.map((half) => ({ ...part, records: half })));
      return;
    }
    const attempts = part.attempts + 1;
    if (most >= 0 && attempts > most) {
      await this.discard(
        "RetryAttemptsExhausted",
        { ...part, records },
        failure,
      );
      return;
    }
    parts.unshift({ ...part, records, attempts });
    const until =
      Date.now() +
      Math.min(
        FIRST_BACKOFF_MILLISECONDS * 2 ** part.attempts,
        LONGEST_BACKOFF_MILLISECONDS,
      );
    while (Date.now() < until && !this.guard.isStopping) await sleep(25);
  }

  private expired(records: KinesisRecord[]): number {
    const { MaximumRecordAgeInSeconds: age } = this.mapping.settings;
    if (age === -1) return 0;
    const oldest = Date.now() / 1000 - age;
    const first = records.findIndex(
      (record) => record.approximateArrivalTimestamp >= oldest,
    );
    return first === -1 ? records.length : first;
  }

  private async invoke(records: KinesisRecord[]): Promise<Failure | undefined> {
    const { functionArn, settings } = this.mapping;
    const configuration = await this.tools.functions.configuration(functionArn);
    if (!configuration) throw new Error(`Function not found: ${functionArn}`);
    const event = this.event(records, configuration.Role ?? "");
    const { requestId, error, result } = await this.tools.runner.invoke(
      functionArn,
      configuration,
      event,
      this.lane,
    );
    if (error) return { requestId, functionError: true };
    if (!settings.FunctionResponseTypes.length) return undefined;
    const from = firstFailure(result, records);
    if (from === undefined) return undefined;
    return from === "whole batch"
      ? { requestId, functionError: false }
      : { requestId, functionError: false, from };
  }

  private event(records: KinesisRecord[], roleArn: string) {
    const { sourceArn } = this.mapping;
    return {
      Records: records.map((kinesis) => ({
        kinesis,
        eventSource: "aws:kinesis",
        eventVersion: "1.0",
        eventID: `${this.shardId}:${kinesis.sequenceNumber}`,
        eventName: "aws:kinesis:record",
        invokeIdentityArn: roleArn,
        awsRegion: parseArn(sourceArn).region,
        eventSourceARN: sourceArn,
      })),
    };
  }

  private async discard(
    condition: string,
    part: Part,
    failure: Failure | undefined,
  ): Promise<void> {
    const problem = await this.tools.onFailure
      .send(this.mapping, this.shardId, condition, part, failure, (roleArn) =>
        this.event(part.records, roleArn),
      )
      .catch(messageOf);
    if (problem) this.mapping.lastProcessingResult = `PROBLEM: ${problem}`;
  }
}

/** Reads `batchItemFailures`: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html */
export function firstFailure(
  response: unknown,
  records: { sequenceNumber: string }[],
): number | "whole batch" | undefined {
  if (response === null || response === undefined) return undefined;
  if (typeof response !== "object") return "whole batch";
  const { batchItemFailures: failures } = response as {
    batchItemFailures?: unknown;
  };
  if (failures === null || failures === undefined) return undefined;
  if (!Array.isArray(failures)) return "whole batch";
  let first: number | undefined;
  for (const failure of failures as unknown[]) {
    const id = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    const at = records.findIndex(({ sequenceNumber }) => sequenceNumber === id);
    if (at === -1) return "whole batch";
    first = Math.min(first ?? at, at);
  }
  return first;
}

function halved<T>(list: T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
