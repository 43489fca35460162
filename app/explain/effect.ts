/** What happens to records; the worst first. */
export const EFFECTS_ON = ["lost", "unreadable", "replayed", "refused", "waiting", "kept"] as const;

/**
 * Effect on records. `lost`: some are never delivered or reported, or a way to them is lost.
 * `unreadable`: a reader may not decrypt them. `replayed`: some are delivered again. `refused`: AWS
 * refuses a part of the plan. `waiting`: they wait in the stream. `kept`: none of these.
 */
export type EffectOn = (typeof EFFECTS_ON)[number];

/** Whom or what a sentence is about. */
export interface Subject {
  readonly kind:
    | "reader"
    | "writer"
    | "principal"
    | "stream"
    | "registered consumer"
    | "function"
    | "mapping"
    | "queue"
    | "log group"
    | "key"
    | "topic";
  /** Name of the function, stream, queue, log group or topic; ARN of a principal; ID of a key. */
  readonly name: string;
  /** ARN of the function of a reader, else of the thing itself; undefined if only the apply tells it. */
  readonly arn?: string | undefined;
  /** ARN of the stream that a reader reads or a principal uses; undefined if only the apply tells it. */
  readonly stream?: string | undefined;
}

/** Every effect that a plan can have, in general, for docs/changes.md. */
export const MEANINGS = {
  "stream-destroyed":
    "A stream is destroyed, or replaced because of its name: the records in it are lost.",
  "retention-shortened": "A stream keeps records for a shorter time: older ones are lost.",
  "mapping-skips":
    "A mapping that starts at LATEST or at a time to come is created again: the function misses what it has not read by then.",
  "destination-removed": "Records that Lambda gives up on are no longer reported.",
  "reports-denied": "A role may no longer report to the on-failure destination.",
  "queue-destroyed":
    "A failure queue is deleted: the reports in it are lost, and with them the way to the records they name.",
  "writer-denied":
    "A policy of a stream or its key no longer allows a writer to put records, which it then cannot deliver.",
  "key-deleted":
    "A key is scheduled for deletion: what was encrypted with it becomes unreadable at once, until the deletion is cancelled.",
  "key-vanished":
    "A key is scheduled for deletion or gone, and the plan creates another one: what was encrypted with the old key can no longer be read. The deletion can be cancelled instead.",
  "key-access-lost":
    "A reader may no longer use the key that encrypts the stream, or the one that did until now: those records become unreadable for it.",
  "key-removed":
    "A reader may no longer use a key, for example since it was taken out of `previousKmsKeyArns`: records that were encrypted with it and are still retained become unreadable for it.",
  "mapping-replaced":
    "A mapping is created again and starts at its starting position: records are delivered a second time.",
  "mapping-refused":
    "A function would have two mappings for one source, for example since the new one is created before the old one is deleted: AWS refuses the second.",
  "stream-exists": "A stream is to be created that exists already, since readers read it.",
  "shards-refused": "The number of shards changes by more than AWS does in one step.",
  "mapping-paused":
    "A mapping is disabled: records wait, and are lost once they are older than the retention.",
  "mapping-replaced-waiting":
    "A mapping is created again, and does not read yet, since it is disabled or has no access: once it reads, it starts at its starting position.",
  "function-stopped": "A function gets a reserved concurrency of 0, so that it never runs.",
  "reader-denied":
    "A function may no longer read: policies no longer allow it, or its role or registered consumer is gone.",
  "principal-denied":
    "A policy of a stream, a registered consumer or a key no longer allows somebody else to read.",
  "consumer-destroyed":
    "A registered consumer is deregistered through which functions read that this state does not have.",
  "mapping-created":
    "A new mapping reads a stream that exists: its function first receives what is retained.",
  "mapping-moved": "A mapping reads another stream from now on.",
  "mapping-handed-over": "A mapping invokes another function from now on, from the same position.",
  "mapping-destroyed":
    "A mapping is removed: its function receives no more records, which stay in the stream for others.",
  "mapping-resumed": "A mapping is enabled: it continues where it stopped.",
  "function-started": "A function that had a reserved concurrency of 0 may run again.",
  "reader-allowed": "A function that could not read may read again: it continues where it stopped.",
  "boundary-set":
    "A role gets a permissions boundary whose policy the plan does not show: unless it allows what the function needs, records wait.",
  "function-replaced": "A function is replaced: its records wait until the new one exists.",
  "filter-changed": "The filters change which records are delivered from now on.",
  "gives-up-earlier":
    "Lambda gives up on records after fewer attempts or a shorter time, and reports them to the on-failure destination; without one they are lost.",
  "destination-changed":
    "Failures are reported to another destination from now on; no report is lost.",
  "key-changed":
    "A stream is encrypted with another key, or not any more, from now on; old records keep the old key.",
  "encryption-off": "Records put from now on are stored unencrypted.",
  "encryption-on": "Records put from now on are encrypted; those put before stay as they are.",
  "shards-changed": "A stream is resharded: records stay in order per partition key.",
  "log-group-destroyed": "A log group is deleted with the logs in it.",
  "logs-denied": "A role may no longer write the logs of its function.",
  "topic-destroyed": "A topic is deleted with the subscriptions to it.",
  vanished:
    "Terraform did not find resources, and creates them again: they were deleted by hand, the state is an older copy, or the provider looks in another account or Region.",
  forgotten: "Terraform leaves a mapping or a stream in AWS and no longer manages it.",
} as const;

export type EffectId = keyof typeof MEANINGS;

/** A consequence of a plan for one reader, writer, other principal or store of records. */
export interface Effect {
  readonly id: EffectId;
  readonly records: EffectOn;
  readonly about: Subject;
  readonly sentence: string;
  /** Terraform's address of the resource that causes it. */
  readonly address: string;
}
