import type { Change } from "../../../app/changes/change";
import { effectsOf } from "../../../app/explain/effects";
import type { Plan, ResourceChange } from "../../../pipeline/terraform/plan";
import { type ChangeId, changeOf } from "../../../app/changes/table";
import { PROOFS } from "./proofs";

/** Compares a construct's planned actions with those that the table lists for its changes. */
export function expectPlan(plan: Plan, id: ChangeId, ids: readonly ChangeId[]): void {
  const { construct } = PROOFS[id];
  const together = ids.filter((other) => PROOFS[other].construct === construct).map(changeOf);
  const plans: Change["plan"][] = together.map((change) => change.plan);
  expect(actionsOn(plan, construct)).toEqual(Object.assign({}, ...plans));
  const effects = effectsOf(plan)
    .filter(({ address }) => isOf(construct, address))
    .map((effect) => effect.id);
  expect([...new Set(effects)].sort()).toEqual(
    [...new Set(together.flatMap((change) => change.effects ?? []))].sort(),
  );
}

const isOf = (construct: string, address: string): boolean =>
  address.split(".").at(-1)!.startsWith(`${construct}_`);

/** The planned actions on the resources of a construct, by resource type. */
export function actionsOn(plan: Plan, construct: string): Record<string, string> {
  const actionOf = ({ change: { actions } }: ResourceChange): string =>
    actions.length > 1 ? "replace" : actions[0]!;
  return Object.fromEntries(
    (plan.resource_changes ?? [])
      .filter(({ address }) => isOf(construct, address))
      .map((change) => [change.type, actionOf(change)] as const)
      .filter(([, action]) => action !== "no-op" && action !== "read"),
  );
}
