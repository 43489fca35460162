import { recordedPlans } from "../../__tests__/app/explain/recorded-plans";
import { effectsOf } from "../../app/explain/effects";
import type { Plan } from "../../pipeline/terraform/plan";

export interface Explained {
  readonly wall: number;
  readonly cpu: number;
  /** The process's peak, with the plan. */
  readonly memory: number;
  readonly sentences: number;
}

/** The part of a recorded plan that is one consumer, and the names in it that are its own. */
const CONSUMER = "analytics";

/** A recorded plan with one consumer many times. */
function planOf(name: string, consumers: number): string {
  const plan = new Map(recordedPlans()).get(name);
  const isOne = ({ address }: { readonly address: string }): boolean => address.includes(CONSUMER);
  const times = <T extends { readonly address: string }>(all: readonly T[]): T[] => [
    ...all.filter((one) => !isOne(one)),
    ...Array.from(
      { length: consumers },
      (_, index) =>
        all
          .filter(isOne)
          .map((one) =>
            JSON.parse(JSON.stringify(one).replaceAll(CONSUMER, `consumer-${index}`)),
          ) as T[],
    ).flat(),
  ];
  const root = plan?.prior_state?.values?.root_module;
  const configuration = plan?.configuration?.root_module;
  return JSON.stringify({
    ...plan,
    resource_changes: times(plan?.resource_changes ?? []),
    prior_state: { values: { root_module: { resources: times(root?.resources ?? []) } } },
    configuration: {
      ...plan?.configuration,
      root_module: { ...configuration, resources: times(configuration?.resources ?? []) },
    },
  });
}

const [name = "", consumers = "1"] = process.argv.slice(2);
const text = planOf(name, Number(consumers));
const [start, cpu] = [performance.now(), process.cpuUsage()];
const sentences = effectsOf(JSON.parse(text) as Plan).length;
const { user, system } = process.cpuUsage(cpu);
const explained: Explained = {
  wall: (performance.now() - start) / 1000,
  cpu: (user + system) / 1e6,
  memory: process.resourceUsage().maxRSS / 1024,
  sentences,
};
console.log(JSON.stringify(explained));
