import {
  change,
  FUNCTION,
  KEY,
  KEY_ONE,
  KEY_TWO,
  KEY_POLICY,
  MAPPING,
  planOf,
  readerWithKeys,
  readPolicy,
  ROLE,
  ROLE_POLICY,
  STREAM,
  stream,
  unknown,
} from "./plans";
import { Counterexample, Row, testEffects } from "./rows";

const unencrypted = { encryption_type: "NONE", kms_key_id: "" };
const otherKey = { kms_key_id: KEY_TWO };
const onDemand = { stream_mode_details: [{ stream_mode: "ON_DEMAND" }], shard_count: 0 };
const keyDeleted = (days: number): string =>
  `schedules key ${KEY_ONE} for deletion in ${days} days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`;

const changed = (hours: string): string =>
  `encrypts stream orders with another key: records put before stay encrypted with ${KEY_ONE} for up to the retention (${hours})`;

const ROWS: readonly Row[] = [
  [
    "stream-destroyed",
    "a stream is destroyed",
    planOf(change("delete", STREAM, "stream")),
    "destroys stream orders: the records in it are lost",
  ],
  [
    "stream-destroyed",
    "a stream is renamed",
    planOf(
      change("replace", STREAM, "stream", {
        after: { name: "orders-v2" },
        replace_paths: [["name"]],
      }),
    ),
    "replaces stream orders by orders-v2 since its name changes: the records in it are lost",
  ],
  [
    "stream-destroyed",
    "a stream is recreated by request",
    planOf(change("replace", STREAM, "stream", { action_reason: "replace_by_request" })),
    "replaces stream orders by a new one as requested: the records in it are lost",
  ],
  [
    "stream-destroyed",
    "a stream is tainted",
    planOf(change("replace", STREAM, "stream", { action_reason: "replace_because_tainted" })),
    "replaces stream orders by a new one since it is marked as tainted: the records in it are lost",
  ],
  [
    "retention-shortened",
    "to half",
    planOf(stream({ retention_period: 48 }, { retention_period: 24 })),
    "shortens the retention of stream orders from 48 h to 24 h: older records are lost",
  ],
  [
    "key-deleted",
    "after 7 days",
    planOf(change("delete", KEY, "stream_key", { before: { deletion_window_in_days: 7 } })),
    keyDeleted(7),
  ],
  [
    "key-deleted",
    "after AWS's default, replaced by another key that the stream uses at once",
    planOf(
      stream({}, otherKey),
      change("replace", KEY, "stream_key", { before: { deletion_window_in_days: null } }),
    ),
    keyDeleted(30),
  ],
  [
    "key-deleted",
    "while encryption is turned off",
    planOf(
      stream({}, unencrypted),
      change("delete", KEY, "stream_key"),
      ...readerWithKeys([KEY_ONE], []),
    ),
    keyDeleted(30),
    "stores records put into stream orders from now on unencrypted",
  ],
  [
    "key-access-lost",
    "a reader's policy names only the new key",
    planOf(
      stream({}, { ...otherKey, retention_period: 48 }),
      ...readerWithKeys([KEY_ONE], [KEY_TWO]),
    ),
    `takes key ${KEY_ONE} away from function analytics (nothing allows kms:Decrypt on ${KEY_ONE}; statement 2 of aws_iam_role_policy.analytics_role-policy_1A2B3C4D would, but for its resource ${KEY_TWO}), while stream orders holds records encrypted with it for up to its retention (48 h): name it in 'previousKmsKeyArns' until then`,
    changed("48 h"),
  ],
  [
    "key-access-lost",
    "encryption is turned off",
    planOf(stream({}, unencrypted), ...readerWithKeys([KEY_ONE], [])),
    `takes key ${KEY_ONE} away from function analytics (nothing allows kms:Decrypt on ${KEY_ONE}), while stream orders holds records encrypted with it for up to its retention (24 h): name it in 'previousKmsKeyArns' until then`,
    `stores records put into stream orders from now on unencrypted; those put before stay encrypted with ${KEY_ONE} for up to the retention (24 h)`,
  ],
  [
    "key-changed",
    "the readers keep the old key",
    planOf(stream({}, otherKey), ...readerWithKeys([KEY_ONE], [KEY_TWO, KEY_ONE])),
    `${changed("24 h")}; the readers keep access to it`,
  ],
  [
    "key-changed",
    "the plan has no reader",
    planOf(stream({}, otherKey)),
    `encrypts stream orders with another key: records put before stay encrypted with ${KEY_ONE} for up to the retention (24 h)`,
  ],
  [
    "key-changed",
    "the new key, and so the readers' policies, are known only at apply",
    planOf(
      change("update", STREAM, "stream", unknown("kms_key_id")),
      ...readerWithKeys([KEY_ONE], []).slice(0, 3),
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: readPolicy([KEY_ONE]) },
        ...unknown("policy"),
      }),
    ),
    `${changed("24 h")}; the readers' policies are known only at apply: make sure that 'previousKmsKeyArns' names this key until then`,
  ],
  [
    "encryption-off",
    "of an encrypted stream",
    planOf(stream({}, unencrypted)),
    `stores records put into stream orders from now on unencrypted; those put before stay encrypted with ${KEY_ONE} for up to the retention (24 h)`,
  ],
  [
    "encryption-on",
    "of an unencrypted stream",
    planOf(stream(unencrypted, {})),
    "encrypts records put into stream orders from now on; those put before stay unencrypted",
  ],
  [
    "shards-changed",
    "to half",
    planOf(stream({}, { shard_count: 2 })),
    "changes stream orders from 4 to 2 shards: records stay in order per partition key",
  ],
  [
    "shards-refused",
    "to less than half",
    planOf(stream({ shard_count: 5 }, { shard_count: 2 })),
    "AWS refuses to change stream orders from 5 to 2 shards in one step: go to 3 first",
  ],
  [
    "shards-refused",
    "to more than double",
    planOf(stream({ shard_count: 2 }, { shard_count: 5 })),
    "AWS refuses to change stream orders from 2 to 5 shards in one step: go to 4 first",
  ],
  [
    "shards-changed",
    "to on-demand",
    planOf(stream({}, onDemand)),
    "changes stream orders from PROVISIONED to ON_DEMAND: records stay in order per partition key",
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  ["stream-destroyed", "a stream is created", planOf(change("create", STREAM, "stream"))],
  ["stream-destroyed", "another setting changes", planOf(stream({}, { tags: { team: "a" } }))],
  ["retention-shortened", "it is lengthened", planOf(stream({}, { retention_period: 48 }))],
  [
    "retention-shortened",
    "it is not known",
    planOf(change("update", STREAM, "stream", unknown("retention_period"))),
  ],
  [
    "key-deleted",
    "the stream goes with it",
    planOf(change("delete", STREAM, "stream"), change("delete", KEY, "stream_key")),
  ],
  [
    "key-deleted",
    "the stream that it was retained for goes with it",
    planOf(
      change("delete", STREAM, "stream", { before: unencrypted }),
      change("delete", KEY, "stream_key", { before: { key_id: "one" } }),
      change("delete", KEY_POLICY, "stream_key-policy", {
        before: { key_id: "one", policy: readPolicy(["*"]) },
      }),
    ),
  ],
  ["key-deleted", "it is updated", planOf(change("update", KEY, "stream_key"))],
  [
    "key-access-lost",
    "the key is destroyed as well",
    planOf(
      stream({}, otherKey),
      change("delete", KEY, "stream_key"),
      ...readerWithKeys([KEY_ONE], [KEY_TWO]),
    ),
  ],
  [
    "key-access-lost",
    "the reader is removed",
    planOf(
      stream({}, otherKey),
      ...[FUNCTION, ROLE, MAPPING].map((type) => change("delete", type, "analytics")),
      change("delete", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: readPolicy([KEY_ONE]) },
      }),
    ),
  ],
  ["shards-refused", "it doubles", planOf(stream({ shard_count: 2 }, { shard_count: 4 }))],
  [
    "key-access-lost",
    "the reader never had access",
    planOf(stream({}, otherKey), ...readerWithKeys([], [KEY_TWO])),
  ],
  [
    "key-changed",
    "the old key is destroyed",
    planOf(stream({}, otherKey), change("delete", KEY, "stream_key")),
  ],
  ["key-changed", "the stream was not encrypted", planOf(stream(unencrypted, otherKey))],
  ["key-changed", "the key stays", planOf(stream({}, { shard_count: 8 }))],
  ["encryption-off", "the key changes", planOf(stream({}, otherKey))],
  [
    "encryption-off",
    "the encryption is not known",
    planOf(change("update", STREAM, "stream", unknown("encryption_type"))),
  ],
  ["encryption-on", "the key changes", planOf(stream({}, otherKey))],
  [
    "shards-changed",
    "the number is not known",
    planOf(change("update", STREAM, "stream", unknown("shard_count"))),
  ],
  [
    "shards-changed",
    "the mode is not known",
    planOf(
      change("update", STREAM, "stream", {
        before: onDemand,
        ...unknown("stream_mode_details", [{ stream_mode: true }]),
      }),
    ),
  ],
  ["shards-changed", "the retention changes", planOf(stream({}, { retention_period: 48 }))],
];

describe("effects of a stream", () => testEffects(ROWS, COUNTEREXAMPLES));
