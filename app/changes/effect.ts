import { changesOf, inState, isStream, number, Plan, Values } from "./plan";

/** What becomes of records. */
export type EffectOn = "lost" | "unreadable" | "replayed" | "waiting" | "kept";

export interface Finding {
  /** The Terraform address of what has the effect. */
  readonly address: string;
  readonly sentence: string;
  /** What becomes of records in this case, where it is not what the effect says in general. */
  readonly records?: EffectOn;
}

/** Something that a plan can do to records. */
export interface Effect {
  readonly id: string;
  readonly records: EffectOn;
  /** For docs/changes.md: what it means in general. */
  readonly meaning: string;
  readonly find: (plan: Plan) => Finding[];
}

/** " (24 h)", or nothing if the retention of a stream is not known. */
export function hours(stream: Values | null | undefined): string {
  const retention = number(stream ?? null, "retention_period");
  return retention === undefined ? "" : ` (${retention} h)`;
}

/** The retention of the stream with this ARN, as hours() writes it. */
export function retention(plan: Plan, streamArn: string | undefined): string {
  const planned = changesOf(plan, "aws_kinesis_stream").map(({ change }) => change.after);
  return hours(
    planned.find(isStream(streamArn)) ??
      inState(plan, "aws_kinesis_stream").find(isStream(streamArn)),
  );
}
