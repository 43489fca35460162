import { parseArn, functionNameIn } from "../../pipeline/arn";
import { functionOf, mappings } from "../changes/mappings";
import { constructOf } from "../changes/construct-of";
import {
  changesOf,
  isDestroyed,
  isRemoved,
  type Plan,
  type ResourceChange,
  resourcesInState,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import { placesOf } from "./place";
import type { Refusal, TerraformLine } from "./refusal";

/** What a consumer owns beside its function: it goes also if the function stays in AWS. */
const NOT_OF_THE_FUNCTION =
  /_(mapping|consumer|consumer-policy|on-failure-queue|role-policy)_[0-9A-F]{8}$/;

/** True if a mapping invokes a function after the plan is applied. */
function invokes(plan: Plan, mapping: ResourceChange, arn: string): boolean {
  const invoked = text(mapping.change.after, "function_name");
  if (invoked === undefined) {
    return false;
  }
  if (invoked.startsWith("arn:")) {
    return invoked === arn || invoked.startsWith(`${arn}:`);
  }
  const place = placesOf(plan)(mapping.address);
  const { account, region } = parseArn(arn);
  return (
    functionNameIn(invoked) === functionNameIn(arn) &&
    (place === undefined || (place.account === account && place.region === region))
  );
}

/** Functions that a plan destroys although a mapping goes on invoking them. */
export function functionInUseRefusals(plan: Plan, terraform: TerraformLine): Refusal[] {
  const created = changesOf(plan, "aws_lambda_function")
    .filter(({ change }) => change.actions.includes("create"))
    .map(({ change }) => text(change.after, "function_name"));
  return changesOf(plan, "aws_lambda_function")
    .filter(isDestroyed)
    .flatMap((destroyed): Refusal[] => {
      const { address, change } = destroyed;
      const [arn = "", name = ""] = [
        text(change.before, "arn"),
        text(change.before, "function_name"),
      ];
      const users = mappings(plan).filter(
        (mapping) => mapping.change.after !== null && invokes(plan, mapping, arn),
      );
      // A function that is created under the same name has a refusal of its own.
      if (users.length === 0 || arn === "" || created.includes(name)) {
        return [];
      }
      const sentence = `the plan destroys function ${name} (${address}), which ${users.map((one) => one.address).join(", ")} goes on invoking: the records for ${functionOf(plan, destroyed)} would wait until they expire`;
      return isRemoved(destroyed)
        ? [
            {
              sentence,
              advice:
                "if the function shall stay, take what belongs to it out of the state, and plan again (it stays in AWS, unmanaged):",
              commands: [
                terraform("init"),
                ...partsOf(plan, address).map((part) => terraform("state", "rm", part)),
              ],
            },
          ]
        : [{ sentence, advice: "name the function as it is called after the plan" }];
    });
}

/** The function, and the resources of its construct that it needs to run. */
function partsOf(plan: Plan, address: string): string[] {
  const inState = new Set(resourcesInState(plan).map((one) => one.address));
  return (plan.resource_changes ?? [])
    .filter(isRemoved)
    .map((one) => one.address)
    .filter((one) => constructOf(one) === constructOf(address) && inState.has(one))
    .filter((one) => !NOT_OF_THE_FUNCTION.test(one));
}
