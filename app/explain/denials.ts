import { parseFunctionArn } from "../../pipeline/arn";
import { accessOf } from "../../pipeline/access";
import type { PipelineWithPolicies } from "../../pipeline/pipeline";
import type { Resources } from "../../pipeline/terraform/resources";

/** What a reader needs and certainly does not have, by what it is for. */
export interface Denial {
  readonly to: "read" | "decrypt" | "report" | "log";
  /** ARN of the resource. */
  readonly on: string;
  readonly why: string;
  /** The actions that are denied; none if the resource is gone. */
  readonly actions: readonly string[];
}

const SERVICES: Readonly<Record<string, Denial["to"]>> = {
  kinesis: "read",
  kms: "decrypt",
  logs: "log",
};

/** What the policies of both sides deny to the role of a reader. */
export const denials = (examined: PipelineWithPolicies): Denial[] =>
  accessOf(examined).flatMap(({ on, decisions }) => {
    const denied = decisions.filter(({ outcome }) => outcome === "denied");
    const [first] = denied;
    return first
      ? [
          {
            ...{ on, why: first.why },
            to: SERVICES[first.need.action.split(":")[0] ?? ""] ?? "report",
            actions: denied.map(({ need }) => need.action),
          },
        ]
      : [];
  });

/** Role, function and registered consumer of a reader, if they exist before a plan and not after it. */
export function goneNeeds(
  { pipeline }: PipelineWithPolicies,
  before: Resources,
  resources: Resources,
): Denial[] {
  const needed: readonly (readonly [what: string, arn: string | undefined])[] = [
    ["role", pipeline.role.arn],
    ["function", parseFunctionArn(pipeline.function.arn).unqualifiedArn],
    ["registered consumer", pipeline.consumer?.arn],
  ];
  return needed.flatMap(([what, arn]) =>
    arn !== undefined && before.referredTo(arn) && !resources.referredTo(arn)
      ? [{ to: "read", on: arn, why: `the plan deletes ${what} ${arn}`, actions: [] }]
      : [],
  );
}
