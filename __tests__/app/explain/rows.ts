import type { EffectId } from "../../../app/explain/effect";
import { effectsOf } from "../../../app/explain/effects";
import type { Plan } from "../../../pipeline/terraform/plan";

/** A plan with an effect, and every sentence about the plan; the effect's own sentence is first. */
export type Row = readonly [id: EffectId, when: string, plan: Plan, ...sentences: string[]];

/** A similar plan without the effect. */
export type Counterexample = readonly [id: EffectId, when: string, plan: Plan];

/** Tests effects with plans that have them, and with similar plans that do not. */
export function testEffects(
  rows: readonly Row[],
  counterexamples: readonly Counterexample[],
): void {
  it.each(rows.map((row): [Row[0], Row[1], Row] => [row[0], row[1], row]))(
    "finds %s: %s",
    (id, _when, [, , plan, ...sentences]) => {
      const found = effectsOf(plan);
      expect(found.map(({ sentence }) => sentence)).toEqual(sentences);
      expect(found[0]?.id).toBe(id);
      expect(sentences.join()).not.toMatch(/undefined|null|\[object|NaN|Infinity/);
    },
  );

  it.each(counterexamples)("does not find %s: %s", (id, _when, plan) => {
    expect(effectsOf(plan).map((effect) => effect.id)).not.toContain(id);
  });

  it("has a plan with and a plan without every effect", () => {
    const ids = new Set(rows.map(([id]) => id));
    expect(new Set<string>(counterexamples.map(([id]) => id))).toEqual(ids);
  });
}
