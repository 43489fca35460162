import type { CrossAccountConsumerProps, ProducerStreamProps } from "../../modules";
import type { EffectId } from "../explain/effect";

/** Effects of a change on records. */
export const OUTCOMES = {
  delivered: "all are delivered; none is delivered again",
  replayed: "all are delivered; everything retained is delivered again",
  "replayed from the time given":
    "all are delivered; those put since `startingPositionTimestamp` are delivered again",
  waiting: "they wait in the stream, and are delivered once the mapping reads again",
  filtered: "only records that match are delivered",
  unreadable: "records put before can no longer be read",
  lost: "records that were not read yet are lost",
  ended: "no more records are delivered",
  expired: "records older than the new retention are lost, the others are delivered",
  refused: "the change is refused",
} as const;

export type Outcome = keyof typeof OUTCOMES;
export type Action = "create" | "update" | "replace" | "delete";

/** One change of a program or of settings, with its plan and its effect on records. */
export interface Change {
  /** The change in Markdown, from the old to the new value. */
  readonly change: string;
  /** The properties that change; undefined if the program's structure changes. */
  readonly properties?: readonly (keyof CrossAccountConsumerProps | keyof ProducerStreamProps)[];
  /** Terraform's actions on the construct's resources; resources that are not named do not change. */
  readonly plan: Readonly<Record<string, Action>>;
  readonly records: Outcome;
  /** The handling of the change by the library or the app, or advice for the user. */
  readonly remark?: string;
  /** The sentences that `npm run plan` prints about it. */
  readonly effects?: readonly EffectId[];
}
