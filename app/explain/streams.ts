import type { Comparison } from "../../pipeline/terraform/planned";
import {
  changesOf,
  forcedBy,
  isDestroyed,
  isReplaced,
  isUnknown,
  isUpdated,
  replacementReason,
  type Plan,
  type ResourceChange,
} from "../../pipeline/terraform/plan";
import { blocks, number, text, type Values } from "../../pipeline/terraform/resource";
import type { Effect, EffectId, EffectOn, Subject } from "./effect";
import type { Reader, Readers } from "./readers";

interface Update {
  readonly name: string;
  readonly before: Values;
  readonly after: Values;
  readonly change: ResourceChange;
}

type Told = readonly [id: EffectId, records: EffectOn, sentence: string];

/** ARNs of the streams that a plan destroys, or replaces by empty ones. */
export const destroyedStreams = (plan: Plan): Set<string> =>
  new Set(
    changesOf(plan, "aws_kinesis_stream")
      .filter(isDestroyed)
      .map(({ change }) => text(change.before, "arn") ?? ""),
  );

/** ARNs of the streams that exist only after the plan. */
export function createdStreams({ before, after }: Comparison): Set<string> {
  const arnsIn = ({ all }: Comparison["before"]): string[] =>
    all
      .filter(({ type }) => type === "aws_kinesis_stream")
      .flatMap(({ values }) => text(values, "arn") ?? []);
  const known = new Set(arnsIn(before));
  return new Set(arnsIn(after).filter((arn) => !known.has(arn)));
}

/** Streams to be created that exist already, since readers of the state read them. */
export function existingStreams(
  { before, after, changeOf }: Comparison,
  { all }: Readers,
): Effect[] {
  const managed = new Set(before.all.map(({ values }) => values.arn));
  return after.all
    .filter(({ type, address }) => type === "aws_kinesis_stream" && isNew(changeOf(address)))
    .flatMap(({ address, values }): Effect[] => {
      const [arn, name = ""] = [text(values, "arn"), text(values, "name")];
      const readers = all.before.filter(({ streamArn }) => streamArn === arn);
      return managed.has(arn) || readers.length === 0
        ? []
        : [
            {
              ...{ id: "stream-exists", records: "refused", address },
              about: { kind: "stream", name, arn },
              sentence: `creates stream ${name}, which exists: ${listed(readers)} it, and would be cut off before AWS refuses; import it first with 'terraform import ${address} ${name}'`,
            },
          ];
    });
}

const isNew = (change: ResourceChange | undefined): boolean =>
  change?.change.actions.join() === "create";

const listed = (readers: readonly Reader[]): string =>
  `${readers.length === 1 ? "function" : "functions"} ${readers.map(({ name }) => name).join(", ")} ${readers.length === 1 ? "reads" : "read"}`;

/** What happens to streams and the records in them. */
export function streamEffects({ plan }: Comparison): Effect[] {
  return changesOf(plan, "aws_kinesis_stream").flatMap((change): Effect[] => {
    const { address } = change;
    const { before, after } = change.change;
    const name = text(before ?? after, "name") ?? address;
    const about: Subject = { kind: "stream", name, arn: text(before, "arn") };
    const all = isDestroyed(change)
      ? [destroyed(name, change)]
      : before && after && isUpdated(change)
        ? changed({ name, before, after, change })
        : [];
    return all.map(([id, records, sentence]) => ({ id, records, about, sentence, address }));
  });
}

function destroyed(name: string, change: ResourceChange): Told {
  if (!isReplaced(change)) {
    return ["stream-destroyed", "lost", `destroys stream ${name}: the records in it are lost`];
  }
  const newName = text(change.change.after, "name") ?? name;
  const next = newName === name ? "a new one" : newName;
  const forced = forcedBy(change).includes("name") ? "since its name changes" : undefined;
  const reason = replacementReason(change) ?? forced;
  return [
    "stream-destroyed",
    "lost",
    `replaces stream ${name} by ${next}${reason === undefined ? "" : ` ${reason}`}: the records in it are lost`,
  ];
}

const changed = (update: Update): Told[] => [
  ...retention(update),
  ...encryption(update),
  ...resharding(update),
];

function retention({ name, before, after }: Update): Told[] {
  const old = number(before, "retention_period") ?? 0;
  const next = number(after, "retention_period") ?? old;
  return next < old
    ? [
        [
          "retention-shortened",
          "lost",
          `shortens the retention of stream ${name} from ${old} h to ${next} h: older records are lost`,
        ],
      ]
    : [];
}

export const isEncrypted = (values: Values | null): boolean =>
  text(values, "encryption_type") === "KMS";

/** Its end is told with what becomes of the old key. */
const encryption = ({ name, before, after }: Update): Told[] =>
  isEncrypted(before) || !isEncrypted(after)
    ? []
    : [
        [
          "encryption-on",
          "kept",
          `encrypts records put into stream ${name} from now on; those put before stay unencrypted`,
        ],
      ];

const mode = (values: Values): string =>
  text(blocks(values.stream_mode_details)[0], "stream_mode") ?? "PROVISIONED";

function resharding({ name, before, after, change }: Update): Told[] {
  if (isUnknown(change, "stream_mode_details")) {
    return [];
  }
  const [old, next] = [number(before, "shard_count"), number(after, "shard_count")];
  const order = "records stay in order per partition key";
  if (mode(before) !== mode(after)) {
    return [
      [
        "shards-changed",
        "kept",
        `changes stream ${name} from ${mode(before)} to ${mode(after)}: ${order}`,
      ],
    ];
  }
  if (old === undefined || next === undefined || old === next || mode(after) !== "PROVISIONED") {
    return [];
  }
  const limit = next < old ? Math.ceil(old / 2) : 2 * old;
  return next < old / 2 || next > 2 * old
    ? [
        [
          "shards-refused",
          "refused",
          `AWS refuses to change stream ${name} from ${old} to ${next} shards in one step: go to ${limit} first`,
        ],
      ]
    : [
        [
          "shards-changed",
          "kept",
          `changes stream ${name} from ${old} to ${next} shards: ${order}`,
        ],
      ];
}
