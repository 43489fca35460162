import { partitionOf } from "../arn";
import { isPlainObject, listOf } from "../values";
import { resolved, type Element } from "./expressions";
import { placeOfResource, placesOf, providerKeysOf } from "./places";
import { resourcesInState, type Expression, type Plan, type ResourceChange } from "./plan";
import { References } from "./references";
import { blocks, text, type Resource, type Values } from "./resource";
import { resourcesOfState, type PlacedResource, type Resources } from "./resources";

/** The resources around a plan, and what it does with each. */
export interface Comparison {
  readonly plan: Plan;
  /** Those in the prior state, and those that Terraform found to be gone. */
  readonly before: Resources;
  /** Those that exist once the plan is applied. What only the apply tells is an expression. */
  readonly after: Resources;
  /** The change of a resource, by its address after or before the plan. */
  readonly changeOf: (address: string) => ResourceChange | undefined;
  /** Addresses of resources that the state has, and that Terraform did not find. */
  readonly vanished: ReadonlySet<string>;
  /** ARNs of roles that the plan creates under the ARN of one that is gone then. */
  readonly recreatedRoles: ReadonlySet<string>;
}

export function comparisonOf(plan: Plan): Comparison {
  const changes = (plan.resource_changes ?? []).filter(
    ({ mode, deposed }) => mode !== "data" && deposed === undefined,
  );
  const byAddress = new Map([
    ...changes.map((one) => [one.previous_address ?? one.address, one] as const),
    ...changes.map((one) => [one.address, one] as const),
  ]);
  const changeOf = (address: string) => byAddress.get(address);
  const state = resourcesInState(plan);
  const inState = new Set(state.map(({ address }) => address));
  const vanished = (plan.resource_drift ?? []).filter(
    ({ address, mode, change }) =>
      mode !== "data" && change.actions.join() === "delete" && !inState.has(address),
  );
  const before = resourcesOfState([...state, ...vanished.map(asResource)]);
  const elements = plannedElements(plan, changes, state);
  const after = resolved(elements);
  const recreatedRoles = rolesCreatedAgain(before, after, changeOf);
  return {
    ...{ plan, before, changeOf, recreatedRoles },
    after:
      recreatedRoles.size === 0
        ? after
        : resolved(withoutOldRoles(elements, after, recreatedRoles, changeOf)),
    vanished: new Set(vanished.map(({ address }) => address)),
  };
}

function rolesCreatedAgain(
  before: Resources,
  after: Resources,
  changeOf: Comparison["changeOf"],
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
function withoutOldRoles(
  elements: ReadonlyMap<string, Element>,
  { all, referredTo }: Resources,
  recreated: ReadonlySet<string>,
  changeOf: Comparison["changeOf"],
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

const asResource = ({ address, type, name = "", change }: ResourceChange): Resource => ({
  ...{ address, type, name },
  values: change.before ?? {},
  dependsOn: [],
});

/** Everything that exists after the plan: what it does not name, as with `-target`, stays. */
function plannedElements(
  plan: Plan,
  changes: readonly ResourceChange[],
  state: readonly Resource[],
): Map<string, Element> {
  const references = new References(plan);
  const placeOf = placesOf(plan);
  const keyOf = providerKeysOf(plan);
  const inState = new Map(state.map((one) => [one.address, one]));
  const named = new Set(
    changes.flatMap(({ address, previous_address: old }) => [address, old ?? address]),
  );
  const elementOf = (
    { address, type, name = "", dependsOn }: Omit<Resource, "values" | "name"> & { name?: string },
    values: Values,
    old: Values | null,
  ): [string, Element] => {
    const place = placeOfResource(values) ?? placeOfResource(old) ?? placeOf(address);
    const known = placeOf(address);
    const region = place?.region || known?.region || "";
    return [
      address,
      {
        ...{ type, name, values, dependsOn },
        place: {
          account: place?.account ?? keyOf(address) ?? "unknown",
          region,
          partition: place?.partition ?? partitionOf(region),
        },
      },
    ];
  };
  return new Map([
    ...state
      .filter(({ address }) => !named.has(address))
      .map((one) => elementOf(one, one.values, null)),
    ...changes.flatMap((one) => {
      const { address, previous_address: previous, type, name, change } = one;
      const isForgotten = change.actions.join() === "forget";
      const planned = isForgotten ? change.before : plannedValues(one, references);
      if (planned === null) {
        return [];
      }
      const dependsOn = inState.get(previous ?? address)?.dependsOn ?? [];
      // A provider that looks elsewhere than the state's resources does not find them.
      const old = change.actions.join() === "create" ? null : change.before;
      const values = type === "aws_iam_role" ? withoutManagedPolicies(planned, state) : planned;
      return [elementOf({ address, type, name, dependsOn }, values, old)];
    }),
  ]);
}

/**
 * A role without the policies that other resources of the state give it: the provider repeats them in
 * the role as they were before the plan.
 */
function withoutManagedPolicies(role: Values, state: readonly Resource[]): Values {
  const own = state.filter(
    ({ type, values }) =>
      /^aws_iam_role_policy(_attachment)?$/.test(type) && values.role === role.name,
  );
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

/** What AWS alone decides, which may follow from other arguments. */
const COMPUTED = /^(arn|function_arn|unique_id|inline_policy|managed_policy_arns)$/;

function plannedValues(
  { address, change: { before, after, after_unknown: unknown } }: ResourceChange,
  references: References,
): Values | null {
  if (after === null) {
    return null;
  }
  const expressions = references.expressionsOf(address) as Expression | undefined;
  return filled(after, unknown, expressions, (expression, path) => {
    if (COMPUTED.test(path)) {
      return undefined;
    }
    // A plan does not tell what a local value refers to: the mapping probably stays where it is.
    const old = /^(event_source_arn|function_name)$/.test(path) ? text(before, path) : undefined;
    return references.textOf(expression, address) ?? old ?? `\${${address}.${path}}`;
  }) as Values;
}

/** A value with expressions in place of what is known only after the apply. */
function filled(
  value: unknown,
  unknown: unknown,
  expression: Expression | undefined,
  textOf: (expression: Expression | undefined, path: string) => string | undefined,
  path = "",
): unknown {
  if (unknown === true) {
    return textOf(expression, path);
  }
  if (Array.isArray(unknown)) {
    const values = (value ?? []) as readonly unknown[];
    return Array.from({ length: Math.max(values.length, unknown.length) }, (_, index) =>
      filled(
        values[index],
        unknown[index],
        Array.isArray(expression) ? expression[index] : expression,
        textOf,
        `${path}[${index}]`,
      ),
    );
  }
  if (isPlainObject(unknown)) {
    const inner = Object.keys(unknown).map((key) => [
      key,
      filled(
        (value as Values | undefined)?.[key],
        unknown[key],
        (expression as Readonly<Record<string, Expression>> | undefined)?.[key],
        textOf,
        path === "" ? key : `${path}.${key}`,
      ),
    ]);
    return { ...(value as Values | undefined), ...Object.fromEntries(inner) };
  }
  return value;
}
