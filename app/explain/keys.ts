import { parseArn } from "../../pipeline/arn";
import { requestOf } from "../../pipeline/access";
import { valueOf } from "../../pipeline/fact";
import { decideAccess } from "../../pipeline/iam/access";
import type { Decision } from "../../pipeline/iam/evaluate";
import { decryptNeeds } from "../../pipeline/needs";
import type { Comparison } from "../../pipeline/terraform/planned";
import {
  changesOf,
  isCreated,
  isDestroyed,
  isRemoved,
  isUnknown,
  type ResourceChange,
  type Plan,
} from "../../pipeline/terraform/plan";
import type { Resources } from "../../pipeline/terraform/resources";
import { keyOf } from "../../pipeline/terraform/policies";
import { number, text } from "../../pipeline/terraform/resource";
import type { Effect, Subject } from "./effect";
import { encryptedStreams, policiesIn } from "./principals";
import { aboutReader, type Reader, type Readers } from "./readers";
import { isEncrypted } from "./streams";

/** The keys that the provider did not find, and that the plan creates again. */
export function vanishedKeys(plan: Plan): ResourceChange[] {
  const created = new Set(
    changesOf(plan, "aws_kms_key")
      .filter(isCreated)
      .map(({ address }) => address),
  );
  return (plan.resource_drift ?? []).filter(
    (one) => one.type === "aws_kms_key" && isRemoved(one) && created.has(one.address),
  );
}

const aboutKey = (arn: string): Subject => ({
  kind: "key",
  name: parseArn(arn).resource.replace(/^key\//, "") || arn,
  arn,
});

/** Keys that a plan schedules for deletion, by ARN. */
export const deletedKeys = ({ plan }: Comparison): Map<string, ResourceChange> =>
  new Map(
    changesOf(plan, "aws_kms_key")
      .filter(isDestroyed)
      .map((change) => [text(change.change.before, "arn") ?? change.address, change]),
  );

/** What becomes of records that are encrypted with a key that is deleted, gone, or no longer the stream's. */
export function keyEffects(
  comparison: Comparison,
  readers: Readers,
  destroyed: ReadonlySet<string>,
): Effect[] {
  const { plan } = comparison;
  const deleted = deletedKeys(comparison);
  const gone = vanishedKeys(plan);
  const ofDestroyedStreams = new Set(
    changesOf(plan, "aws_kinesis_stream").flatMap(({ change: { before } }) =>
      destroyed.has(text(before, "arn") ?? "") ? [text(before, "kms_key_id")] : [],
    ),
  );
  return [
    ...[...deleted].flatMap(([key, { address, change }]): Effect[] =>
      ofDestroyedStreams.has(key) || isForNothingElse(key, comparison, destroyed)
        ? []
        : [
            {
              ...{ id: "key-deleted", records: "unreadable", about: aboutKey(key), address },
              sentence: `schedules key ${key} for deletion in ${number(change.before, "deletion_window_in_days") ?? 30} days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
            },
          ],
    ),
    ...gone.map(({ address, change }): Effect => {
      const key = text(change.before, "arn") ?? address;
      return {
        ...{ id: "key-vanished", records: "unreadable", about: aboutKey(key), address },
        sentence: `does not find key ${key}, and creates another one: records encrypted with the old one can no longer be read; if it is scheduled for deletion, cancel that instead of applying this plan, with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
      };
    }),
    ...changesOf(plan, "aws_kinesis_stream").flatMap((change) => {
      const key = formerKey(change);
      const isTold = key === undefined || deleted.has(key) || gone.some(isFor(key));
      return abandoned({ change, key: isTold ? undefined : key }, comparison, readers);
    }),
  ];
}

/** True if the policy of a key is only for streams that are destroyed as well. */
function isForNothingElse(
  key: string,
  { before }: Comparison,
  destroyed: ReadonlySet<string>,
): boolean {
  const streams = policiesIn(before)
    .filter(({ on }) => on === key)
    .flatMap(({ policy }) => encryptedStreams(policy));
  return streams.length > 0 && streams.every((arn) => destroyed.has(arn));
}

const isFor =
  (key: string) =>
  ({ change }: ResourceChange): boolean =>
    text(change.before, "arn") === key;

/** The keys that streams stop using, while they keep records that are encrypted with them. */
export const formerKeys = ({ plan }: Comparison): (string | undefined)[] =>
  changesOf(plan, "aws_kinesis_stream").map(formerKey);

/** The key that a stream stops using, while it keeps records that are encrypted with it. */
function formerKey({ change: { actions, before, after } }: ResourceChange): string | undefined {
  const isKept = actions.join() === "update" && isEncrypted(before);
  const key = isKept ? text(before, "kms_key_id") : undefined;
  return isEncrypted(after) && text(after, "kms_key_id") === key ? undefined : key;
}

/** @param key that the stream stops using, if its records can still be read; else another effect is about it */
function abandoned(
  { change, key }: { readonly change: ResourceChange; readonly key: string | undefined },
  comparison: Comparison,
  { pairs, all }: Readers,
): Effect[] {
  const { address } = change;
  const arn = text(change.change.before, "arn");
  const name = text(change.change.before, "name") ?? address;
  const about: Subject = { kind: "stream", name, arn };
  const endsEncryption =
    change.change.actions.join() === "update" &&
    isEncrypted(change.change.before) &&
    !isEncrypted(change.change.after) &&
    !isUnknown(change, "encryption_type");
  const begin = `stores records put into stream ${name} from now on unencrypted`;
  if (key === undefined) {
    return endsEncryption
      ? [{ id: "encryption-off", records: "kept", about, sentence: begin, address }]
      : [];
  }
  const retention = number(change.change.after, "retention_period");
  const hours = retention === undefined ? "" : ` (${retention} h)`;
  const readers = all.after
    .filter(({ streamArn }) => streamArn === arn)
    .map((reader) => ({ reader, decision: mayDecrypt(reader, key, comparison.after) }));
  const hadNone = (reader: Reader): boolean =>
    pairs.some(
      ({ before, after }) =>
        after === reader && mayDecrypt(before, key, comparison.before).outcome === "denied",
    );
  const denied = readers.filter(
    ({ reader, decision }) => decision.outcome === "denied" && !hadNone(reader),
  );
  const kept = `stay encrypted with ${key} for up to the retention${hours}${advice(readers)}`;
  return [
    ...denied.map(({ reader, decision }): Effect => ({
      id: "key-access-lost",
      records: "unreadable",
      about: aboutReader(reader),
      sentence: `takes key ${key} away from function ${reader.name} (${decision.why}), while stream ${name} holds records encrypted with it for up to its retention${hours}: name it in 'previousKmsKeyArns' until then`,
      address: reader.address,
    })),
    endsEncryption
      ? {
          ...{ id: "encryption-off", records: "kept", about, address },
          sentence: `${begin}; those put before ${kept}`,
        }
      : {
          ...{ id: "key-changed", records: "kept", about, address },
          sentence: `encrypts stream ${name} with another key: records put before ${kept}`,
        },
  ];
}

function advice(readers: readonly { readonly decision: Decision }[]): string {
  const count = (outcome: Decision["outcome"]) =>
    readers.filter(({ decision }) => decision.outcome === outcome).length;
  if (count("cannot tell") > 0) {
    return "; the readers' policies are known only at apply: make sure that 'previousKmsKeyArns' names this key until then";
  }
  return count("allowed") === 0
    ? ""
    : `; ${count("denied") === 0 ? "the readers" : "its other readers"} keep access to it`;
}

/** By the policies of the role, and by that of the key if the plan has it. */
function mayDecrypt({ examined }: Reader, key: string, resources: Resources): Decision {
  const [need] = decryptNeeds(examined, key);
  const resource = resources.referredTo(key);
  if (!need || !valueOf(examined.identityPolicies)) {
    return { outcome: "cannot tell", why: "the role's policies are not in this plan" };
  }
  const { keyPolicy, keyGrants } = resource
    ? keyOf(
        {
          ...resource,
          values: { encryption_type: "KMS", kms_key_id: key },
        },
        resources,
      )
    : {};
  const policy = valueOf(keyPolicy);
  const identity = valueOf(examined.identityPolicies) ?? [];
  return decideAccess(
    {
      identity,
      boundary: valueOf(examined.boundary),
      // Without the key's own policy, only what the role lacks is certain.
      resource: policy ?? {
        name: "the key's policy",
        statements: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }],
      },
      grants: valueOf(keyGrants),
    },
    requestOf(examined, need),
  );
}
