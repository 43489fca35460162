import { changesOf, inState, isStream, Plan } from "../../pipeline/terraform/plan";
import { number, Values } from "../../pipeline/terraform/resource";

/** Effect on records. */
export type EffectOn = "lost" | "unreadable" | "replayed" | "waiting" | "kept";

export interface Finding {
  /** The Terraform address of the resource that has the effect. */
  readonly address: string;
  readonly sentence: string;
  /** The effect on records in this case, if it differs from that of the Effect. */
  readonly records?: EffectOn;
}

/** An effect that a plan can have on records. */
export interface Effect {
  readonly id: string;
  readonly records: EffectOn;
  /** A general description for docs/changes.md. */
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
