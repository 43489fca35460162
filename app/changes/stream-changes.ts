import type { Change } from "./change";
import { key, keyAlias, keyPolicy, resourcePolicy, stream } from "./resource-types";

const CREATED_KEY = { [key]: "create", [keyAlias]: "create", [keyPolicy]: "create" } as const;
const DELETED_KEY = { [key]: "delete", [keyAlias]: "delete", [keyPolicy]: "delete" } as const;

/** Changes of a stream. */
export const STREAM_CHANGES = {
  "stream-settings": {
    change:
      "`retentionPeriodHours` raised; `shardLevelMetrics`, `maxRecordSizeKib`, `enforceConsumerDeletion`, `registeredConsumerLimit`, `tags`, `deletionWindowInDays` changed",
    properties: [
      "retentionPeriodHours",
      "maxRecordSizeKib",
      "shardLevelMetrics",
      "enforceConsumerDeletion",
      "registeredConsumerLimit",
      "tags",
      "deletionWindowInDays",
    ],
    plan: { [stream]: "update", [key]: "update" },
    records: "delivered",
    remark:
      "`maxRecordSizeKib` needs AWS provider 6.20; the test uses an older version, and does not change it.",
  },
  "created-key-settings": {
    change: "`keyRotationPeriodInDays` or `keyAliasName` changed",
    properties: ["keyRotationPeriodInDays", "keyAliasName"],
    plan: { [key]: "update", [keyAlias]: "replace" },
    records: "delivered",
    remark: "Streams, readers and writers refer to the key by its ARN, never by its alias.",
  },
  "retention-shortened": {
    change: "`retentionPeriodHours` lowered",
    properties: ["retentionPeriodHours"],
    plan: { [stream]: "update" },
    records: "expired",
    remark:
      "The plan in words says so. AWS documents that older records are lost. The local AWS keeps all records, so the test only shows that the others are delivered.",
    effects: ["retention-shortened"],
  },
  "more-shards": {
    change: "`shardCount` raised, to at most double",
    properties: ["shardCount"],
    plan: { [stream]: "update" },
    records: "delivered",
    remark:
      "Records stay in order per partition key, since a shard is read once its parents are processed.",
    effects: ["shards-changed"],
  },
  "too-few-shards": {
    change: "`shardCount` lowered to less than half",
    properties: ["shardCount"],
    plan: { [stream]: "update" },
    records: "refused",
    remark: "AWS refuses it. Lower it by at most half at a time.",
    effects: ["shards-refused"],
  },
  "on-demand": {
    change: "`streamMode` from PROVISIONED to ON_DEMAND",
    properties: ["streamMode", "shardCount"],
    plan: { [stream]: "update" },
    records: "delivered",
    remark: "AWS allows two changes of mode in 24 hours.",
    effects: ["shards-changed"],
  },
  provisioned: {
    change: "`streamMode` from ON_DEMAND to PROVISIONED, with half of the shards",
    properties: ["streamMode", "shardCount"],
    plan: { [stream]: "update" },
    records: "delivered",
    effects: ["shards-changed"],
  },
  "encryption-on": {
    change: "`encryption` from NONE to a key created by the construct",
    properties: ["encryption"],
    plan: { ...CREATED_KEY, [stream]: "update" },
    records: "delivered",
    remark:
      "The stream is encrypted once the key's policy allows every reader and writer, so none of them loses access meanwhile.",
    effects: ["encryption-on"],
  },
  "key-given-first": {
    change: "`encryption` from NONE to a `kmsKeyArn`",
    properties: ["encryption", "kmsKeyArn"],
    plan: { [stream]: "update" },
    records: "delivered",
    remark:
      "The owner of the key must allow readers and writers to use it first. Readers wait until their role may use it.",
    effects: ["encryption-on"],
  },
  "key-taken": {
    change: "`encryption` from a `kmsKeyArn` to NONE, with the key in `previousKmsKeyArns`",
    properties: ["encryption", "kmsKeyArn", "previousKmsKeyArns"],
    plan: { [stream]: "update" },
    records: "delivered",
    remark:
      "Without `previousKmsKeyArns`, readers lose access to the key while the stream contains records encrypted with it; the plan in words says so.",
    effects: ["encryption-off"],
  },
  "encryption-off": {
    change: "`encryption` from the key created by the construct to NONE, with `retainKey`",
    properties: ["encryption", "retainKey"],
    plan: { [stream]: "update", [keyPolicy]: "update" },
    records: "delivered",
    remark:
      "The key is kept for the records encrypted with it. Remove `retainKey` once the retention has passed.",
    effects: ["encryption-off"],
  },
  "retained-key-removed": {
    change: "`retainKey` removed after the retention has passed",
    properties: ["retainKey"],
    plan: DELETED_KEY,
    records: "delivered",
    remark: "Records encrypted with the key become unreadable, so they must have expired.",
    effects: ["key-deleted"],
  },
  "key-abandoned": {
    change:
      "`encryption` from the key created by the construct to NONE, or to a `kmsKeyArn`, without `retainKey`",
    properties: ["encryption", "kmsKeyArn", "retainKey"],
    plan: { ...DELETED_KEY, [stream]: "update" },
    records: "unreadable",
    remark:
      "Use `retainKey`; the plan in words warns. The stream stops using the key before the key is scheduled for deletion. The key's policy is deleted first, so writers of other accounts are denied for some seconds. The deletion can be cancelled during its waiting period: `aws kms cancel-key-deletion`, then `aws kms enable-key`.",
    effects: ["key-deleted", "encryption-off"],
  },
  "key-given": {
    change: "from the key created by the construct to a `kmsKeyArn`, with `retainKey`",
    properties: ["kmsKeyArn", "retainKey"],
    plan: { [stream]: "update", [keyPolicy]: "update" },
    records: "delivered",
    remark:
      "The owner of the new key must allow readers and writers to use it first. Readers wait until their role may use it.",
    effects: ["key-changed"],
  },
  "key-exchanged": {
    change: "from one `kmsKeyArn` to another, with the old one in `previousKmsKeyArns`",
    properties: ["kmsKeyArn", "previousKmsKeyArns"],
    plan: { [stream]: "update" },
    records: "delivered",
    remark: "Remove the old key from `previousKmsKeyArns` once the retention has passed.",
    effects: ["key-changed"],
  },
  "key-created": {
    change:
      "from a `kmsKeyArn` to a key created by the construct, with the old one in `previousKmsKeyArns`",
    properties: ["kmsKeyArn", "previousKmsKeyArns"],
    plan: { ...CREATED_KEY, [stream]: "update" },
    records: "delivered",
    effects: ["key-changed"],
  },
  "stream-renamed": {
    change: "`streamName` changed",
    properties: ["streamName"],
    plan: {
      [stream]: "replace",
      [keyAlias]: "replace",
      [key]: "update",
      [keyPolicy]: "update",
      [resourcePolicy]: "replace",
    },
    records: "lost",
    remark:
      "Kinesis cannot rename a stream. `preventDestroy` refuses it, the app refuses settings of another stream on the same state, and the plan in words warns.",
    effects: ["stream-destroyed"],
  },
  "stream-protected": {
    change: "`streamName` changed, or the stream or key destroyed, with `preventDestroy`",
    properties: ["preventDestroy", "streamName"],
    plan: {},
    records: "refused",
    remark: "Terraform refuses the plan.",
  },
} as const satisfies Record<string, Change>;
