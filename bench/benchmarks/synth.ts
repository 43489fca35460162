import * as path from "node:path";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle, writeFloor } from "../bundle";
import { alternate, each, ROOT, usage } from "../measure";
import { ratio, row } from "../statistics";

const BUNDLED = "this app, bundled before";
const FLOOR = "floor: load the packages";
const COMMAND = "this app's command, npm run app";
const SYNTH = "npm run synth";
const CDKTF = "cdktf synth";
const INIT = "cdktf init's command, npx ts-node";
const CDK_BUNDLED = "AWS CDK, compiled before";
const CDK_INIT = "cdk init's command, npx ts-node";

export const synth: Benchmark = {
  name: "synth",
  title: "Synthesis of one pipeline",
  sameWork:
    "every side synthesizes the pipeline of cdktf.json in two accounts; the floor only loads the framework and the provider classes that the app loads; AWS CDK needs two stacks for it, since a stack belongs to one account",
  chart: { unit: "s", title: "From the command to its end" },
  run,
};

async function run(context: Context): Promise<readonly Row[]> {
  const { scratch } = context;
  const floor = path.join(scratch, "floor.cjs");
  await writeFloor(floor);
  const cdk = path.join(scratch, "aws-cdk.cjs");
  await bundle("bench/peers/aws-cdk.ts", cdk, { packages: "external" });
  const packages = (folder: string) => ({ NODE_PATH: path.join(ROOT, folder, "node_modules") });
  const side = (environment: Record<string, string>, ...run: string[]) => {
    const out = { CDKTF_OUTDIR: path.join(scratch, "out"), CHECKPOINT_DISABLE: "1" };
    return () => usage({ run, environment: { ...out, ...environment } }, context);
  };
  const samples = await alternate(
    9,
    {
      // Writes the bundle that the next side runs.
      [COMMAND]: side({}, "npm", "run", "--silent", "app"),
      [BUNDLED]: side({}, "node", ".cache/app/main.js"),
      [FLOOR]: side(packages(""), "node", floor),
      [SYNTH]: side({}, "npm", "run", "--silent", "synth"),
      [CDKTF]: side({}, "npx", "cdktf", "synth"),
      [INIT]: side({}, "npx", "--prefix", "bench", "ts-node", "main.ts"),
      [CDK_BUNDLED]: side(packages("bench"), "node", cdk),
      [CDK_INIT]: side(
        {},
        ...["npx", "--prefix", "bench", "ts-node", "--prefer-ts-exts", "bench/peers/aws-cdk.ts"],
      ),
    },
    context,
  );
  const wall = (name: keyof typeof samples) => each(samples[name], "wall");
  const cpu = (name: keyof typeof samples) => each(samples[name], "cpu");
  const total = wall(CDKTF);
  const share = wall(COMMAND).map((own, at) => (1 - own / (total[at] ?? NaN)) * 100);
  return [
    ...Object.entries(samples).flatMap(([name, used]) => [
      row(name, "s", each(used, "wall"), name === SYNTH ? { target: { atMost: 1.2 } } : {}),
      row(name, "CPU s", each(used, "cpu")),
      row(name, "MB", each(used, "memory")),
    ]),
    ratio("CPU time of the bundled app against its floor", cpu(BUNDLED), cpu(FLOOR), {
      atMost: 1.25,
    }),
    ratio(
      "CPU time of the command, bundling included, against that floor",
      cpu(COMMAND),
      cpu(FLOOR),
    ),
    ratio("CPU time of AWS CDK against this app, both bundled", cpu(CDK_BUNDLED), cpu(BUNDLED), {
      atLeast: 10,
    }),
    ratio("CPU time of cdk init's command against this app's", cpu(CDK_INIT), cpu(COMMAND), {
      atLeast: 10,
    }),
    ratio("CPU time of cdktf init's command against this app's", cpu(INIT), cpu(COMMAND), {
      atLeast: 5,
    }),
    row("share of cdktf synth that is not this app's command", "%", share),
  ];
}
