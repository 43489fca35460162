/** What happens to records; the worst first. */
export const EFFECTS_ON = [
  "lost",
  "unreadable",
  "replayed",
  "refused",
  "waiting",
  "kept",
] as const;

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

/** A consequence of a plan for one reader, writer, other principal or store of records. */
export interface Effect {
  readonly id: string;
  readonly records: EffectOn;
  readonly about: Subject;
  readonly sentence: string;
  /** Terraform's address of the resource that causes it. */
  readonly address: string;
}
