import * as path from "node:path";
import type { Plan } from "../../pipeline/terraform/plan";
import type { AccountLookups } from "./account-lookups";
import { deletedKeyRefusals } from "./deleted-keys";
import { existingNameRefusals } from "./existing-names";
import { planRefusals } from "./plan-refusals";
import { describeRefusals, terraformLine } from "./refusal";

export const REFUSED =
  "this plan is refused, since it would fail halfway or take away what is in use:";

interface PlanContext {
  readonly lookups: AccountLookups;
  /** The stack's directory in lines to type, three levels below the local states. */
  readonly stackDirectory: string;
  readonly print: (line: string) => void;
}

/**
 * Looks at what a plan would meet in the accounts, and prints it.
 *
 * @throws if the plan should not be applied, with every reason and what to type
 */
export async function checkPlan(
  plan: Plan,
  { lookups, stackDirectory, print }: PlanContext,
): Promise<void> {
  const terraform = terraformLine(path.relative(process.cwd(), stackDirectory) || ".");
  const own = planRefusals(plan, terraform);
  const states = path.resolve(stackDirectory, "..", "..", "..");
  const refusals =
    own.length > 0
      ? own
      : [
          ...(await deletedKeyRefusals(plan, lookups, terraform)),
          ...(await existingNameRefusals(plan, lookups, states, terraform, print)),
        ];
  if (refusals.length > 0) {
    throw new Error([REFUSED, ...describeRefusals(refusals)].join("\n"));
  }
}
