import {
  change,
  existingStream,
  KEY,
  KEY_ONE,
  KEY_TWO,
  planOf,
  rolePolicy,
  ROLE_POLICY,
  stream,
  streamArn,
} from "./plans";
import { type Counterexample, type Row, testEffects } from "./rows";

const KEY_POLICY = "aws_kms_key_policy";
const ROLE = "arn:aws:iam::222222222222:role/analytics";

const statement = (Resource: string | string[], more: object = {}): object => ({
  Effect: "Allow",
  Action: ["kms:Decrypt"],
  Resource,
  Condition: { StringEquals: { "kms:EncryptionContext:aws:kinesis:arn": streamArn("orders") } },
  ...more,
});
const policy = (...Statement: object[]): string => JSON.stringify({ Statement });

const readers = (...AWS: string[]): string =>
  policy(
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "kms:*" },
    ...(AWS.length > 0 ? [statement("*", { Principal: { AWS } })] : []),
  );
const keyPolicy = (before: string, after: string | undefined) =>
  change("update", KEY_POLICY, "stream_key-policy", {
    before: { policy: before, key_id: "one" },
    after: { policy: after, key_id: "one" },
  });

const removed = `takes key ${KEY_TWO} away from role`;
const putBack = (hours: string): string =>
  `records of ${streamArn("orders")} that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention${hours} has passed since the stream used it`;
const lost = `${removed} aws_iam_role_policy.analytics_role-policy_1A2B3C4D: ${putBack(" (24 h)")}`;
const bothKeys = policy(statement([KEY_ONE, KEY_TWO]));
const oneKey = policy(statement(KEY_ONE));

const ROWS: readonly Row[] = [
  [
    "key-vanished",
    "it is scheduled for deletion",
    {
      ...planOf(change("create", KEY, "stream_key", { after: { arn: undefined } })),
      resource_drift: [change("delete", KEY, "stream_key")],
    },
    `does not find key ${KEY_ONE}, and creates another one: records encrypted with the old one can no longer be read; if it is scheduled for deletion, cancel that instead of applying this plan, with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
    "does not find a resource of stream (aws_kms_key) where the provider looks now, and creates it: if the provider was moved to another account or Region, the old ones stay there, unmanaged, and go on reading",
  ],
  [
    "key-removed",
    "a previous key leaves a reader's policy while the stream stays as it is",
    planOf(existingStream(), rolePolicy(bothKeys, oneKey)),
    lost,
  ],
  [
    "key-removed",
    "the policy is replaced, for example since its role is renamed",
    planOf(
      change("replace", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: bothKeys, role: "analytics" },
        after: { policy: oneKey, role: "reports" },
      }),
    ),
    `${removed} analytics: ${putBack("")}`,
  ],
  [
    "key-removed",
    "a reader of another state leaves the key's policy",
    planOf(keyPolicy(readers(ROLE, `${ROLE}-2`), readers(`${ROLE}-2`))),
    `takes key one away from ${ROLE}, which can no longer read records that are encrypted with it; keep the grant until it no longer reads the stream`,
  ],
  [
    "key-removed",
    "other properties of a stream that goes on using it change",
    planOf(
      stream({ kms_key_id: KEY_TWO }, { kms_key_id: KEY_TWO }),
      change("update", KEY, "stream_key", { before: { arn: KEY_TWO }, after: { arn: KEY_TWO } }),
      rolePolicy(bothKeys, oneKey),
    ),
    lost,
  ],
  [
    "key-removed",
    "the reader's role and its policy only change",
    planOf(
      keyPolicy(readers(ROLE), readers()),
      change("update", "aws_iam_role", "analytics_role", {
        before: { arn: ROLE },
        after: { arn: ROLE },
      }),
      change("update", ROLE_POLICY, "analytics_role-policy", { before: { role: "analytics" } }),
    ),
    `takes key one away from ${ROLE}, which can no longer read records that are encrypted with it; keep the grant until it no longer reads the stream`,
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  ["key-vanished", "a first apply creates it", planOf(change("create", KEY, "stream_key"))],
  [
    "key-vanished",
    "the plan does not need it any more",
    { ...planOf(), resource_drift: [change("delete", KEY, "stream_key")] },
  ],
  [
    "key-vanished",
    "it is there after all, or only changed elsewhere",
    {
      ...planOf(change("update", KEY, "stream_key"), change("create", KEY, "other_key")),
      resource_drift: [change("delete", KEY, "stream_key"), change("update", KEY, "other_key")],
    },
  ],
  [
    "key-removed",
    "the statement denied it, allowed something else or was for any use",
    planOf(
      rolePolicy(
        policy(
          statement(KEY_TWO, { Effect: "Deny" }),
          statement(KEY_TWO, { Action: "kms:Encrypt" }),
          statement(KEY_TWO, { Condition: undefined }),
          statement(KEY_ONE),
        ),
        oneKey,
      ),
    ),
  ],
  [
    "key-removed",
    "the key is deleted in the same plan, which has a sentence of its own",
    planOf(
      change("delete", KEY, "stream_key", { before: { arn: KEY_TWO } }),
      rolePolicy(bothKeys, oneKey),
    ),
  ],
  ["key-removed", "a reader is added", planOf(keyPolicy(readers(), readers(ROLE)))],
  [
    "key-removed",
    "the policies are created or deleted",
    planOf(
      change("create", ROLE_POLICY, "a_role-policy", { after: { policy: bothKeys } }),
      change("delete", ROLE_POLICY, "b_role-policy", { before: { policy: bothKeys } }),
      change("delete", KEY_POLICY, "stream_key-policy", { before: { policy: readers(ROLE) } }),
    ),
  ],
  ["key-removed", "a key is added", planOf(rolePolicy(oneKey, bothKeys))],
  [
    "key-removed",
    "the new policy is known only at apply",
    planOf(
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: bothKeys },
        after_unknown: { policy: true },
      }),
    ),
  ],
  [
    "key-removed",
    "the role reads another stream from now on",
    planOf(rolePolicy(bothKeys, policy())),
  ],
  [
    "key-removed",
    "the key encrypts something else",
    planOf(rolePolicy(policy(statement(KEY_TWO, { Condition: {} }), statement(KEY_ONE)), oneKey)),
  ],
  [
    "key-removed",
    "the stream stops using it in the same plan, which has a sentence of its own",
    planOf(stream({ kms_key_id: KEY_TWO }, {}), rolePolicy(bothKeys, oneKey)),
  ],
  [
    "key-removed",
    "the reader's role is removed",
    planOf(
      keyPolicy(readers(ROLE), readers()),
      change("delete", "aws_iam_role", "analytics_role", { before: { arn: ROLE } }),
    ),
  ],
  [
    "key-removed",
    "the reader, an existing function, is removed",
    planOf(
      keyPolicy(readers(ROLE), readers()),
      change("delete", ROLE_POLICY, "analytics_role-policy", { before: { role: "analytics" } }),
    ),
  ],
  [
    "key-removed",
    "the key's new policy is known only at apply",
    planOf(keyPolicy(readers(ROLE), undefined)),
  ],
  ["key-removed", "the policy is no JSON", planOf(rolePolicy("none", "none"))],
];

describe("effects of a key", () => testEffects(ROWS, COUNTEREXAMPLES));
