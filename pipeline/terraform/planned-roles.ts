import { listOf } from "../values";
import type { Element } from "./expressions";
import type { ResourceChange } from "./plan";
import { blocks, text, type Resource, type Values } from "./resource";
import type { PlacedResource, Resources } from "./resources";

type ChangeOf = (address: string) => ResourceChange | undefined;

/** ARNs of roles that a plan creates under the ARN of one that is gone then. */
export function rolesCreatedAgain(
  before: Resources,
  after: Resources,
  changeOf: ChangeOf,
): Set<string> {
  const arns = ({ all }: Resources) =>
    all.flatMap(({ type, address, values }) =>
      type === "aws_iam_role" && changeOf(address)?.change.actions.includes("create") === true
        ? [String(values.arn)]
        : [],
    );
  const old = new Set(arns(before));
  return new Set(arns(after).filter((arn) => old.has(arn)));
}

/**
 * A role that is created again has none of the policies that the plan does not put again, and a policy
 * that names it means the old one: AWS stores the ID of a principal.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function withoutOldRoles(
  elements: ReadonlyMap<string, Element>,
  { all, referredTo }: Resources,
  recreated: ReadonlySet<string>,
  changeOf: ChangeOf,
): Map<string, Element> {
  const isPutAgain = (address: string): boolean => {
    const actions = changeOf(address)?.change.actions.join() ?? "no-op";
    return actions !== "no-op";
  };
  const isLost = (one: PlacedResource): boolean =>
    /^aws_iam_role_policy(_attachment)?$/.test(one.type) &&
    !isPutAgain(one.address) &&
    recreated.has(String(referredTo(one.values.role, one)?.values.arn));
  const lost = new Set(all.filter(isLost).map(({ address }) => address));
  return new Map(
    [...elements]
      .filter(([address]) => !lost.has(address))
      .map(([address, element]): [string, Element] => {
        const policy = text(element.values, "policy");
        return policy === undefined || isPutAgain(address)
          ? [address, element]
          : [
              address,
              { ...element, values: { ...element.values, policy: outdated(policy, recreated) } },
            ];
      }),
  );
}

/** A policy whose principals do not match roles that were created after it was put. */
function outdated(policy: string, recreated: ReadonlySet<string>): string {
  return [...recreated].reduce(
    (json, arn) => json.replaceAll(JSON.stringify(arn), JSON.stringify(`${arn} (deleted)`)),
    policy,
  );
}

/**
 * A role without the policies that other resources of the state give it: the provider repeats them in
 * the role as they were before the plan.
 */
export function withoutManagedPolicies(role: Values, own: readonly Resource[]): Values {
  const names = own.map(({ values }) => values.name);
  const arns = own.map(({ values }) => values.policy_arn);
  return {
    ...role,
    inline_policy: blocks(role.inline_policy).filter(({ name }) => !names.includes(name)),
    managed_policy_arns: listOf(role.managed_policy_arns as string[] | undefined).filter(
      (arn) => !arns.includes(arn),
    ),
  };
}
