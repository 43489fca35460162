import { Effect, retention } from "./effect";
import { mappings, constructOf, functionOf, sourceOf, updatedMappings } from "./mappings";
import {
  changesOf,
  forcedBy,
  isChanged,
  isCreated,
  isDestroyed,
  isRemoved,
  isReplaced,
  streamNameIn,
  text,
  Plan,
  ResourceChange,
  Values,
} from "./plan";

/** What a mapping delivers that starts now. */
function fromStart(plan: Plan, streamName: string | undefined, after: Values | null): string {
  return text(after, "starting_position") === "AT_TIMESTAMP"
    ? `everything since ${text(after, "starting_position_timestamp") ?? "the time given"}`
    : `everything retained${retention(plan, streamName)}`;
}

function reasonOf({ action_reason: reason, ...change }: ResourceChange): string {
  if (reason === "replace_by_request") {
    return "as requested";
  }
  return forcedBy(change).includes("event_source_arn")
    ? "since its event source changes"
    : "since AWS cannot change it";
}

const isLatest = ({ change }: ResourceChange): boolean =>
  text(change.after, "starting_position") === "LATEST";

/** Streams that exist before the plan is applied, and after. */
const isStreamDestroyed = (plan: Plan, name: string | undefined): boolean =>
  changesOf(plan, "aws_kinesis_stream")
    .filter(isDestroyed)
    .some(({ change }) => text(change.before, "name") === name);

/** The stream that a new mapping reads, unless the stream is created by the same plan. */
function existingSource(plan: Plan, change: ResourceChange): string | undefined {
  const prefix = `.${constructOf(change.address)}_`;
  const consumer = changesOf(plan, "aws_kinesis_stream_consumer").find(({ address }) =>
    address.includes(prefix),
  );
  return sourceOf(change) ?? streamNameIn(text(consumer?.change.after ?? null, "stream_arn"));
}

export const MAPPING_EFFECTS = [
  {
    id: "mapping-skips",
    records: "lost",
    meaning:
      "A mapping that starts at LATEST is replaced: the function misses the records put meanwhile.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isReplaced(change) && isLatest(change))
        .map((change) => ({
          address: change.address,
          sentence: `replaces the mapping of function ${functionOf(plan, change)} ${reasonOf(change)}: it starts at LATEST, so the records put meanwhile are not delivered`,
        })),
  },
  {
    id: "mapping-replaced",
    records: "replayed",
    meaning:
      "A mapping is replaced and starts again at its starting position: records are delivered a second time.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isReplaced(change) && !isLatest(change))
        .map((change) => ({
          address: change.address,
          sentence: `replaces the mapping of function ${functionOf(plan, change)} ${reasonOf(change)}: it receives ${fromStart(plan, sourceOf(change), change.change.after)} again`,
        })),
  },
  {
    id: "mapping-paused",
    records: "waiting",
    meaning:
      "A mapping is disabled: records wait, and are lost once they are older than the retention.",
    find: (plan) =>
      updatedMappings(plan, (name, change) =>
        isChanged(change, "enabled") && change.change.after?.enabled === false
          ? `pauses function ${name}: its records wait, and are lost once they are older than the retention${retention(plan, sourceOf(change))}`
          : undefined,
      ),
  },
  {
    id: "mapping-resumed",
    records: "kept",
    meaning: "A mapping is enabled: it continues where it stopped.",
    find: (plan) =>
      updatedMappings(plan, (name, change) =>
        isChanged(change, "enabled") && change.change.after?.enabled === true
          ? `resumes function ${name}: it continues where it stopped`
          : undefined,
      ),
  },
  {
    id: "mapping-created",
    records: "kept",
    meaning:
      "A new mapping reads a stream that exists: its function first receives what is retained.",
    find: (plan) =>
      mappings(plan)
        .filter(isCreated)
        .flatMap((change) => {
          const source = existingSource(plan, change);
          return source === undefined
            ? []
            : {
                address: change.address,
                sentence: isLatest(change)
                  ? `adds function ${functionOf(plan, change)} to stream ${source}: it receives what is put from now on`
                  : `adds function ${functionOf(plan, change)} to stream ${source}: it first receives ${fromStart(plan, source, change.change.after)}`,
              };
        }),
  },
  {
    id: "mapping-destroyed",
    records: "kept",
    meaning:
      "A mapping is removed: its function receives no more records, which stay in the stream for others.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isRemoved(change) && !isStreamDestroyed(plan, sourceOf(change)))
        .map((change) => ({
          address: change.address,
          sentence: `removes function ${functionOf(plan, change)} from stream ${sourceOf(change) ?? "it read"}: it receives no more records`,
        })),
  },
] as const satisfies readonly Effect[];

export type MappingEffectId = (typeof MAPPING_EFFECTS)[number]["id"];
