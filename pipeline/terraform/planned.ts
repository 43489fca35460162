import { partitionOf } from "../arn";
import { groupBy, isPlainObject } from "../values";
import { resolved, type Element } from "./expressions";
import { placeOfResource, placesOf, providerKeysOf } from "./places";
import { resourcesInState, type Expression, type Plan, type ResourceChange } from "./plan";
import { References } from "./references";
import { rolesCreatedAgain, withoutManagedPolicies, withoutOldRoles } from "./planned-roles";
import { text, type Resource, type Values } from "./resource";
import { resourcesOfState, type Resources } from "./resources";

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
  const policies = groupBy(
    state.filter(({ type }) => /^aws_iam_role_policy(_attachment)?$/.test(type)),
    ({ values }) => values.role,
  );
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
    // The ARN of a role has no Region.
    const region = [place?.region, known?.region].find(Boolean) ?? "";
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
      if (!planned) {
        return [];
      }
      const dependsOn = inState.get(previous ?? address)?.dependsOn ?? [];
      // A provider that looks elsewhere than the state's resources does not find them.
      const old = change.actions.join() === "create" ? null : change.before;
      const values =
        type === "aws_iam_role"
          ? withoutManagedPolicies(planned, policies.get(planned.name) ?? [])
          : planned;
      return [elementOf({ address, type, name, dependsOn }, values, old)];
    }),
  ]);
}

/** What AWS alone decides, which may follow from other arguments. */
const COMPUTED = /^(arn|function_arn|unique_id|inline_policy|managed_policy_arns)$/;

function plannedValues(
  { address, change: { before, after, after_unknown: unknown } }: ResourceChange,
  references: References,
): Values | null {
  if (!after) {
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

const isList = (expression: Expression | undefined): expression is readonly Expression[] =>
  Array.isArray(expression);

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
        isList(expression) ? expression[index] : expression,
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
