import { Policy, Statement } from "./policies";

/** A policy with one change, and the effect that the change must have on the allowed set. */
export interface Change {
  readonly name: string;
  readonly policy: Policy;
  readonly changed: Policy;
}

/** Removes each statement, and each action and principal of each statement. */
export const removals = (policies: readonly Policy[]): Change[] =>
  ofStatements(policies, (statement) => [
    ["the statement", []],
    ...listed(statement.Action).map((action): Variant => {
      const Action = without(statement.Action, action);
      return [action, Action.length > 0 ? [{ ...statement, Action }] : []];
    }),
    ...principalsOf(statement).map(([type, principal]): Variant => {
      const left = without(statement.Principal?.[type], principal);
      const Principal = { ...statement.Principal, [type]: left };
      return [principal, left.length > 0 ? [{ ...statement, Principal }] : []];
    }),
  ]);

/** Removes each condition. */
export const unconditioned = (policies: readonly Policy[]): Change[] =>
  ofStatements(policies, (statement) =>
    Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key): Variant => {
        const { [key]: _, ...others } = keys;
        const { [operator]: __, ...operators } = statement.Condition ?? {};
        const { Condition: ___, ...bare } = statement;
        const Condition =
          Object.keys(others).length > 0 ? { ...operators, [operator]: others } : operators;
        const conditioned = Object.keys(Condition).length > 0;
        return [key, [conditioned ? { ...bare, Condition } : bare]];
      }),
    ),
  );

/** Widens each action to its service, each role to its account, each resource to any and to a prefix. */
export const broadened = (policies: readonly Policy[]): Change[] =>
  ofStatements(policies, (statement, { kind }) => [
    ...listed(statement.Action)
      .filter((action) => !action.endsWith(":*"))
      .map((action): Variant => {
        const all = action.replace(/:.*/, ":*");
        const Action = [...without(statement.Action, action), all];
        return [`${action} as ${all}`, [{ ...statement, Action }]];
      }),
    ...principalsOf(statement)
      .filter(([, principal]) => principal.includes(":role/"))
      .map(([type, principal]): Variant => {
        const root = principal.replace(/:role\/.*/, ":root");
        const others = without(statement.Principal?.[type], principal);
        const Principal = { [type]: [...others, root] };
        return [`${principal} as ${root}`, [{ ...statement, Principal }]];
      }),
    // In a resource's own policy, the element always means that resource.
    ...listed(kind === "identity" ? statement.Resource : []).flatMap((resource) =>
      ["*", resource.replace(/([:/]\*)?$/, "*")]
        // No key's ARN is a prefix of another key's ARN.
        .filter((wider) => wider === "*" || !resource.includes(":key/"))
        .map((wider): Variant => [`${resource} as ${wider}`, [{ ...statement, Resource: wider }]]),
    ),
  ]);

type Variant = readonly [string, readonly Statement[]];

const ofStatements = (
  policies: readonly Policy[],
  variantsOf: (statement: Statement, policy: Policy) => readonly Variant[],
): Change[] =>
  policies.flatMap((policy) =>
    policy.statements.flatMap((statement, at) =>
      variantsOf(statement, policy).map(([what, instead]) => ({
        name: `${policy.name} ${statement.Sid ?? at}: ${what}`,
        policy,
        changed: {
          ...policy,
          statements: policy.statements.flatMap((one, index) => (index === at ? instead : [one])),
        },
      })),
    ),
  );

const listed = (value: string | readonly string[] = []): readonly string[] =>
  typeof value === "string" ? [value] : value;

const without = (value: string | readonly string[] | undefined, one: string): string[] =>
  listed(value).filter((other) => other !== one);

const principalsOf = (statement: Statement): (readonly [string, string])[] =>
  Object.entries(statement.Principal ?? {}).flatMap(([type, principals]) =>
    listed(principals).map((principal) => [type, principal] as const),
  );
