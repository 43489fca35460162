import { DISCOVERY, RESOURCES, type Permission } from "../permissions";

/** What the checks read. */
export const DOCTOR_PERMISSIONS: readonly Permission[] = [
  ...DISCOVERY,
  {
    account: "stream",
    actions: ["kinesis:GetResourcePolicy", "kinesis:DescribeStreamConsumer"],
    resource: RESOURCES.stream,
  },
  {
    account: "stream",
    actions: ["kinesis:DescribeStreamConsumer", "kinesis:GetResourcePolicy"],
    resource: RESOURCES.consumer,
  },
  {
    account: "stream",
    actions: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants"],
    resource: RESOURCES.key,
  },
  {
    account: "function",
    actions: [
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
    ],
    resource: RESOURCES.role,
  },
  {
    account: "function",
    actions: ["iam:GetPolicy", "iam:GetPolicyVersion"],
    resource: RESOURCES.policies,
  },
  { account: "function", actions: ["lambda:GetFunctionConcurrency"], resource: RESOURCES.function },
  { account: "function", actions: ["lambda:ListTags"], resource: RESOURCES.mapping },
  { account: "function", actions: ["logs:DescribeLogGroups"], resource: RESOURCES.any },
  {
    account: "function",
    actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
    resource: RESOURCES.queue,
  },
  { account: "function", actions: ["sns:GetTopicAttributes"], resource: RESOURCES.topic },
  {
    account: "function",
    // HeadBucket is a call, and ListBucket the permission for it.
    actions: ["s3:GetBucketPolicy", "s3:GetEncryptionConfiguration", "s3:ListBucket"],
    resource: RESOURCES.bucket,
  },
  {
    account: "function",
    actions: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants"],
    resource: RESOURCES.key,
  },
];

/** What --stream reads beside its readers: when a registered consumer was last used. */
export const STREAM_PERMISSIONS: readonly Permission[] = [
  { account: "stream", actions: ["cloudwatch:GetMetricData"], resource: RESOURCES.any },
];

/** What the charts of --html read. */
export const PAGE_PERMISSIONS: readonly Permission[] = [
  ...STREAM_PERMISSIONS,
  { account: "function", actions: ["cloudwatch:GetMetricData"], resource: RESOURCES.any },
];

/** What --records reads. */
export const RECORDS_PERMISSIONS: readonly Permission[] = [
  {
    account: "stream",
    actions: ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
    resource: RESOURCES.stream,
  },
  // Kinesis calls KMS in the caller's name to decrypt the records.
  { account: "stream", actions: ["kms:Decrypt"], resource: RESOURCES.key },
];

/** What --probe writes and reads. */
export const PROBE_PERMISSIONS: readonly Permission[] = [
  { account: "stream", actions: ["kinesis:PutRecord"], resource: RESOURCES.stream },
  // Kinesis calls KMS in the caller's name to encrypt the record.
  { account: "stream", actions: ["kms:GenerateDataKey"], resource: RESOURCES.key },
  { account: "function", actions: ["logs:FilterLogEvents"], resource: RESOURCES.logGroup },
];
