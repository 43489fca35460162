import { valueOf } from "../../pipeline/fact";
import type { Comparison } from "../../pipeline/terraform/planned";
import { forcedBy, replacementReason } from "../../pipeline/terraform/plan";
import type { Effect } from "./effect";
import {
  aboutReader,
  addressesOf,
  isEnabled,
  mayRun,
  retentionOf,
  type Reader,
  type ReaderPair,
  type Readers,
} from "./readers";

const HOUR_MILLISECONDS = 3_600_000;

/** Where a mapping starts to read. */
interface Start {
  /** What it delivers from there. */
  readonly records: string;
  readonly note?: string;
  /** Why it does not deliver what it has not read yet; undefined if it does. */
  readonly skips?: string;
}

function startOf(reader: Reader, { plan }: Comparison): Start {
  const { mapping, stream } = reader.examined.pipeline;
  const { StartingPosition: position, StartingPositionTimestamp: time } =
    valueOf(mapping.configuration) ?? {};
  const everything = `everything retained${retentionOf(reader)}`;
  if (position === "LATEST") {
    return { records: "what is put from then on", skips: "it starts at LATEST" };
  }
  if (position === undefined || position.startsWith("${")) {
    return { records: "everything since its starting position (known only at apply)" };
  }
  if (position !== "AT_TIMESTAMP" || !time) {
    return {
      records: position === "AT_TIMESTAMP" ? "everything since the time given" : everything,
    };
  }
  const now = Date.parse(plan.timestamp ?? "") || Date.now();
  const hours = valueOf(stream.summary)?.RetentionPeriodHours;
  const since = time.toISOString().replace(".000Z", "Z");
  if (time.getTime() > now) {
    return { records: `what is put from ${since} on`, skips: `it starts at ${since}` };
  }
  return hours !== undefined && time.getTime() < now - hours * HOUR_MILLISECONDS
    ? { records: everything, note: `, since ${since} is longer ago` }
    : { records: `everything since ${since}` };
}

/** What a reader lacks to receive records; undefined if nothing that is known. */
function obstacleTo(reader: Reader): string | undefined {
  if (!isEnabled(reader)) {
    return "its mapping is enabled";
  }
  if (!mayRun(reader)) {
    return "its reserved concurrency is more than 0";
  }
  const denied = reader.denials.find(({ to }) => to === "read" || to === "decrypt");
  return denied && "it has access";
}

/** What a mapping that starts delivers first. */
function firstDelivery(reader: Reader, comparison: Comparison, again = ""): string {
  const { records, note = "" } = startOf(reader, comparison);
  const obstacle = obstacleTo(reader);
  return obstacle === undefined
    ? `it receives ${records}${again}${note}`
    : `it receives nothing until ${obstacle}, and then ${records}${again}${note}`;
}

/** Why a reader has another mapping than before, as the beginning of a sentence. */
function newMapping({ before, after }: ReaderPair, comparison: Comparison): string {
  const { change } = after;
  const name = before.name === after.name ? after.name : `${after.name} (until now ${before.name})`;
  if (comparison.vanished.has(before.address)) {
    return `creates the mapping of function ${name} again, which was deleted outside Terraform, or since this state was written`;
  }
  if (!addressesOf(after).includes(before.address)) {
    return `creates another mapping of function ${name} instead of ${before.address} (a 'moved' block would keep it)`;
  }
  const reason =
    (change && replacementReason(change)) ??
    (change && !forcedBy(change).includes("event_source_arn")
      ? "since AWS cannot change it"
      : before.examined.pipeline.consumer && after.examined.pipeline.consumer
        ? "since its registered consumer is replaced"
        : "since its event source changes");
  return `replaces the mapping of function ${name} ${reason}`;
}

/** A reader whose mapping starts again. */
export function restarts(
  { pairs, all }: Readers,
  comparison: Comparison,
  emptyStreams: ReadonlySet<string>,
): Effect[] {
  return pairs
    .filter(({ isSameMapping, after }) => !isSameMapping && !emptyStreams.has(after.streamArn))
    .map((pair): Effect => {
      const { before, after } = pair;
      const { address } = after;
      const about = aboutReader(after);
      const { change } = after;
      const source = ({ examined: { pipeline } }: Reader) => pipeline.mapping.sourceArn;
      const isTwice =
        change?.change.actions.join() === "create,delete" && source(before) === source(after);
      if (isTwice) {
        return {
          ...{ id: "mapping-refused", records: "refused", about, address },
          sentence: `creates the mapping of function ${after.name} before it deletes the old one, which AWS refuses, since both read the same source: take 'create_before_destroy' out`,
        };
      }
      const begin = newMapping(pair, comparison);
      const { skips } = startOf(after, comparison);
      if (skips !== undefined) {
        return {
          ...{ id: "mapping-skips", records: "lost", about, address },
          sentence: `${begin}: ${skips}, so records of stream ${after.streamName} that it has not read by then are not delivered`,
        };
      }
      const isWaiting = obstacleTo(after) !== undefined;
      return {
        id: isWaiting ? "mapping-replaced-waiting" : "mapping-replaced",
        records: isWaiting ? "waiting" : "replayed",
        ...{ about, address },
        sentence: `${begin}: ${firstDelivery(after, comparison, " again")}`,
      };
    })
    .concat(duplicates(all.after, comparison));
}

/** Two mappings of one function for one source. */
function duplicates(after: readonly Reader[], { changeOf }: Comparison): Effect[] {
  const first = new Map<string, Reader>();
  return after.flatMap((reader) => {
    const source = `${reader.key} ${reader.examined.pipeline.mapping.sourceArn}`;
    const other = first.get(source);
    first.set(source, other ?? reader);
    const isNew = changeOf(reader.address)?.change.actions.includes("create") === true;
    return other && (isNew || changeOf(other.address)?.change.actions.join() !== "no-op")
      ? [
          {
            id: "mapping-refused",
            records: "refused" as const,
            about: aboutReader(reader),
            sentence: `gives function ${reader.name} a second mapping for ${reader.examined.pipeline.mapping.sourceArn} beside ${other.address}, which AWS refuses`,
            address: reader.address,
          },
        ]
      : [];
  });
}

/** Readers that begin, end, or leave their position to another one. */
export function beginningsAndEnds(
  { begun, ended }: Readers,
  comparison: Comparison,
  streams: { readonly destroyed: ReadonlySet<string>; readonly created: ReadonlySet<string> },
): Effect[] {
  const { changeOf, vanished } = comparison;
  const predecessorOf = (reader: Reader): Reader | undefined =>
    ended.find(({ address }) => addressesOf(reader).includes(address));
  const told = new Set<Reader>();
  const beginnings = begun.flatMap((reader): Effect[] => {
    const { name, streamName, address } = reader;
    const old = predecessorOf(reader);
    const about = aboutReader(reader);
    const isKept = changeOf(address)?.change.actions.includes("create") !== true;
    if (old && isKept && old.streamArn === reader.streamArn) {
      told.add(old);
      return [
        {
          ...{ id: "mapping-handed-over", records: "kept" as const, address },
          about: aboutReader(old),
          sentence: `hands the records of stream ${streamName} over from function ${old.name} to function ${name}, which continues where it stopped`,
        },
      ];
    }
    const isEmpty = streams.created.has(reader.streamArn);
    if (old?.name === name && !vanished.has(old.address)) {
      told.add(old);
      const next = isEmpty
        ? "those of a stream created by this plan"
        : `${startOf(reader, comparison).records} of stream ${streamName}`;
      return streams.destroyed.has(old.streamArn)
        ? []
        : [
            {
              ...{ id: "mapping-moved", records: "kept" as const, about, address },
              sentence: `${newMapping({ before: old, after: reader, isSameMapping: false }, comparison)}: it receives no more records of stream ${old.streamName}, but ${next}`,
            },
          ];
    }
    return isEmpty
      ? []
      : [
          {
            ...{ id: "mapping-created", records: "kept" as const, about, address },
            sentence: `adds function ${name} to stream ${streamName}: ${firstDelivery(reader, comparison)}`,
          },
        ];
  });
  const ends = ended
    .filter((one) => !told.has(one) && !vanished.has(one.address))
    .filter(({ streamArn }) => !streams.destroyed.has(streamArn))
    .map((reader): Effect => ({
      id: "mapping-destroyed",
      records: "kept",
      about: aboutReader(reader),
      sentence: `removes function ${reader.name} from stream ${reader.streamName}: it receives no more records${renamed(reader, begun)}`,
      address: reader.address,
    }));
  return [...ends, ...beginnings];
}

/** Terraform sees a consumer whose construct id changes as a new one, even if it is only renamed. */
const renamed = (reader: Reader, begun: readonly Reader[]): string =>
  begun.some(({ streamArn }) => streamArn === reader.streamArn)
    ? "; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id"
    : "";
