import { inWords } from "./in-words";
import { parsePlan } from "../../pipeline/terraform/parse-plan";
import { describePlan } from "../plan-and-apply";
import { REFUSED } from "../refusals/check-plan";
import { planRefusals } from "../refusals/plan-refusals";
import { describeRefusals, terraformLine } from "../refusals/refusal";

/**
 * Prints what any plan does to records, and why it would fail halfway or take away what is in use.
 *
 * @param json what `terraform show -json <plan file>` prints
 * @throws if it is not a plan
 */
export function explain(json: string, print: (line: string) => void) {
  const plan = parsePlan(json);
  describePlan(plan, print);
  const refusals = planRefusals(plan, terraformLine());
  if (refusals.length > 0) {
    [REFUSED, ...describeRefusals(refusals)].forEach(print);
  }
  return { sentences: inWords(plan), refusals };
}
