import { CONSUMER_EFFECTS, ConsumerEffectId } from "./consumer-effects";
import { Effect, EffectOn, Finding } from "./effect";
import { DELIVERY_EFFECTS, DeliveryEffectId } from "./delivery-effects";
import { KEY_EFFECTS, KeyEffectId } from "./key-effects";
import { MAPPING_EFFECTS, MappingEffectId } from "./mapping-effects";
import { Plan } from "../../pipeline/terraform/plan";
import { STREAM_EFFECTS, StreamEffectId } from "./stream-effects";

export type EffectId =
  StreamEffectId | KeyEffectId | MappingEffectId | DeliveryEffectId | ConsumerEffectId;

const WORST_FIRST: readonly EffectOn[] = ["lost", "unreadable", "replayed", "waiting", "kept"];

/** Every effect that a plan can have on records, the worst first. */
export const EFFECTS: readonly (Effect & { readonly id: EffectId })[] = WORST_FIRST.flatMap(
  (records) =>
    [
      ...STREAM_EFFECTS,
      ...KEY_EFFECTS,
      ...MAPPING_EFFECTS,
      ...DELIVERY_EFFECTS,
      ...CONSUMER_EFFECTS,
    ].filter((effect) => effect.records === records),
);

interface FoundEffect {
  readonly id: EffectId;
  readonly address: string;
  readonly sentence: string;
}

/** The effects that a plan has on records, the worst first. */
export function effectsOf(plan: Plan): FoundEffect[] {
  const found = EFFECTS.flatMap(({ id, records, find }) =>
    find(plan).map((finding: Finding) => ({ id, records, ...finding })),
  );
  return WORST_FIRST.flatMap((records) => found.filter((one) => one.records === records)).map(
    ({ id, address, sentence }) => ({ id, address, sentence }),
  );
}
