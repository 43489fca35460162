import * as path from "node:path";
import type { Change } from "../../../app/changes/change";
import type { Effect } from "../../../app/explain/effect";
import type { Plan, ResourceChange } from "../../../pipeline/terraform/plan";
import { type ChangeId, changeOf } from "../../../app/changes/table";
import { RecordedPlans } from "../../app/explain/recorded-plans";
import { PROOFS } from "./proofs";

/** The plans of the rounds, which `UPDATE_GOLDEN=1 npm run test:nightly -- e2e/changes` records. */
export const PLANS_OF_ROUNDS = new RecordedPlans(path.join(__dirname, "recorded-plans.json.gz"));

/**
 * Compares a construct's planned actions, and what is said of it, with the table.
 *
 * @param told what is said of the plan
 * @param ids all changes of this plan: those of the same construct are compared together
 */
export function expectPlan(
  plan: Plan,
  told: readonly Effect[],
  id: ChangeId,
  ids: readonly ChangeId[],
): void {
  const { construct } = PROOFS[id];
  const together = ids.filter((other) => PROOFS[other].construct === construct).map(changeOf);
  const plans: Change["plan"][] = together.map((change) => change.plan);
  expect(actionsOn(plan, construct)).toEqual(Object.assign({}, ...plans));
  const effects = told.filter(({ address }) => isOf(construct, address));
  expect([...new Set(effects.map((effect) => effect.id))].sort()).toEqual(
    [...new Set(together.flatMap((change) => change.effects ?? []))].sort(),
  );
}

export const isOf = (construct: string, address: string): boolean =>
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
