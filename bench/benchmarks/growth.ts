import * as path from "node:path";
import { startLocalAws } from "../../local/aws";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { countOf } from "../format";
import { alternate, each, report } from "../measure";
import type { Measured } from "../programs/pipelines";
import { exponent, median, ratio, row } from "../statistics";
import { assertSameResources } from "../stacks";

const STREAMS = 40;

/** A short synthesis is compared in more rounds, since one pause weighs more in it. */
const roundsOf = (consumers: number): number => (consumers > 100 ? 5 : consumers > 10 ? 15 : 31);

export const growth: Benchmark = {
  name: "growth",
  title: "Synthesis of many consumers",
  sameWork:
    "both sides synthesize the same number of resources of every type, with the same arguments and policies, in one process each; loading the packages is not counted",
  chart: { unit: "CPU s", title: "CPU time of a synthesis", horizontal: "consumers" },
  run,
};

async function run(context: Context): Promise<readonly Row[]> {
  const { scratch, tiny } = context;
  const sizes = tiny ? [1, 10] : [1, 10, 100, 800];
  const program = (name: string, consumers: number) => {
    const file = path.join(scratch, `${name}.js`);
    const outdir = path.join(scratch, `${name}-${consumers}`);
    const streams = String(Math.min(STREAMS, consumers));
    return () =>
      report<Measured>({
        run: ["node", file, streams, String(consumers)],
        environment: { CDKTF_OUTDIR: outdir },
      });
  };
  await bundle("bench/programs/library.ts", path.join(scratch, "library.js"));
  await bundle("bench/programs/bare.ts", path.join(scratch, "bare.js"));
  const rows: Row[] = [];
  const cpu = new Map<number, number>();
  for (const consumers of sizes) {
    const { library, bare } = await alternate(
      roundsOf(consumers),
      {
        library: program("library", consumers),
        bare: program("bare", consumers),
      },
      { ...context, progress: (text) => context.progress(`${countOf(consumers)}: ${text}`) },
    );
    assertSameResources(
      ...(["library", "bare"] as const).map((name) =>
        path.join(scratch, `${name}-${consumers}`, "stacks", "pipelines"),
      ),
    );
    cpu.set(consumers, median(each(library, "cpu")));
    const pair = [
      ["this library", library],
      ["provider classes", bare],
    ] as const;
    for (const [line, samples] of pair) {
      const label = `${line}, ${countOf(consumers)}`;
      rows.push(
        row(label, "CPU s", each(samples, "cpu"), { point: { line, at: consumers } }),
        row(label, "s", each(samples, "wall")),
        row(label, "MB", each(samples, "memory")),
      );
    }
    for (const [what, key] of [
      ["CPU time", "cpu"],
      ["memory", "memory"],
    ] as const) {
      const label = `${what} against provider classes, ${countOf(consumers)}`;
      rows.push(ratio(label, each(library, key), each(bare, key), { atMost: 1.3 }));
    }
  }
  rows.push(...(await plans(sizes, context)));
  const [from = 1, to = 1] = sizes.slice(-2);
  const grown = exponent([from, cpu.get(from) ?? 0], [to, cpu.get(to) ?? 0]);
  const label = `exponent of the growth from ${from} to ${to} consumers`;
  rows.push(row(label, "(1 = proportional)", [grown], { target: { atMost: 1.05 } }));
  return rows;
}

/** The first plan of what this library has synthesized, in empty accounts. */
async function plans(sizes: readonly number[], context: Context): Promise<Row[]> {
  const terraform = await findTerraform();
  const aws = await startLocalAws();
  const rows: Row[] = [];
  try {
    for (const consumers of context.tiny ? [1] : sizes) {
      context.progress(`${countOf(consumers)}: terraform plan`);
      const synthesized = path.join(context.scratch, `library-${consumers}`);
      const directory = await copyStack(terraform, path.join(synthesized, "stacks", "pipelines"), {
        url: aws.url,
        credentials: (account) => aws.credentials(account),
        directory: path.join(context.scratch, `plan-${consumers}`),
      });
      await terraform.run(directory, "init");
      const start = performance.now();
      await terraform.run(directory, "plan");
      rows.push(
        row(`terraform plan, ${countOf(consumers)}`, "s", [(performance.now() - start) / 1000]),
      );
    }
  } finally {
    await aws.stop();
  }
  return rows;
}
