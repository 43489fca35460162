import type { Plan } from "../../pipeline/terraform/plan";
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
  readonly plan: Plan;
  /** The plans that finished what was interrupted, or what had failed. */
  readonly laterPlans: readonly Plan[];
}

/** The parts of a plan that are read, without the schemas of providers and what is only displayed. */
export function trimPlan(plan: Plan): Plan {
  const { format_version, resource_changes, resource_drift, prior_state, configuration } = plan;
  const { timestamp } = plan as Plan & { readonly timestamp?: string };
  const isChanged = ({ change }: { change: { actions: readonly string[] } }): boolean =>
    change.actions.join() !== "no-op";
  return {
    format_version,
    timestamp,
    resource_changes: resource_changes?.filter((one) => isChanged(one)),
    resource_drift,
    prior_state: { values: prior_state?.values },
    configuration: {
      // Providers have credentials of the local AWS and paths of this machine.
      provider_config: Object.fromEntries(
        Object.entries(configuration?.provider_config ?? {}).map(([name, { expressions }]) => [
          name,
          {
            expressions: {
              region: expressions?.region,
              allowed_account_ids: expressions?.allowed_account_ids,
            },
          },
        ]),
      ),
      root_module: {
        resources: configuration?.root_module?.resources?.map((one) => ({
          address: one.address,
          provider_config_key: one.provider_config_key,
        })),
      },
    },
  };
}

const described = ({ kind, about, sentence }: Fault): string => `${kind}: ${about}: ${sentence}`;

/** The last step's plan, whose words were wrong; undefined if the app refused it. */
export function fixtureOf(walk: Walk, { deploy, truth, faults }: StepReport): Fixture | undefined {
  const [plan, ...laterPlans] = deploy?.plans.map(trimPlan) ?? [];
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
