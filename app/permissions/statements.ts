import { Condition, Target } from "./context";

/** One statement of an identity policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Actions that are allowed on a target. */
export interface Grant {
  readonly target: Target;
  readonly actions: readonly string[];
}

interface Part {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly arns: readonly string[];
  readonly condition?: Condition;
}

/**
 * A few statements that allow exactly the grants: an action is allowed on the same resources and
 * under the same conditions as in the grants.
 */
export function statementsOf(grants: readonly Grant[]): Statement[] {
  const single = grants.flatMap(({ target: { sid, arns, condition }, actions }) =>
    actions.map((action) => ({ sid, arns, condition, actions: [action] })),
  );
  const byAction = merged(single, ({ sid, condition, actions }) => [sid, condition, actions]).map(
    (part) => ({ ...part, arns: uncovered(part.arns) }),
  );
  const byResources = merged(byAction, ({ sid, condition, arns }) => [sid, condition, arns]);
  const all = merged(byResources, ({ sid, condition, arns, actions }) => [
    sid,
    onlyKey(condition) ?? condition,
    arns,
    actions,
  ]);
  return all.map(({ sid, actions, arns, condition }, index) => {
    const isSame = (other: Part): boolean => other.sid === sid;
    const number = all.slice(0, index + 1).filter(isSame).length;
    return {
      Sid: all.filter(isSame).length > 1 ? `${sid}${number}` : sid,
      Effect: "Allow" as const,
      Action: actions,
      Resource: arns,
      ...(condition && { Condition: condition }),
    };
  });
}

/** Joins parts that differ in nothing but one list: what `keyOf` leaves out. */
function merged(parts: readonly Part[], keyOf: (part: Part) => readonly unknown[]): Part[] {
  const groups = new Map<string, Part>();
  for (const part of parts) {
    const key = JSON.stringify(keyOf(part));
    const known = groups.get(key) ?? part;
    groups.set(key, {
      ...part,
      actions: sorted([...known.actions, ...part.actions]),
      arns: sorted([...known.arns, ...part.arns]),
      condition: joined(known.condition, part.condition),
    });
  }
  return [...groups.values()];
}

/** Operator and key of a condition that has a single one, whose values are alternatives. */
export function onlyKey(condition: Condition | undefined): readonly string[] | undefined {
  const keys = Object.entries(condition ?? {}).flatMap(([operator, values]) =>
    Object.keys(values).map((key) => [operator, key]),
  );
  return keys.length === 1 ? keys[0] : undefined;
}

/** The values of both conditions, which have the same operators and keys. */
function joined(one: Condition | undefined, other: Condition | undefined): Condition | undefined {
  return (
    one &&
    Object.fromEntries(
      Object.entries(one).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [
            key,
            sorted([...values, ...(other?.[operator]?.[key] ?? [])]),
          ]),
        ),
      ]),
    )
  );
}

/** Leaves out what a pattern that ends in `*` covers. */
const uncovered = (arns: readonly string[]): string[] =>
  arns.filter(
    (arn) =>
      !arns.some(
        (other) => other !== arn && other.endsWith("*") && arn.startsWith(other.slice(0, -1)),
      ),
  );

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
