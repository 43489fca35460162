import { CONSUMER_EFFECTS, ConsumerEffectId } from "./consumer-effects";
import { Effect, EffectOn } from "./effect";
import { DELIVERY_EFFECTS, DeliveryEffectId } from "./delivery-effects";
import { MAPPING_EFFECTS, MappingEffectId } from "./mapping-effects";
import { Plan } from "./plan";
import { STREAM_EFFECTS, StreamEffectId } from "./stream-effects";

export type EffectId = StreamEffectId | MappingEffectId | DeliveryEffectId | ConsumerEffectId;

/** Every effect of a plan on records, the worst first. */
export const EFFECTS: readonly (Effect & { readonly id: EffectId })[] = (
  ["lost", "unreadable", "replayed", "waiting", "kept"] satisfies EffectOn[]
).flatMap((records) =>
  [...STREAM_EFFECTS, ...MAPPING_EFFECTS, ...DELIVERY_EFFECTS, ...CONSUMER_EFFECTS].filter(
    (effect) => effect.records === records,
  ),
);

export interface FoundEffect {
  readonly id: EffectId;
  readonly address: string;
  readonly sentence: string;
}

/** What a plan does to records, the worst first. */
export const effectsOf = (plan: Plan): FoundEffect[] =>
  EFFECTS.flatMap(({ id, find }) => find(plan).map((finding) => ({ id, ...finding })));
