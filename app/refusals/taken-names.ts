import { ownersOf } from "./owners";
import {
  isRemoved,
  isReplaced,
  type Plan,
  type ResourceChange,
  resourcesInState,
} from "../../pipeline/terraform/plan";
import type { Resource, Values } from "../../pipeline/terraform/resource";
import { groupBy } from "./group-by";
import { NAMED_RESOURCES } from "./named-resources";
import { arnOf, type Place, placeIn } from "./place";
import { placesOf } from "../../pipeline/terraform/places";
import type { Refusal, TerraformLine } from "./refusal";

/** A resource to be created whose name another resource of the state has. */
interface TakenName {
  readonly created: ResourceChange;
  readonly holder: Resource;
  /** What the plan does with the holder; undefined if nothing. */
  readonly change: ResourceChange | undefined;
}

const isCreation = ({ change }: ResourceChange): boolean => change.actions.includes("create");

/** A resource that is created before its predecessor is destroyed: both have the name meanwhile. */
const createsFirst = ({ change }: ResourceChange): boolean =>
  change.actions.join() === "create,delete";

/** Type, place and name of a resource: in AWS, no two resources have the same. */
function keyOf(type: string, values: Values | null, place: Place | undefined): string | undefined {
  const named = NAMED_RESOURCES[type];
  const name = named?.name(values);
  return named && name !== undefined && place !== undefined
    ? [type, place.account, named.isGlobal ? "" : place.region, name].join(" ")
    : undefined;
}

function takenNames(plan: Plan): TakenName[] {
  const placeOf = placesOf(plan);
  const holders = groupBy(resourcesInState(plan), ({ type, values }) =>
    keyOf(type, values, placeIn(arnOf(values))),
  );
  const changes = new Map((plan.resource_changes ?? []).map((change) => [change.address, change]));
  return (plan.resource_changes ?? []).filter(isCreation).flatMap((created) => {
    const { address, type, change } = created;
    const place = placeOf(address) ?? placeIn(arnOf(change.before));
    const key = keyOf(type, change.after, place);
    const holder = (key === undefined ? [] : (holders.get(key) ?? [])).find(
      (one) => one.address !== address || createsFirst(created),
    );
    return holder ? [{ created, holder, change: changes.get(holder.address) }] : [];
  });
}

const nameOf = ({ created: { type, change } }: TakenName): string =>
  `${NAMED_RESOURCES[type]?.noun} ${NAMED_RESOURCES[type]?.name(change.after)}`;

function exchange(one: TakenName): string {
  const { from, to } = ownersOf(one.holder.address, one.created.address);
  return `${nameOf(one)} for ${to}, held by ${from}`;
}

/** Names that a plan gives to new resources while other resources of the state have them. */
export function takenNameRefusals(plan: Plan, terraform: TerraformLine): Refusal[] {
  const taken = takenNames(plan);
  const renamed = taken.filter(({ change }) => change && isReplaced(change));
  const removed = taken.filter(({ change }) => change && isRemoved(change));
  const kept = taken.filter((one) => !renamed.includes(one) && !removed.includes(one));
  const own = renamed.filter(({ created, change }) => created === change);
  const exchanged = renamed.filter(({ created, change }) => created !== change);
  if (exchanged.length > 0) {
    // What the others take depends on what the first of the two deploys leaves.
    return [
      {
        sentence: `the plan creates resources under names that others lose in the same apply, and Terraform does not wait for that: ${[...exchanged, ...removed, ...kept].map(exchange).join("; ")}`,
        advice:
          "deploy twice: first with names that are free for all of them (keep each 'id', and leave new consumers out), then with the names you want",
      },
    ];
  }
  return [
    ...own.map((one) => sameName(one, terraform)),
    ...handovers(plan, removed, terraform),
    ...kept.map((one) => keptName(one, terraform)),
  ];
}

/** A resource whose successor has its name. AWS answers the creation of some with the existing one. */
function sameName(one: TakenName, terraform: TerraformLine): Refusal {
  const { address, action_reason } = one.created;
  const sentence = `the plan replaces ${nameOf(one)} by one of the same name before it deletes the old one: AWS would refuse the new one, or return the existing one and then delete it (${address})`;
  return action_reason === "replace_because_tainted"
    ? { sentence, advice: "keep it, and plan again:", commands: [terraform("untaint", address)] }
    : {
        sentence,
        advice:
          'deploy twice: first without it (a queue: \'"onFailure": "none"\' for its consumer), then with it',
      };
}

/** A construct or module that is removed while another one gets its names: its resources can be handed over. */
function handovers(plan: Plan, removed: readonly TakenName[], terraform: TerraformLine): Refusal[] {
  const pairs = groupBy(removed, ({ created, holder }) => {
    const { from, to } = ownersOf(holder.address, created.address);
    return `${from} ${to}`;
  });
  const changes = plan.resource_changes ?? [];
  const created = changes.filter(({ change }) => change.actions.join() === "create");
  return [...pairs.values()].flatMap((names) => {
    const [first] = names;
    if (!first) {
      return [];
    }
    const { from, to } = ownersOf(first.holder.address, first.created.address);
    const moves = changes.filter(isRemoved).flatMap(({ address, type }) => {
      const next = created.find((one) => {
        const owners = ownersOf(address, one.address);
        return one.type === type && owners.from === from && owners.to === to;
      });
      return next ? [terraform("state", "mv", address, next.address)] : [];
    });
    return {
      sentence: `the plan destroys ${names.map(nameOf).join(", ")} of ${from}, and creates the same for ${to}; Terraform does both at once, so the apply would fail halfway`,
      advice: `if ${to} goes on with what ${from} has, keep 'id' ${from.split(/[_.]/).at(-1)} for it, or hand it over and plan again:`,
      commands: [terraform("init"), ...moves],
    };
  });
}

/** A name that its holder keeps, for example the log group of a function that was renamed. */
const keptName = (one: TakenName, terraform: TerraformLine): Refusal => ({
  sentence: `the plan creates ${nameOf(one)} (${one.created.address}), which belongs to ${one.holder.address} and stays with it`,
  advice: `hand it over and plan again (the holder gets a new one under its own name), or use another name:`,
  commands: [terraform("init"), terraform("state", "mv", one.holder.address, one.created.address)],
});
