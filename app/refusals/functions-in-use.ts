import { parseArn, functionNameIn } from "../../pipeline/arn";
import {
  changesOf,
  isDestroyed,
  isRemoved,
  type Plan,
  type ResourceChange,
  resourcesInState,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import { resourcesOfState, type PlacedResource } from "../../pipeline/terraform/resources";
import { placesOf } from "../../pipeline/terraform/places";
import type { Refusal, TerraformLine } from "./refusal";

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
      const users = changesOf(plan, "aws_lambda_event_source_mapping").filter(
        (mapping) => mapping.change.after !== null && invokes(plan, mapping, arn),
      );
      // A function that is created under the same name has a refusal of its own.
      if (users.length === 0 || arn === "" || created.includes(name)) {
        return [];
      }
      const sentence = `the plan destroys function ${name} (${address}), which ${users.map((one) => one.address).join(", ")} goes on invoking: its records would wait until they expire`;
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

/** The function, and what it needs to run, if the plan removes it: its role with the policies, its log group. */
function partsOf(plan: Plan, address: string): string[] {
  const { all, referredTo } = resourcesOfState(resourcesInState(plan));
  const fn = all.find((one) => one.address === address);
  const role = referredTo(text(fn?.values, "role"), fn);
  const removed = new Set(
    (plan.resource_changes ?? []).filter(isRemoved).map((one) => one.address),
  );
  const isPart = (one: PlacedResource): boolean =>
    one === fn ||
    one === role ||
    (/^aws_(iam|cloudwatch_log_group)/.test(one.type) && fn?.dependsOn.includes(one.address)) ===
      true ||
    (one.type === "aws_lambda_alias" && referredTo(one.values.function_name, one) === fn);
  return all.filter((one) => removed.has(one.address) && isPart(one)).map((one) => one.address);
}
