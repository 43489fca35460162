import { parsePlan } from "../../pipeline/terraform/parse-plan";
import { REFUSED } from "../refusals/check-plan";
import { planRefusals } from "../refusals/plan-refusals";
import { describeRefusals, type Refusal, terraformLine } from "../refusals/refusal";
import { type Effect, EFFECTS_ON, type EffectOn } from "./effect";
import { effectsOf } from "./effects";
import { describeEffects } from "./in-words";
import { inMarkdown } from "./markdown";

/** What any plan does to records, and why it would fail halfway or take away what is in use. */
export interface Explanation {
  readonly effects: readonly Effect[];
  readonly refusals: readonly Refusal[];
}

/**
 * @param json what `terraform show -json <plan file>` prints
 * @throws if it is not a plan
 */
export function explain(json: string): Explanation {
  const plan = parsePlan(json);
  return { effects: effectsOf(plan), refusals: planRefusals(plan, terraformLine()) };
}

/** Writes an explanation in each format of the command. */
export const FORMATS = {
  text: ({ effects, refusals }: Explanation) =>
    [
      ...describeEffects(effects),
      ...(refusals.length === 0 ? [] : [REFUSED, ...describeRefusals(refusals)]),
    ].join("\n"),
  json: (explanation: Explanation) => JSON.stringify(explanation, null, 2),
  markdown: ({ effects, refusals }: Explanation) => inMarkdown(effects, refusals),
} as const;

export type Format = keyof typeof FORMATS;

/** The effects that are as bad as this one, or worse. */
export const asBadAs = (effects: readonly Effect[], worst: EffectOn): Effect[] =>
  effects.filter(({ records }) => EFFECTS_ON.indexOf(records) <= EFFECTS_ON.indexOf(worst));
