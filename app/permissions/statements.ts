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

/**
 * As few statements as allow exactly the grants: first the actions on the same resources are
 * merged, then the resources with the same actions.
 */
export function statementsOf(grants: readonly Grant[]): Statement[] {
  const byTarget = merge(
    grants.map(({ target, actions }) => ({ ...target, actions })),
    ({ sid, condition, arns }) => JSON.stringify([sid, condition, sorted(arns)]),
  );
  const byActions = merge(byTarget, ({ sid, condition, actions }) =>
    JSON.stringify([sid, condition, sorted(actions)]),
  );
  return byActions.map(({ sid, actions, arns, condition }, index) => {
    const isSame = (other: Target): boolean => other.sid === sid;
    const number = byActions.slice(0, index + 1).filter(isSame).length;
    return {
      Sid: byActions.filter(isSame).length > 1 ? `${sid}${number}` : sid,
      Effect: "Allow" as const,
      Action: sorted(actions),
      Resource: sorted(arns),
      ...(condition && { Condition: condition }),
    };
  });
}

type Merged = Target & { readonly actions: readonly string[] };

function merge(all: readonly Merged[], keyOf: (one: Merged) => string): Merged[] {
  const merged = new Map<string, Merged>();
  for (const one of all) {
    const known = merged.get(keyOf(one));
    merged.set(keyOf(one), {
      ...one,
      arns: [...(known?.arns ?? []), ...one.arns],
      actions: [...(known?.actions ?? []), ...one.actions],
    });
  }
  return [...merged.values()];
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
