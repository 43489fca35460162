import type { ChangeId } from "../../../app/changes/table";

/** The round and the construct in which each change is tested. */
export interface Proof {
  /** `planned`: after the last round, without being applied. `elsewhere`: in app/deploy.test.ts. */
  readonly round: number | "planned" | "elsewhere";
  readonly construct: string;
  /** The consumer and the round that show the effect on records; by default those of the change. */
  readonly seenBy?: { readonly consumer: string; readonly round: number };
}

const stream = (id: string, round: number, seenBy?: Proof["seenBy"]): Proof => ({
  round,
  construct: `streams-${id}_stream`,
  seenBy: seenBy ?? { consumer: id, round },
});
const consumer = (id: string, round: number): Proof => ({ round, construct: id });

export const PROOFS: Record<ChangeId, Proof> = {
  "stream-settings": stream("capacity", 1),
  "created-key-settings": { round: "planned", construct: "streams-renamed_stream" },
  "more-shards": stream("capacity", 1),
  "retention-shortened": stream("capacity", 2),
  "on-demand": stream("capacity", 2),
  provisioned: stream("reserved", 1),
  "too-few-shards": { round: "planned", construct: "streams-shrunk_stream" },
  "encryption-on": stream("encryption", 1),
  "encryption-off": stream("encryption", 2),
  "key-given-first": stream("plain", 1),
  "key-taken": stream("plain", 2),
  "retained-key-removed": stream("retained", 1),
  "key-given": stream("keys", 1),
  "key-exchanged": stream("keys", 2),
  "key-created": stream("given", 1),
  "key-abandoned": stream("abandoned", 1, { consumer: "abandoned", round: 2 }),
  "stream-renamed": stream("renamed", 1, { consumer: "renamed", round: 2 }),
  "stream-protected": { round: "elsewhere", construct: "" },
  "mapping-settings": consumer("settings", 1),
  start: consumer("settings", 1),
  "mapping-metrics": { round: "planned", construct: "neighbour" },
  "gives-up-earlier": consumer("settings", 2),
  "tumbling-window": consumer("tagged", 2),
  "function-settings": consumer("function", 1),
  "log-settings": consumer("function", 2),
  boundary: consumer("function", 2),
  tags: consumer("tagged", 1),
  tracing: consumer("replaced-2", 2),
  vpc: { round: "planned", construct: "filtered" },
  runtime: { round: "planned", construct: "fourth" },
  image: { round: "planned", construct: "keys" },
  "snap-start": { round: "planned", construct: "paused" },
  "alias-added": consumer("aliased", 1),
  "alias-removed": consumer("aliased", 2),
  "new-version": consumer("rollout", 1),
  "older-version": consumer("rollout", 2),
  permissions: consumer("function", 2),
  "environment-key": { round: "planned", construct: "aliased" },
  "log-format": { round: "planned", construct: "destination" },
  "existing-log-group": { round: "planned", construct: "tagged" },
  "function-renamed": consumer("names", 1),
  "role-renamed": consumer("names", 2),
  "kept-names-renewed": consumer("kept", 2),
  "consumer-renamed": consumer("registered", 1),
  "consumer-replaced": consumer("replaced-2", 1),
  "read-mode": consumer("mode", 1),
  "read-mode-from-a-time": consumer("mode", 2),
  "replayed-on-purpose": consumer("replay", 2),
  "filters-added": consumer("filtered", 1),
  "filters-encrypted": { round: "planned", construct: "swapped" },
  "filters-removed": consumer("filtered", 2),
  paused: consumer("paused", 1),
  resumed: consumer("paused", 2),
  "destination-changed": consumer("destination", 1),
  "destination-removed": consumer("destination", 2),
  "destination-created": consumer("reporting", 1),
  "destination-encrypted": consumer("reporting", 2),
  "to-existing-function": consumer("swapped", 1),
  "to-created-function": consumer("swapped", 2),
  added: consumer("later", 1),
  removed: consumer("later", 2),
  "function-that-fails": consumer("broken", 1),
  moved: { round: "planned", construct: "replay" },
};

/** The consumer and round that show the effect on records; undefined for changes that are only planned. */
export function seenBy({ round, construct, ...proof }: Proof): {
  consumer?: string;
  round: Proof["round"];
} {
  if (proof.seenBy) {
    return proof.seenBy;
  }
  return { consumer: typeof round === "number" ? construct : undefined, round };
}
