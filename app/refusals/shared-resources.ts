import { type Plan, type ResourceChange, resourcesInState } from "../../pipeline/terraform/plan";
import { NAMED_RESOURCES } from "./named-resources";
import { arnOf } from "./place";
import type { Refusal, TerraformLine } from "./refusal";

const isDelete = ({ change }: ResourceChange): boolean => change.actions.includes("delete");

/**
 * Resources that a plan destroys although another address of the state, or the same address for its
 * current object, goes on using them: AWS answered the creation of a queue with an existing one.
 */
export function sharedResourceRefusals(plan: Plan, terraform: TerraformLine): Refusal[] {
  const deleted = (plan.resource_changes ?? []).filter(isDelete);
  const gone = new Set(
    deleted.filter(({ deposed }) => deposed === undefined).map(({ address }) => address),
  );
  const kept = resourcesInState(plan).filter(({ address }) => !gone.has(address));
  return deleted.flatMap(({ address, type, deposed, change }) => {
    const arn = arnOf(change.before);
    const user = kept.find((one) => one.type === type && arnOf(one.values) === arn);
    if (!(type in NAMED_RESOURCES) || arn === undefined || !user) {
      return [];
    }
    const id = user.values.id;
    return {
      sentence: `the plan destroys ${arn} (${address}${deposed === undefined ? "" : `, deposed ${deposed}`}), which ${user.address} goes on using`,
      advice: "take it out of the state, and plan again:",
      commands: [
        terraform("init"),
        terraform("state", "rm", address),
        ...(address === user.address ? [terraform("import", address, String(id))] : []),
      ],
    };
  });
}
