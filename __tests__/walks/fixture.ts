import { compacted, type Json } from "../app/explain/compact-plan";
import type { Fault, Outcome } from "./judge";
import { describeStep, type Walk } from "./steps";
import type { Truth } from "./truth";
import type { StepReport } from "./walker";

/** A plan with what became of records when it was applied, for the quick suite. */
export interface Fixture {
  /** What was wrong with the words when the walk was taken. */
  readonly truth: string;
  /** What was said then. */
  readonly sentences: readonly string[];
  readonly walk: Walk;
  /** What the words are judged by. */
  readonly facts: Truth;
  readonly outcome: Outcome;
  readonly plan: Json;
  /** The plans that finished what was interrupted, or what had failed. */
  readonly laterPlans: readonly Json[];
}

const described = ({ kind, about, sentence }: Fault): string => `${kind}: ${about}: ${sentence}`;

/** The last step's plan, whose words were wrong; undefined if the app refused it. */
export function fixtureOf(walk: Walk, { deploy, truth, faults }: StepReport): Fixture | undefined {
  const [plan, ...laterPlans] = deploy?.plans.map(compacted) ?? [];
  return deploy && truth && plan
    ? {
        truth: faults.map(described).join("; "),
        sentences: deploy.effects.map(({ sentence }) => sentence),
        ...{ walk, facts: truth, outcome: deploy.outcome, plan, laterPlans },
      }
    : undefined;
}

/** The walk as settings and commands. */
export const printed = ({ seed, steps }: Walk): string[] => [
  `seed ${seed}:`,
  ...steps.map((step, index) => `  ${index + 1}. ${describeStep(step)}`),
  `as data: ${JSON.stringify({ seed, steps })}`,
];
