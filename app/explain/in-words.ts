import { visibleText } from "../../modules/properties/visible-text";
import { effectsOf } from "./effects";
import { isPlan } from "../../pipeline/terraform/plan";

/**
 * Describes the effects of a plan on records, one sentence each, the worst first. Addresses and names
 * in a plan may hold anything, so control characters are spelled out.
 *
 * @param plan what `terraform show -json <plan file>` prints, parsed
 * @throws if it is not a plan
 */
export function inWords(plan: unknown): string[] {
  if (!isPlan(plan)) {
    throw new Error(
      "the input must be Terraform's plan as JSON; write it with 'terraform plan -out=plan' and 'terraform show -json plan'",
    );
  }
  return effectsOf(plan).map(({ address, sentence }) =>
    visibleText(`${sentence} (${address})`.replaceAll("\n", "\\n")),
  );
}
