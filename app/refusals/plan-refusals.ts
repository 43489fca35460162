import type { Plan } from "../../pipeline/terraform/plan";
import { functionInUseRefusals } from "./functions-in-use";
import type { Refusal, TerraformLine } from "./refusal";
import { sharedResourceRefusals } from "./shared-resources";
import { streamImportRefusals } from "./streams-to-import";
import { takenNameRefusals } from "./taken-names";

/** Reasons not to apply a plan that the plan itself shows. */
export const planRefusals = (plan: Plan, terraform: TerraformLine): Refusal[] => [
  ...takenNameRefusals(plan, terraform),
  ...functionInUseRefusals(plan, terraform),
  ...streamImportRefusals(plan, terraform),
  ...sharedResourceRefusals(plan, terraform),
];
