import * as fs from "node:fs";
import * as path from "node:path";
import { PLANS_OF_CASES } from "../../__tests__/app/explain/recorded-plans";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { countOf } from "../format";
import { alternate, each, report } from "../measure";
import type { Explained } from "../programs/explain";
import { row } from "../statistics";

export const explain: Benchmark = {
  name: "explain",
  title: "A plan in words",
  sameWork:
    "a recorded plan of the real Terraform that replaces the mapping of a consumer and takes its failure queue away, with that consumer many times; reading the JSON is counted",
  chart: { unit: "s", title: "Explaining a plan", horizontal: "consumers" },
  run,
};

/** Of each consumer: its mapping starts again, and its queue and its destination go. */
const EFFECTS = 3;

async function run(context: Context): Promise<readonly Row[]> {
  const program = path.join(context.scratch, "explain.js");
  await bundle("bench/programs/explain.ts", program);
  const rows: Row[] = [];
  for (const consumers of context.tiny ? [10] : [10, 100, 800]) {
    const label = countOf(consumers);
    const file = path.join(context.scratch, `plan-${consumers}.json`);
    fs.writeFileSync(file, planOf(consumers));
    const side = () => report<Explained>({ run: ["node", program, file] });
    const { explained } = await alternate(
      5,
      { explained: side },
      { ...context, progress: (text) => context.progress(`${label}: ${text}`) },
    );
    if (explained.some(({ sentences }) => sentences !== EFFECTS * consumers)) {
      throw new Error(`expected ${EFFECTS * consumers} sentences: ${JSON.stringify(explained)}`);
    }
    const point = { line: "explain", at: consumers };
    const isLargest = consumers === 800;
    rows.push(
      row(label, "s", each(explained, "wall"), {
        point,
        ...(isLargest && { target: { atMost: 2 } }),
      }),
      row(label, "MB", each(explained, "memory"), isLargest ? { target: { atMost: 300 } } : {}),
    );
  }
  return rows;
}

/** The consumer of the recorded plan that is repeated; all of its names contain this one. */
const CONSUMER = "analytics";

function planOf(consumers: number): string {
  const plan = new Map(PLANS_OF_CASES.all()).get("read mode and on-failure");
  const isOne = ({ address }: { readonly address: string }): boolean => address.includes(CONSUMER);
  const repeated = <T extends { readonly address: string }>(all: readonly T[] = []): T[] => [
    ...all.filter((one) => !isOne(one)),
    ...Array.from({ length: consumers }, (_, index) =>
      all
        .filter(isOne)
        .map((one) => JSON.stringify(one).replaceAll(CONSUMER, `consumer-${index}`))
        .map((text) => JSON.parse(text) as T),
    ).flat(),
  ];
  const configuration = plan?.configuration?.root_module;
  return JSON.stringify({
    ...plan,
    resource_changes: repeated(plan?.resource_changes),
    prior_state: {
      values: {
        root_module: { resources: repeated(plan?.prior_state?.values?.root_module?.resources) },
      },
    },
    configuration: {
      ...plan?.configuration,
      root_module: { ...configuration, resources: repeated(configuration?.resources) },
    },
  });
}
