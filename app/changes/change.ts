import type { CrossAccountConsumerProps, ProducerStreamProps } from "../../modules";
import type { EffectId } from "./effects";

/** What becomes of records when a change is applied. */
export const OUTCOMES = {
  delivered: "all are delivered, none again",
  replayed: "all are delivered; everything retained is delivered again",
  "replayed from the time given":
    "all are delivered; those put since `startingPositionTimestamp` are delivered again",
  waiting: "they wait in the stream, and are delivered once the mapping reads again",
  filtered: "only those that match are delivered",
  unreadable: "those put before cannot be read any more",
  lost: "those that were not read yet are lost",
  ended: "none is delivered any more",
  expired: "those older than the new retention are lost, the others are delivered",
  refused: "the change is refused",
} as const;

export type Outcome = keyof typeof OUTCOMES;
export type Action = "create" | "update" | "replace" | "delete";

/** One change of a program or of settings, what Terraform does, and what becomes of records. */
export interface Change {
  /** In Markdown, from and to. */
  readonly change: string;
  /** The properties that it is about; none if the program's structure changes. */
  readonly properties?: readonly (keyof CrossAccountConsumerProps | keyof ProducerStreamProps)[];
  /** What Terraform does to the construct's resources; resources that are not named stay as they are. */
  readonly plan: Readonly<Record<string, Action>>;
  readonly records: Outcome;
  /** What the library or the app does about it, or what to do. */
  readonly remark: string;
  /** The sentences that `npm run plan` prints about it. */
  readonly effects: readonly EffectId[];
}
