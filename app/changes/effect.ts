import { Plan, text, Values } from "./plan";
import { changesOf, inState } from "./plan";

/** What becomes of records. */
export type EffectOn = "lost" | "unreadable" | "replayed" | "waiting" | "kept";

export interface Finding {
  /** The Terraform address of what has the effect. */
  readonly address: string;
  readonly sentence: string;
}

/** Something that a plan can do to records. */
export interface Effect {
  readonly id: string;
  readonly records: EffectOn;
  /** For docs/changes.md: what it means in general. */
  readonly meaning: string;
  readonly find: (plan: Plan) => Finding[];
}

const isNamed =
  (streamName: string | undefined) =>
  (values: Values | null): boolean =>
    text(values, "name") === streamName;

/** " (24 h)", or nothing if the plan does not say how long a stream keeps records. */
export function retention(plan: Plan, streamName: string | undefined): string {
  const streams = changesOf(plan, "aws_kinesis_stream").map(({ change }) => change.after);
  const values =
    streams.find(isNamed(streamName)) ??
    inState(plan, "aws_kinesis_stream").find(isNamed(streamName));
  const hours = values?.retention_period;
  return typeof hours === "number" ? ` (${hours} h)` : "";
}
