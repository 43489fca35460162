import { inWords } from "./in-words";
import type { Plan } from "../../pipeline/terraform/plan";
import { describePlan } from "../plan-and-apply";
import { REFUSED } from "../refusals/check-plan";
import { planRefusals } from "../refusals/plan-refusals";
import { describeRefusals, terraformLine } from "../refusals/refusal";

/**
 * Prints what any plan does to records, and why it would fail halfway or take away what is in use.
 *
 * @param plan what `terraform show -json <plan file>` prints, parsed
 * @throws if it is not a plan
 */
export function explain(plan: unknown, print: (line: string) => void) {
  describePlan(plan, print);
  const refusals = planRefusals(plan as Plan, terraformLine());
  if (refusals.length > 0) {
    [REFUSED, ...describeRefusals(refusals)].forEach(print);
  }
  return { sentences: inWords(plan), refusals };
}
