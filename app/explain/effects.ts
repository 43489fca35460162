import { comparisonOf } from "../../pipeline/terraform/planned";
import type { Plan } from "../../pipeline/terraform/plan";
import { accessEffects, formerKeyEffects } from "./access";
import { deliveryEffects } from "./delivery";
import { EFFECTS_ON, type Effect } from "./effect";
import { deletedKeys, formerKeys, keyEffects } from "./keys";
import { principalEffects } from "./principals";
import { readersOf } from "./readers";
import { beginningsAndEnds, restarts } from "./start";
import { deletedQueues, storeEffects } from "./stores";
import { createdStreams, destroyedStreams, existingStreams, streamEffects } from "./streams";

/**
 * What a plan does to readers, writers, other principals and stores: a comparison of the pipelines
 * before it, drift included, with those after it. What is about one of them stands together, the worst
 * first.
 */
export function effectsOf(plan: Plan): Effect[] {
  const comparison = comparisonOf(plan);
  const readers = readersOf(comparison);
  const destroyed = destroyedStreams(plan);
  const created = createdStreams(comparison);
  const told = new Set([...deletedKeys(comparison).keys(), ...formerKeys(comparison)]);
  return worstFirst([
    ...streamEffects(comparison),
    ...existingStreams(comparison, readers),
    ...restarts(readers, comparison, new Set([...destroyed, ...created])),
    ...beginningsAndEnds(readers, comparison, { destroyed, created }),
    ...deliveryEffects(readers, deletedQueues(plan)),
    ...accessEffects(readers),
    ...formerKeyEffects(readers, told),
    ...keyEffects(comparison, readers, destroyed),
    ...principalEffects(comparison, readers, destroyed),
    ...storeEffects(comparison, readers),
  ]);
}

const rank = ({ records }: Effect): number => EFFECTS_ON.indexOf(records);

/** Whatever is about the same reader, stream or store follows its worst effect. */
function worstFirst(effects: readonly Effect[]): Effect[] {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) {
    const { kind, name, arn, stream } = effect.about;
    const key = JSON.stringify([kind, name, arn, stream]);
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  return [...groups.values()]
    .map((group) => [...group].sort((one, other) => rank(one) - rank(other)))
    .sort(([one], [other]) => (one && other ? rank(one) - rank(other) : 0))
    .flat();
}
