import type { ITerraformDependable } from "cdktf";
import { OnFailure } from "./on-failure";

/** Position in the stream from which a new mapping reads. */
export enum StartingPosition {
  /** At the oldest record in the stream. */
  TRIM_HORIZON = "TRIM_HORIZON",
  /** At records put after the mapping was created; those put while it is being created can be missed. */
  LATEST = "LATEST",
  /** At `startingPositionTimestamp`. */
  AT_TIMESTAMP = "AT_TIMESTAMP",
}

/**
 * Settings of the event source mapping, with which Lambda reads the stream.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export interface MappingProps {
  /**
   * Position from which a new mapping reads. A change has no effect on an existing mapping, which continues
   * at its current position. To make it start again, recreate it:
   * `terraform apply -replace=<address of the mapping>`. A mapping that Terraform recreates for
   * another reason, such as a changed `readMode` or `consumerName`, also starts at this position.
   *
   * @default StartingPosition.TRIM_HORIZON
   */
  readonly startingPosition?: StartingPosition;

  /**
   * Time to start from, in RFC 3339 (`2026-01-31T08:00:00Z`), not in the future. Fractions of a
   * second are cut off, since AWS keeps whole seconds. Required with, and only allowed with,
   * AT_TIMESTAMP.
   *
   * @default - none
   */
  readonly startingPositionTimestamp?: string;

  /**
   * Largest number of records in one batch. Valid range: 1 to 10000; a batch is at most 6 MB in any case.
   *
   * @default 100
   */
  readonly batchSize?: number;

  /**
   * Longest time for which Lambda collects records for one batch, in seconds. Valid range: 0 to 300.
   *
   * @default 0
   */
  readonly maximumBatchingWindowInSeconds?: number;

  /**
   * Batches processed at the same time per shard, in order per partition key. Valid range: 1 to 10.
   *
   * Above 1, records that the Kinesis Producer Library aggregated can be lost: Lambda drops
   * inner records whose partition key is not the aggregate's.
   *
   * @default 1
   */
  readonly parallelizationFactor?: number;

  /**
   * Number of retries of a failing batch before Lambda reports it to `onFailure`. Valid range: 0
   * to 10000, or -1 to retry until the record expires. A failing batch blocks its shard meanwhile.
   *
   * @default 500
   */
  readonly maximumRetryAttempts?: number;

  /**
   * Age of a record from which Lambda reports it to `onFailure` instead of processing it, in
   * seconds. Valid range: 60 to 604800 (7 days), or -1 for as long as the stream keeps it. Choose
   * less than the stream's retention: a report is only a pointer to a record in the stream.
   *
   * @default - half of the stream's retention, at most a day: 43200 with the default retention
   */
  readonly maximumRecordAgeInSeconds?: number;

  /**
   * If true, Lambda splits a failing batch in two to isolate the failing records. A split does not
   * count as a retry.
   *
   * @default true
   */
  readonly bisectBatchOnFunctionError?: boolean;

  /**
   * Window over which the function keeps a state, in seconds. Valid range: 0 (none) to 900.
   * Excludes a `parallelizationFactor` above 1. The function's answer must contain `state`, or
   * Lambda counts the batch as failed; that of `kinesisHandler` and of the default code does.
   *
   * @default 0
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
   */
  readonly tumblingWindowInSeconds?: number;

  /**
   * If true, Lambda asks the function which records failed (ReportBatchItemFailures). If false,
   * Lambda ignores the failures that a handler such as `kinesisHandler` reports, and the records
   * are lost.
   *
   * @default true
   */
  readonly reportBatchItemFailures?: boolean;

  /**
   * Filter patterns, at most 10, each with at most 4096 characters of JSON. The function receives
   * only records that match one of them. Example: `[{ data: { type: ["order"] } }]`.
   *
   * @default - the function receives every record
   * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
   */
  readonly filterPatterns?: Record<string, unknown>[];

  /**
   * ARN of the customer managed key that encrypts `filterPatterns`. Lambda itself decrypts them, so
   * the key's policy must allow `kms:Decrypt` to the service principal `lambda.<region>.amazonaws.com`,
   * which it may limit by `aws:SourceArn` and by the encryption context (`aws:lambda:FunctionArn`,
   * `aws:lambda:EventSourceArn`). Terraform's credentials need `kms:DescribeKey`, `kms:GenerateDataKey`
   * and `kms:Decrypt`. The function's role needs no permission for it.
   *
   * @default - a key of AWS
   * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filter-criteria-encryption
   */
  readonly filterCriteriaKmsKeyArn?: string;

  /**
   * CloudWatch metrics of the mapping, which CloudWatch charges for. Valid values: EventCount, which
   * counts the records that Lambda polled, filtered out, passed to the function, failed to process,
   * dropped and reported.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  readonly metrics?: string[];

  /**
   * Destination to which Lambda reports records that it gave up on. A dead-letter queue of the
   * function does not do this: it receives events of asynchronous invocations only, and a mapping invokes
   * synchronously.
   *
   * @default OnFailure.queue()
   */
  readonly onFailure?: OnFailure;

  /**
   * If false, the mapping pauses: Lambda finishes the current batches, and continues at the same
   * position once this is true again. Records that become older than the stream's retention meanwhile
   * are lost.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Resources of the same stack on which the mapping depends, in addition to its permissions. For
   * example the policy of a key that this stack gives to the stream (`kmsKeyArn`).
   *
   * @default - only its permissions
   */
  readonly dependsOn?: ITerraformDependable[];
}
