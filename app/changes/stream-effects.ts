import { Effect, Finding, hours } from "./effect";
import { vanishedKeys } from "./key-effects";
import { constructOf } from "./construct-of";
import {
  changesOf,
  forcedBy,
  isDestroyed,
  isReplaced,
  isUnknown,
  isUpdated,
  Plan,
  replacementReason,
  ResourceChange,
} from "../../pipeline/terraform/plan";
import { number, text, Values } from "../../pipeline/terraform/resource";

const streams = (plan: Plan): readonly ResourceChange[] => changesOf(plan, "aws_kinesis_stream");

const updatedStreams = (
  plan: Plan,
  sentenceOf: (
    name: string,
    before: Values,
    after: Values,
    change: ResourceChange,
  ) => string | undefined,
): Finding[] =>
  streams(plan)
    .filter(isUpdated)
    .flatMap((change) => {
      const { address } = change;
      const { before, after } = change.change;
      const sentence =
        before && after && sentenceOf(text(after, "name") ?? address, before, after, change);
      return sentence ? [{ address, sentence }] : [];
    });

const isEncrypted = (values: Values | null): boolean => text(values, "encryption_type") === "KMS";

/** The key that a stream had, if the plan changes or removes it. */
const formerKey = (before: Values, after: Values): string | undefined => {
  const key = isEncrypted(before) ? text(before, "kms_key_id") : undefined;
  return isEncrypted(after) && text(after, "kms_key_id") === key ? undefined : key;
};

const destroyedKeys = (plan: Plan): readonly ResourceChange[] =>
  changesOf(plan, "aws_kms_key").filter(isDestroyed);

const mode = (values: Values): string => {
  const [details] = (values.stream_mode_details as Values[] | undefined) ?? [];
  return text(details ?? null, "stream_mode") ?? "PROVISIONED";
};

function resharding(
  name: string,
  before: Values,
  after: Values,
  change: ResourceChange,
): string | undefined {
  if (isUnknown(change, "stream_mode_details")) {
    return undefined;
  }
  const [old, next] = [number(before, "shard_count"), number(after, "shard_count")];
  const order = "records stay in order per partition key";
  if (mode(before) !== mode(after)) {
    return `changes stream ${name} from ${mode(before)} to ${mode(after)}: ${order}`;
  }
  if (old === undefined || next === undefined || old === next || mode(after) !== "PROVISIONED") {
    return undefined;
  }
  const limit = next < old ? Math.ceil(old / 2) : 2 * old;
  return next < old / 2 || next > 2 * old
    ? `AWS refuses to change stream ${name} from ${old} to ${next} shards in one step: go to ${limit} first`
    : `changes stream ${name} from ${old} to ${next} shards: ${order}`;
}

const isKeyDestroyed = (plan: Plan, key: string): boolean =>
  destroyedKeys(plan).some(({ change }) => text(change.before, "arn") === key);

/** The policies of readers' roles that mention a key until the plan is applied, and are not removed. */
const policiesWith = (plan: Plan, key: string): ResourceChange[] =>
  changesOf(plan, "aws_iam_role_policy").filter(
    ({ change: { before, after } }) => after !== null && text(before, "policy")?.includes(key),
  );

/** True if the plan removes a key that is kept from a role's policy. */
const losesAccess = (plan: Plan, key: string): boolean =>
  !isKeyDestroyed(plan, key) &&
  policiesWith(plan, key).some(({ change: { after } }) => {
    const policy = text(after, "policy");
    return policy !== undefined && !policy.includes(key);
  });

/** Describes access to the records that were encrypted with a key that the stream stops using. */
function recordsOf(plan: Plan, key: string, stream: Values): string {
  const policies = policiesWith(plan, key);
  const advice = policies.some((policy) => isUnknown(policy, "policy"))
    ? "; the readers' policies are known only at apply: make sure that 'previousKmsKeyArns' names this key until then"
    : policies.length > 0
      ? "; the readers keep access to it"
      : "";
  return `stay encrypted with ${key} for up to the retention${hours(stream)}${advice}`;
}

/** The reason for the replacement of a stream. */
const reasonOf = (stream: ResourceChange): string => {
  const forced = forcedBy(stream).includes("name") ? "since its name changes" : undefined;
  const reason = replacementReason(stream) ?? forced;
  return reason === undefined ? "" : ` ${reason}`;
};

export const STREAM_EFFECTS = [
  {
    id: "stream-destroyed",
    records: "lost",
    meaning: "A stream is destroyed, or replaced because of its name: the records in it are lost.",
    find: (plan) =>
      streams(plan)
        .filter(isDestroyed)
        .map((change) => {
          const { address } = change;
          const name = text(change.change.before, "name") ?? address;
          const newName = text(change.change.after, "name") ?? name;
          const next = newName === name ? "a new one" : newName;
          return {
            address,
            sentence: isReplaced(change)
              ? `replaces stream ${name} by ${next}${reasonOf(change)}: the records in it are lost`
              : `destroys stream ${name}: the records in it are lost`,
          };
        }),
  },
  {
    id: "retention-shortened",
    records: "lost",
    meaning: "A stream keeps records for a shorter time: older ones are lost.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after) => {
        const old = number(before, "retention_period") ?? 0;
        const next = number(after, "retention_period") ?? old;
        return next < old
          ? `shortens the retention of stream ${name} from ${old} h to ${next} h: older records are lost`
          : undefined;
      }),
  },
  {
    id: "key-deleted",
    records: "unreadable",
    meaning:
      "A key is scheduled for deletion: what was encrypted with it becomes unreadable at once, until the deletion is cancelled.",
    find: (plan) => {
      // A key that was retained for a stream is no longer named by it, but belongs to its construct.
      const lost = streams(plan)
        .filter(isDestroyed)
        .flatMap(({ address, change }) => [
          text(change.before, "kms_key_id"),
          constructOf(address),
        ]);
      return destroyedKeys(plan).flatMap(({ address, change: { before } }) => {
        const key = text(before, "arn") ?? address;
        if (lost.includes(key) || lost.includes(constructOf(address))) {
          return [];
        }
        const days = number(before, "deletion_window_in_days") ?? 30;
        return {
          address,
          sentence: `schedules key ${key} for deletion in ${days} days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'`,
        };
      });
    },
  },
  {
    id: "key-access-lost",
    records: "unreadable",
    meaning:
      "A stream changes its key, and its readers may no longer use the old one: records put before the change become unreadable for them.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after) => {
        const key = formerKey(before, after);
        return key !== undefined && losesAccess(plan, key)
          ? `takes key ${key} away from readers, while stream ${name} holds records encrypted with it for up to its retention${hours(after)}: name it in 'previousKmsKeyArns' until then`
          : undefined;
      }),
  },
  {
    id: "key-changed",
    records: "kept",
    meaning: "A stream is encrypted with another key from now on; old records keep the old key.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after) => {
        const key = formerKey(before, after);
        return key !== undefined &&
          isEncrypted(after) &&
          !isKeyDestroyed(plan, key) &&
          !vanishedKeys(plan).some((one) => text(one.change.before, "arn") === key) &&
          !losesAccess(plan, key)
          ? `encrypts stream ${name} with another key: records put before ${recordsOf(plan, key, after)}`
          : undefined;
      }),
  },
  {
    id: "encryption-off",
    records: "kept",
    meaning: "Records put from now on are stored unencrypted.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after, change) => {
        if (!isEncrypted(before) || isEncrypted(after) || isUnknown(change, "encryption_type")) {
          return undefined;
        }
        const key = text(before, "kms_key_id");
        const older =
          key === undefined || isKeyDestroyed(plan, key) || losesAccess(plan, key)
            ? ""
            : `; those put before ${recordsOf(plan, key, after)}`;
        return `stores records put into stream ${name} from now on unencrypted${older}`;
      }),
  },
  {
    id: "encryption-on",
    records: "kept",
    meaning: "Records put from now on are encrypted; those put before stay as they are.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after) =>
        !isEncrypted(before) && isEncrypted(after)
          ? `encrypts records put into stream ${name} from now on; those put before stay unencrypted`
          : undefined,
      ),
  },
  {
    id: "shards-changed",
    records: "kept",
    meaning: "A stream is resharded: records stay in order per partition key.",
    find: (plan) => updatedStreams(plan, resharding),
  },
] as const satisfies readonly Effect[];

export type StreamEffectId = (typeof STREAM_EFFECTS)[number]["id"];
