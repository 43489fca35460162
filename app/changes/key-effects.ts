import { awsPrincipals, statementsOf, type Statement } from "../../pipeline/iam/document";
import { Effect, Finding, retention } from "./effect";
import {
  changesOf,
  isCreated,
  isDestroyed,
  isRemoved,
  isReplaced,
  isUpdated,
  Plan,
  ResourceChange,
} from "../../pipeline/terraform/plan";
import { text, Values } from "../../pipeline/terraform/resource";
import { listOf } from "../../pipeline/values";

/** The statements of a policy that allow decryption; none if it is known only at apply. */
function decryptStatements(values: Values | null): readonly Statement[] {
  try {
    return statementsOf(text(values, "policy") ?? "{}").filter(
      ({ Effect: effect, Action }) => effect === "Allow" && listOf(Action).includes("kms:Decrypt"),
    );
  } catch {
    return [];
  }
}

const streamOf = ({ Condition }: Statement): string | undefined =>
  listOf(Condition?.StringEquals?.["kms:EncryptionContext:aws:kinesis:arn"]).map(String)[0];

const stays = (change: ResourceChange): boolean => isUpdated(change) || isReplaced(change);

/** The keys that streams stop using: `key-access-lost` and `key-deleted` are about them. */
const abandonedKeys = (plan: Plan): readonly (string | undefined)[] => [
  ...changesOf(plan, "aws_kinesis_stream").map(({ change: { before, after } }) =>
    text(before, "kms_key_id") === text(after, "kms_key_id") ? "" : text(before, "kms_key_id"),
  ),
  ...changesOf(plan, "aws_kms_key")
    .filter(isDestroyed)
    .map(({ change }) => text(change.before, "arn")),
];

/** The keys that a role's policy no longer allows for a stream that it still reads. */
function removedKeys(plan: Plan, { address, change }: ResourceChange): Finding[] {
  const after = text(change.after, "policy");
  const allowed = decryptStatements(change.after).flatMap(({ Resource }) => listOf(Resource));
  const abandoned = abandonedKeys(plan);
  return decryptStatements(change.before).flatMap((statement) => {
    const stream = streamOf(statement);
    return after === undefined || stream === undefined || !after.includes(stream)
      ? []
      : listOf(statement.Resource)
          .filter((key) => !allowed.includes(key) && !abandoned.includes(key))
          .map((key) => ({
            address,
            sentence: `takes key ${key} away from role ${text(change.before, "role") ?? address}: records of ${stream} that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention${retention(plan, stream)} has passed since the stream used it`,
          }));
  });
}

/** Principals that a key's policy no longer allows to decrypt, unless the plan removes them. */
function removedReaders(plan: Plan, { address, change }: ResourceChange): Finding[] {
  const principals = (values: Values | null): readonly string[] =>
    decryptStatements(values).flatMap(awsPrincipals);
  const removed = changesOf(plan, "aws_iam_role")
    .filter(isDestroyed)
    .map((one) => text(one.change.before, "arn"));
  const unread = changesOf(plan, "aws_iam_role_policy")
    .filter(isRemoved)
    .map((one) => `/${text(one.change.before, "role")}`);
  const kept = principals(change.after);
  return text(change.after, "policy") === undefined
    ? []
    : principals(change.before)
        .filter((one) => !kept.includes(one) && !removed.includes(one))
        .filter((one) => !unread.some((role) => one.endsWith(role)))
        .map((principal) => ({
          address,
          sentence: `takes key ${text(change.before, "key_id") ?? address} away from ${principal}, which can no longer read records that are encrypted with it; keep the grant until it no longer reads the stream`,
        }));
}

/** The keys that the provider did not find, and that the plan creates anew. */
export const vanishedKeys = (plan: Plan): ResourceChange[] => {
  const created = new Set(
    changesOf(plan, "aws_kms_key")
      .filter(isCreated)
      .map((one) => one.address),
  );
  return (plan.resource_drift ?? []).filter(
    (one) => one.type === "aws_kms_key" && isRemoved(one) && created.has(one.address),
  );
};

export const KEY_EFFECTS = [
  {
    id: "key-vanished",
    records: "unreadable",
    meaning:
      "A key is scheduled for deletion or gone, and the plan creates another one: what was encrypted with the old key can no longer be read. The deletion can be cancelled instead.",
    find: (plan) =>
      vanishedKeys(plan).map(({ address, change }) => ({
        address,
        sentence: `does not find key ${text(change.before, "arn") ?? address}, and creates another one: records encrypted with the old one can no longer be read; if it is scheduled for deletion, cancel that instead of applying this plan, with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
      })),
  },
  {
    id: "key-removed",
    records: "unreadable",
    meaning:
      "A reader may no longer use a key, for example since it was taken out of `previousKmsKeyArns`: records that were encrypted with it and are still retained become unreadable for it.",
    find: (plan) => [
      ...changesOf(plan, "aws_iam_role_policy")
        .filter(stays)
        .flatMap((change) => removedKeys(plan, change)),
      ...changesOf(plan, "aws_kms_key_policy")
        .filter(stays)
        .flatMap((change) => removedReaders(plan, change)),
    ],
  },
] as const satisfies readonly Effect[];

export type KeyEffectId = (typeof KEY_EFFECTS)[number]["id"];
