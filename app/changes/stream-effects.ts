import { Effect, Finding, retention } from "./effect";
import {
  changesOf,
  isDestroyed,
  isReplaced,
  isUpdated,
  number,
  Plan,
  ResourceChange,
  text,
  Values,
} from "./plan";

const streams = (plan: Plan): readonly ResourceChange[] => changesOf(plan, "aws_kinesis_stream");

const updatedStreams = (
  plan: Plan,
  sentenceOf: (name: string, before: Values, after: Values) => string | undefined,
): Finding[] =>
  streams(plan)
    .filter(isUpdated)
    .flatMap(({ address, change: { before, after } }) => {
      const sentence = before && after && sentenceOf(text(after, "name") ?? address, before, after);
      return sentence ? [{ address, sentence }] : [];
    });

const isEncrypted = (values: Values | null): boolean => text(values, "encryption_type") === "KMS";

/** The key that a stream had, if the plan takes it away from the stream. */
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

function resharding(name: string, before: Values, after: Values): string | undefined {
  const [old, next] = [number(before, "shard_count") ?? 0, number(after, "shard_count") ?? 0];
  const order = "records stay in order per partition key";
  if (mode(before) !== mode(after)) {
    return `changes stream ${name} from ${mode(before)} to ${mode(after)}: ${order}`;
  }
  if (old === next || mode(after) !== "PROVISIONED") {
    return undefined;
  }
  const limit = next < old ? Math.ceil(old / 2) : 2 * old;
  return next < old / 2 || next > 2 * old
    ? `AWS refuses to change stream ${name} from ${old} to ${next} shards in one step: go to ${limit} first`
    : `changes stream ${name} from ${old} to ${next} shards: ${order}`;
}

/** Whether a role's policy mentioned a key that stays, and will not any more. */
const losesAccess = (plan: Plan, key: string): boolean =>
  !destroyedKeys(plan).some(({ change }) => text(change.before, "arn") === key) &&
  changesOf(plan, "aws_iam_role_policy").some(({ change: { before, after } }) => {
    const policy = text(after, "policy");
    return text(before, "policy")?.includes(key) && policy !== undefined && !policy.includes(key);
  });

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
          const next = text(change.change.after, "name") ?? "a new one";
          return {
            address,
            sentence: isReplaced(change)
              ? `replaces stream ${name} by ${next}: the records in it are lost`
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
      const lost = streams(plan)
        .filter(isDestroyed)
        .map(({ change }) => text(change.before, "kms_key_id"));
      return destroyedKeys(plan).flatMap(({ address, change: { before } }) => {
        const key = text(before, "arn") ?? address;
        if (lost.includes(key)) {
          return [];
        }
        const days = number(before, "deletion_window_in_days") ?? 30;
        return {
          address,
          sentence: `schedules key ${key} for deletion in ${days} days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion'`,
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
          ? `takes key ${key} away from readers, while stream ${name} holds records encrypted with it for up to its retention${retention(plan, name)}: name it in 'previousKmsKeyArns' until then`
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
        return key !== undefined && isEncrypted(after)
          ? `encrypts stream ${name} with another key: records put before stay encrypted with ${key} for up to the retention${retention(plan, name)}`
          : undefined;
      }),
  },
  {
    id: "encryption-off",
    records: "kept",
    meaning: "Records put from now on are stored unencrypted.",
    find: (plan) =>
      updatedStreams(plan, (name, before, after) =>
        isEncrypted(before) && !isEncrypted(after)
          ? `stores records put into stream ${name} from now on unencrypted; those put before stay encrypted with ${text(before, "kms_key_id") ?? "its key"} for up to the retention${retention(plan, name)}`
          : undefined,
      ),
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
