import * as path from "node:path";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle, bundleFloor } from "../bundle";
import { alternate, each, ROOT, usage } from "../measure";
import { assertSameResources } from "../stacks";
import { ratio, row } from "../statistics";

const FLOOR = "floor: load the packages, bundled";
const CLASSES = "provider classes, bundled";
const APP = "this app, bundled";
const APP_LOOSE = "this app, not bundled";
const CDK_LOOSE = "AWS CDK, not bundled";
const SYNTH = "npm run synth";
const CDKTF = "cdktf synth";
const INIT = "cdktf init's command, npx ts-node";
const CDK_INIT = "cdk init's command, npx ts-node";

export const synth: Benchmark = {
  name: "synth",
  title: "Synthesis of one pipeline",
  sameWork:
    "every side but the floor synthesizes the pipeline of cdktf.json in two accounts, and the provider classes make the same resources as this app; the floor only loads the framework and the provider classes that the app loads. Either both sides of a comparison are one file each, in which esbuild has bundled them with their packages, or both load their packages from node_modules, as AWS CDK must; the commands start from the TypeScript sources. AWS CDK needs two stacks, since a stack belongs to one account",
  chart: { unit: "CPU s", title: "CPU time from the command to its end" },
  run,
};

async function run(context: Context): Promise<readonly Row[]> {
  const { scratch } = context;
  const file = (name: string) => path.join(scratch, name);
  const loose = { packages: "external" } as const;
  await bundleFloor(file("floor.js"));
  await bundle("bench/programs/bare.ts", file("classes.js"));
  await bundle("main.ts", file("app.js"));
  await bundle("main.ts", file("app-loose.js"), loose);
  await bundle("bench/peers/aws-cdk.ts", file("aws-cdk-loose.js"), loose);
  const side = (outdir: string, ...run: string[]) => {
    const environment = { CDKTF_OUTDIR: file(outdir), CHECKPOINT_DISABLE: "1" };
    return () => usage({ run, environment }, context);
  };
  const looseSide = (outdir: string, name: string, folder: string) => {
    const packages = `NODE_PATH=${path.join(ROOT, folder, "node_modules")}`;
    return side(outdir, "env", packages, "node", file(name));
  };
  // A short process is compared in more rounds, since one pause weighs more in it.
  const bundled = await alternate(
    31,
    {
      [FLOOR]: side("app", "node", file("floor.js")),
      [CLASSES]: side("classes", "node", file("classes.js")),
      [APP]: side("app", "node", file("app.js")),
    },
    context,
  );
  const others = await alternate(
    9,
    {
      [APP_LOOSE]: looseSide("app", "app-loose.js", ""),
      [CDK_LOOSE]: looseSide("aws-cdk", "aws-cdk-loose.js", "bench"),
      [SYNTH]: side("app", "npm", "run", "--silent", "synth"),
      [CDKTF]: side("app", "npx", "cdktf", "synth"),
      [INIT]: side("app", "npx", "--prefix", "bench", "ts-node", "main.ts"),
      [CDK_INIT]: side(
        "aws-cdk",
        ...["npx", "--prefix", "bench", "ts-node", "--prefer-ts-exts", "bench/peers/aws-cdk.ts"],
      ),
    },
    context,
  );
  assertSameResources(
    path.join(file("app"), "stacks", "cross-account-kinesis"),
    path.join(file("classes"), "stacks", "pipelines"),
  );
  const samples = { ...bundled, ...others };
  type Side = keyof typeof samples;
  const against = (label: string, one: Side, other: Side, target?: Row["target"]) =>
    ratio(`CPU time of ${label}`, each(samples[one], "cpu"), each(samples[other], "cpu"), target);
  return [
    ...Object.entries(samples).map(([name, used]) =>
      row(name, "CPU s", each(used, "cpu"), name === SYNTH ? { target: { atMost: 1.2 } } : {}),
    ),
    against("this app against its floor, both bundled", APP, FLOOR, { atMost: 1.25 }),
    against("the provider classes against that floor, both bundled", CLASSES, FLOOR),
    against("this app against the provider classes, both bundled", APP, CLASSES),
    against("AWS CDK against this app, neither bundled", CDK_LOOSE, APP_LOOSE, { atLeast: 10 }),
    against("cdk init's command against npm run synth", CDK_INIT, SYNTH, { atLeast: 10 }),
    against("cdktf init's command against npm run synth", INIT, SYNTH, { atLeast: 5 }),
  ];
}
