const TUNING = "as your load needs it";

/** One line for each setting that keeps what AWS has, although the default of the library is another. */
const ADVICE: Readonly<Record<string, string | ((value: unknown) => string | undefined)>> = {
  shardCount: "omit it, in an apply of its own, for capacity that follows the load",
  retentionPeriodHours: "failed records can be had for as long; more than 24 hours costs extra",
  maxRecordSizeKib: "the function must take records of this size",
  encryption:
    "records are stored in the clear; omit it to have a key created that all readers and writers named here may use",
  kmsKeyArn:
    "the key and its policy stay with their owner; the output 'stream_key-policy-statements_...' says what the policy must allow",
  shardLevelMetrics: "each is a custom metric for every shard, which costs extra",
  preventDestroy: "added here: no plan may destroy the stream; omit it to allow that",
  registeredConsumerLimit: "the limit of On-demand Advantage",
  readMode:
    "all such readers share 2 MB/s a shard; ENHANCED_FAN_OUT gives each its own, and costs extra",
  startingPosition: (value) =>
    value === "LATEST"
      ? "counts only if the mapping is recreated, which would then miss records; with TRIM_HORIZON it would miss none"
      : "counts only if the mapping is recreated",
  batchSize: TUNING,
  maximumBatchingWindowInSeconds: TUNING,
  parallelizationFactor:
    "order is kept only within a partition key, and not for records that the KPL aggregated",
  maximumRetryAttempts: (value) =>
    value === -1
      ? "a bad record blocks its shard until it is too old; the default is 500"
      : `records are given up after so many retries; the default is 500`,
  maximumRecordAgeInSeconds: (value) =>
    value === -1
      ? "a record is retried until it expires, and can then no longer be had; half of the retention leaves time to redrive it"
      : "keep it well below the retention, or reported records can no longer be had",
  bisectBatchOnFunctionError:
    "a bad record fails its whole batch; true halves the batch until the record is alone",
  tumblingWindowInSeconds: "the function must return the state of the window",
  reportBatchItemFailures:
    "a failed batch is delivered again from its first record; set true once the handler returns batchItemFailures",
  onFailure: (value) =>
    value === "none"
      ? 'records that Lambda gives up on leave no trace; "queue" has a queue created for them'
      : undefined,
  enabled: "the mapping does not read, and records expire",
};

/** Undefined for what is a matter of the pipeline alone, such as names and filters. */
export function adviceOn(setting: string, value: unknown): string | undefined {
  const advice = ADVICE[setting];
  return typeof advice === "function" ? advice(value) : advice;
}
