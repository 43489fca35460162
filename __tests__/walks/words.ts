import type { Effect } from "../../app/explain/effect";
import { effectsOf } from "../../app/explain/effects";
import type { Plan } from "../../pipeline/terraform/plan";

/** What the app says of a plan, as data. */
export const wordsOf = (plan: Plan): readonly Effect[] => effectsOf(plan);
