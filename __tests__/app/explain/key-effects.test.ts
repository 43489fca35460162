import type { Plan } from "../../../pipeline/terraform/plan";
import {
  change,
  existingStream,
  KEY,
  KEY_ONE,
  KEY_POLICY,
  KEY_TWO,
  planOf,
  readerWithKeys,
  readPolicy,
  RESOURCE_POLICY,
  ROLE,
  ROLE_ARN,
  ROLE_POLICY,
  rolePolicy,
  stream,
  STREAM,
  streamArn,
  unknown,
} from "./plans";
import { type Counterexample, type Row, testEffects } from "./rows";

const WRITER = "arn:aws:iam::555555555555:role/writer";
const OTHER = "arn:aws:iam::444444444444:role/other";

const policy = (...Statement: object[]): string => JSON.stringify({ Statement });
const allow = (Action: string | string[], ...AWS: string[]): object => ({
  Effect: "Allow",
  Principal: { AWS },
  Action,
  Resource: "*",
});

const policyChange = (
  type: string,
  on: Record<string, string>,
  before: string,
  after: string | undefined,
) =>
  change("update", type, "stream_policy", {
    before: { policy: before, ...on },
    after: { policy: after, ...on },
  });
const keyPolicy = (before: string, after: string | undefined) =>
  policyChange(KEY_POLICY, { key_id: KEY_ONE }, before, after);
const streamPolicy = (before: string, after: string | undefined) =>
  policyChange(RESOURCE_POLICY, { resource_arn: streamArn("orders") }, before, after);

const vanishedKey = (...others: Parameters<typeof planOf>): Plan => ({
  ...planOf(...others),
  resource_drift: [change("delete", KEY, "stream_key")],
});
const keyStays = change("no-op", KEY, "key");

const readStream = ["kinesis:GetRecords", "kinesis:GetShardIterator"];
const nothing = (action: string, on: string): string => `(nothing allows ${action} on ${on})`;
const refused = "the records that it puts are refused from then on";
const removed = `takes key ${KEY_TWO} away from function analytics: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention (24 h) has passed since the stream used it`;
const bothKeys = [KEY_ONE, KEY_TWO];

const BOUNDARY = "arn:aws:iam::222222222222:policy/boundary";
const ALL = JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });
const OWN_BOUNDARY = {
  before: { arn: BOUNDARY, policy: ALL },
  after: { arn: BOUNDARY, policy: ALL },
};
/** A reader whose role gets a permissions boundary, unless it has the same already. */
const bounded = (
  old: string | undefined,
  next: string,
  ...others: Parameters<typeof planOf>
): Plan =>
  planOf(
    existingStream(),
    ...others,
    ...readerWithKeys([KEY_ONE], [KEY_ONE]).filter(({ type }) => type !== ROLE),
    change("update", ROLE, "analytics_role", {
      before: { permissions_boundary: old },
      after: { permissions_boundary: next },
    }),
  );

const ROWS: readonly Row[] = [
  [
    "boundary-set",
    "its policy belongs to somebody else",
    bounded(undefined, BOUNDARY),
    `limits the role of function analytics to what permissions boundary ${BOUNDARY} allows, which this plan does not show: unless it allows everything that the role's own policies do, its records wait`,
  ],
  [
    "key-vanished",
    "it is scheduled for deletion",
    vanishedKey(change("create", KEY, "stream_key", { after: { arn: undefined } })),
    `does not find key ${KEY_ONE}, and creates another one: records encrypted with the old one can no longer be read; if it is scheduled for deletion, cancel that instead of applying this plan, with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
  ],
  [
    "key-removed",
    "a previous key leaves a reader's policy while the stream stays as it is",
    planOf(existingStream(), ...readerWithKeys(bothKeys, [KEY_ONE])),
    removed,
  ],
  [
    "key-removed",
    "other properties of the stream change",
    planOf(stream({}, { shard_level_metrics: ["ALL"] }), ...readerWithKeys(bothKeys, [KEY_ONE])),
    removed,
  ],
  [
    "key-access-lost",
    "the key that encrypts the stream leaves a reader's policy",
    planOf(existingStream(), keyStays, ...readerWithKeys([KEY_ONE], [])),
    `denies function analytics kms:Decrypt on ${KEY_ONE} ${nothing("kms:Decrypt", KEY_ONE)}: it cannot read records that are encrypted with it`,
  ],
  [
    "principal-denied",
    "a reader of another state leaves the key's policy",
    planOf(
      existingStream(),
      keyStays,
      keyPolicy(policy(allow("kms:Decrypt", OTHER, WRITER)), policy(allow("kms:Decrypt", WRITER))),
    ),
    `no longer allows ${OTHER} kms:Decrypt on key ${KEY_ONE} ${nothing("kms:Decrypt", KEY_ONE)}: it cannot read records that are encrypted with it`,
  ],
  [
    "principal-denied",
    "a reader of another state leaves the policies of stream and key",
    planOf(
      existingStream(),
      keyStays,
      streamPolicy(policy(allow(readStream, OTHER)), policy()),
      keyPolicy(policy(allow("kms:Decrypt", OTHER)), policy()),
    ),
    `no longer allows ${OTHER} ${readStream.join(", ")} on stream orders and kms:Decrypt on key ${KEY_ONE} ${nothing("kinesis:GetRecords", streamArn("orders"))}: what it has not read by then is lost once the retention has passed`,
  ],
  [
    "writer-denied",
    "a writer leaves the stream's policy",
    planOf(
      existingStream(),
      streamPolicy(
        policy(allow("kinesis:PutRecords", WRITER, OTHER)),
        policy(allow("kinesis:PutRecords", OTHER)),
      ),
    ),
    `no longer allows ${WRITER} kinesis:PutRecords on stream orders ${nothing("kinesis:PutRecords", streamArn("orders"))}: ${refused}`,
  ],
  [
    "writer-denied",
    "the policy of the stream is deleted",
    planOf(
      existingStream(),
      change("delete", RESOURCE_POLICY, "stream_policy", {
        before: {
          resource_arn: streamArn("orders"),
          policy: policy(allow("kinesis:PutRecord", WRITER)),
        },
      }),
    ),
    `no longer allows ${WRITER} kinesis:PutRecord on stream orders (${streamArn("orders")} has no policy): ${refused}`,
  ],
  [
    "writer-denied",
    "a Deny is added",
    planOf(
      existingStream(),
      streamPolicy(
        policy(allow("kinesis:PutRecord", WRITER)),
        policy(allow("kinesis:PutRecord", WRITER), {
          ...allow("kinesis:*", "*"),
          Effect: "Deny",
          Sid: "No",
        }),
      ),
    ),
    `no longer allows ${WRITER} kinesis:PutRecord on stream orders (statement No of the policy of ${streamArn("orders")} denies kinesis:PutRecord): ${refused}`,
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  ["boundary-set", "the role has it already", bounded(BOUNDARY, BOUNDARY)],
  [
    "boundary-set",
    "its policy is the plan's own, and allows everything",
    bounded(undefined, BOUNDARY, change("no-op", "aws_iam_policy", "boundary", OWN_BOUNDARY)),
  ],
  ["key-vanished", "a first apply creates it", planOf(change("create", KEY, "stream_key"))],
  ["key-vanished", "the plan does not need it any more", vanishedKey()],
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
    "the key is deleted in the same plan, which has a sentence of its own",
    planOf(
      existingStream(),
      change("delete", KEY, "stream_key", { before: { arn: KEY_TWO } }),
      ...readerWithKeys(bothKeys, [KEY_ONE]),
    ),
  ],
  [
    "key-removed",
    "a key is added",
    planOf(existingStream(), ...readerWithKeys([KEY_ONE], bothKeys)),
  ],
  [
    "key-removed",
    "the new policy is known only at apply",
    planOf(
      existingStream(),
      ...readerWithKeys([], []).slice(0, 3),
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: readPolicy(bothKeys) },
        ...unknown("policy"),
      }),
    ),
  ],
  [
    "key-removed",
    "nobody reads the stream",
    planOf(existingStream(), rolePolicy(readPolicy(bothKeys), readPolicy([KEY_ONE]))),
  ],
  [
    "key-access-lost",
    "it had no access before",
    planOf(existingStream(), keyStays, ...readerWithKeys([], [])),
  ],
  [
    "principal-denied",
    "it is a reader of this plan, whose own policies are told about",
    planOf(
      existingStream(),
      keyStays,
      ...readerWithKeys([KEY_ONE], [KEY_ONE]),
      keyPolicy(policy(allow("kms:Decrypt", ROLE_ARN)), policy()),
    ),
  ],
  [
    "principal-denied",
    "the new policy is known only at apply",
    planOf(existingStream(), streamPolicy(policy(allow(readStream, OTHER)), undefined)),
  ],
  [
    "principal-denied",
    "the stream is destroyed as well",
    planOf(
      change("delete", STREAM, "stream"),
      change("delete", RESOURCE_POLICY, "stream_policy", {
        before: { resource_arn: streamArn("orders"), policy: policy(allow(readStream, OTHER)) },
      }),
    ),
  ],
  [
    "writer-denied",
    "its role is deleted as well",
    planOf(
      existingStream(),
      streamPolicy(policy(allow("kinesis:PutRecords", WRITER)), policy()),
      change("delete", ROLE, "writer", { before: { arn: WRITER, name: "writer" } }),
    ),
  ],
  [
    "writer-denied",
    "it is in the stream's account, where its own policies may allow it",
    planOf(
      existingStream(),
      streamPolicy(
        policy(allow("kinesis:PutRecords", "arn:aws:iam::111111111111:role/own")),
        policy(),
      ),
    ),
  ],
  [
    "writer-denied",
    "the stream no longer uses the key",
    planOf(
      stream({ kms_key_id: KEY_TWO }, { kms_key_id: KEY_TWO }),
      keyStays,
      keyPolicy(policy(allow("kms:GenerateDataKey", WRITER)), policy()),
    ),
  ],
];

describe("effects of keys and policies", () => testEffects(ROWS, COUNTEREXAMPLES));
