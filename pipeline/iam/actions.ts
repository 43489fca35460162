/**
 * The actions that a mapping calls on the stream. Enhanced fan-out also needs GetShardIterator and
 * GetRecords, with which Lambda retries failed batches.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export const STREAM_READ_ACTIONS = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
] as const;

/** https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html */
export const STREAM_WRITE_ACTIONS = ["kinesis:PutRecord", "kinesis:PutRecords"] as const;

/** Actions of writers that list the shards, for example to choose one with an explicit hash key. */
export const SHARD_LIST_ACTIONS = ["kinesis:DescribeStreamSummary", "kinesis:ListShards"] as const;

/** https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html */
export const CONSUMER_READ_ACTIONS = [
  "kinesis:DescribeStreamConsumer",
  "kinesis:SubscribeToShard",
] as const;

/** Operations whose permission has another name. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  GetBucketEncryption: "GetEncryptionConfiguration",
  HeadBucket: "ListBucket",
  Invoke: "InvokeFunction",
  ListObjectsV2: "ListBucket",
};

/** The permission for an operation, as IAM names it. */
export const actionOf = (service: string, operation: string): string =>
  `${service}:${PERMISSIONS[operation] ?? operation}`;
