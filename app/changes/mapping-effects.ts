import { Effect, Finding, retention } from "./effect";
import {
  functionOf,
  isConsumerReplaced,
  isStreamDestroyed,
  mappings,
  newStreamArn,
  oldStreamArn,
  readsCreatedStream,
  updatedMappings,
} from "./mappings";
import {
  forcedBy,
  isChanged,
  isCreated,
  isRemoved,
  isReplaced,
  isUnknown,
  Plan,
  replacementReason,
  ResourceChange,
  streamNameIn,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";

/** Describes the records that a mapping delivers if it starts now. */
function fromStart(plan: Plan, streamArn: string | undefined, mapping: ResourceChange): string {
  const { after } = mapping.change;
  if (isUnknown(mapping, "starting_position")) {
    return "everything since its starting position (known only at apply)";
  }
  return text(after, "starting_position") === "AT_TIMESTAMP"
    ? `everything since ${text(after, "starting_position_timestamp") ?? "the time given"}`
    : `everything retained${retention(plan, streamArn)}`;
}

function reasonOf(plan: Plan, mapping: ResourceChange): string {
  const request = replacementReason(mapping);
  if (request !== undefined) {
    return request;
  }
  if (!forcedBy(mapping).includes("event_source_arn")) {
    return "since AWS cannot change it";
  }
  return isConsumerReplaced(plan, mapping)
    ? "since its registered consumer is replaced"
    : "since its event source changes";
}

const isLatest = ({ change }: ResourceChange): boolean =>
  text(change.after, "starting_position") === "LATEST";

/** Replaced mappings, except those whose stream is destroyed, which another effect reports. */
const replacedMappings = (plan: Plan): ResourceChange[] =>
  mappings(plan).filter(
    (mapping) =>
      isReplaced(mapping) &&
      !isStreamDestroyed(plan, newStreamArn(plan, mapping) ?? oldStreamArn(mapping)),
  );

/** Describes the records that a replaced mapping delivers, and if it has delivered them before. */
function redelivery(plan: Plan, mapping: ResourceChange): Pick<Finding, "records" | "sentence"> {
  const [old, next] = [oldStreamArn(mapping), newStreamArn(plan, mapping)];
  const start = `replaces the mapping of function ${functionOf(plan, mapping)} ${reasonOf(plan, mapping)}: it receives`;
  const noMore = `no more records of stream ${streamNameIn(old) ?? "it read"}`;
  if (readsCreatedStream(plan, mapping)) {
    return {
      records: "kept",
      sentence: `${start} ${noMore}, but those of a stream created by this plan`,
    };
  }
  return next === undefined || next === old
    ? { sentence: `${start} ${fromStart(plan, old, mapping)} again` }
    : {
        records: "kept",
        sentence: `${start} ${noMore}, but ${fromStart(plan, next, mapping)} of stream ${streamNameIn(next) ?? next}`,
      };
}

/** Describes the records that the function of a new mapping receives first. */
function firstDelivery(plan: Plan, streamArn: string, mapping: ResourceChange): string {
  if (mapping.change.after?.enabled === false) {
    return "it receives nothing until its mapping is enabled";
  }
  return isLatest(mapping)
    ? "it receives what is put from now on"
    : `it first receives ${fromStart(plan, streamArn, mapping)}`;
}

export const MAPPING_EFFECTS = [
  {
    id: "mapping-skips",
    records: "lost",
    meaning:
      "A mapping that starts at LATEST is replaced: the function misses the records put meanwhile.",
    find: (plan) =>
      replacedMappings(plan)
        .filter(isLatest)
        .map((change) => ({
          address: change.address,
          sentence: `replaces the mapping of function ${functionOf(plan, change)} ${reasonOf(plan, change)}: it starts at LATEST, so the records put meanwhile are not delivered`,
        })),
  },
  {
    id: "mapping-replaced",
    records: "replayed",
    meaning:
      "A mapping is replaced and starts again at its starting position: records are delivered a second time.",
    find: (plan) =>
      replacedMappings(plan)
        .filter((change) => !isLatest(change))
        .map((change) => ({ address: change.address, ...redelivery(plan, change) })),
  },
  {
    id: "mapping-paused",
    records: "waiting",
    meaning:
      "A mapping is disabled: records wait, and are lost once they are older than the retention.",
    find: (plan) =>
      updatedMappings(plan, (name, change) =>
        isChanged(change, "enabled") && change.change.after?.enabled === false
          ? `pauses function ${name}: its records wait, and are lost once they are older than the retention${retention(plan, newStreamArn(plan, change))}`
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
          const source = newStreamArn(plan, change);
          return source === undefined
            ? []
            : {
                address: change.address,
                sentence: `adds function ${functionOf(plan, change)} to stream ${streamNameIn(source) ?? source}: ${firstDelivery(plan, source, change)}`,
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
        .filter((change) => isRemoved(change) && !isStreamDestroyed(plan, oldStreamArn(change)))
        .map((change) => ({
          address: change.address,
          sentence: `removes function ${functionOf(plan, change)} from stream ${streamNameIn(oldStreamArn(change)) ?? "it read"}: it receives no more records`,
        })),
  },
] as const satisfies readonly Effect[];

export type MappingEffectId = (typeof MAPPING_EFFECTS)[number]["id"];
