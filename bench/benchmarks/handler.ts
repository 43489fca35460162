import * as fs from "node:fs";
import * as path from "node:path";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { alternate, each, report } from "../measure";
import { median, ratio, row } from "../statistics";

const HANDLERS = {
  "this handler": "handler/index.ts",
  "bare loop": "bench/programs/floor-handler.ts",
  Powertools: "bench/peers/handler.ts",
  "empty handler": "bench/programs/empty-handler.ts",
} as const;
type Name = keyof typeof HANDLERS;

interface Invocation extends Record<string, number> {
  readonly coldStart: number;
  readonly coldCpu: number;
  readonly cpu: number;
  readonly wall: number;
}

export const handler: Benchmark = {
  name: "handler",
  title: "The function's own code",
  sameWork:
    "every side decodes each record of the same batch from base64, in order, and logs it as an object, which the runtime's JSON log format writes as one line; the empty handler returns at once",
  chart: { unit: "records/s", title: "Records of 1 KB that one execution environment carries" },
  run,
};

async function run(context: Context): Promise<readonly Row[]> {
  const { scratch, tiny } = context;
  const names = Object.keys(HANDLERS) as Name[];
  const fileOf = (name: Name) => path.join(scratch, `${name.replace(/ /g, "-")}.js`);
  const invoker = path.join(scratch, "invoke.js");
  await bundle("bench/programs/invoke.ts", invoker);
  for (const name of names) {
    await bundle(HANDLERS[name], fileOf(name), { target: "node22" });
  }
  const measure = async <N extends Name>(
    sides: readonly N[],
    batch: { readonly records: number; readonly bytes: number; readonly repetitions: number },
    rounds: number,
  ): Promise<Record<N, Invocation[]>> => {
    const { records, bytes, repetitions } = batch;
    const side = (name: N) => () =>
      report<Invocation>({
        run: ["node", invoker, fileOf(name), ...[records, bytes, repetitions].map(String)],
      });
    const runs = Object.fromEntries(sides.map((name) => [name, side(name)]));
    return alternate(rounds, runs as Record<N, () => Promise<Invocation>>, context);
  };
  const cold = await measure(
    ["this handler", "empty handler"],
    { records: 1, bytes: 1024, repetitions: 0 },
    31,
  );
  const cpu = each(cold["empty handler"], "coldCpu");
  const size = (name: Name) => fs.statSync(fileOf(name)).size / 1024;
  const coldRows = (["empty handler", "this handler"] as const).flatMap((name) => [
    row(`start to first return, ${name}`, "ms", each(cold[name], "coldStart")),
    row(`start to first return, ${name}`, "CPU ms", each(cold[name], "coldCpu"), {
      ...(name === "this handler" && { target: { atMost: median(cpu) + 10 } }),
    }),
  ]);
  const rows = [
    ...coldRows,
    row("bundle of the empty handler", "KB", [size("empty handler")]),
    row("bundle of this handler", "KB", [size("this handler")], {
      target: { atMost: size("empty handler") + 10 },
    }),
    row("bundle with Powertools", "KB", [size("Powertools")]),
  ];
  const batches = tiny
    ? [{ records: 100, bytes: 1024, repetitions: 1, name: "100 records of 1 KB" }]
    : [
        { records: 10_000, bytes: 1024, repetitions: 10, name: "10,000 records of 1 KB" },
        { records: 100, bytes: 1024 * 1024, repetitions: 3, name: "100 records of 1 MB" },
      ];
  for (const { name, ...batch } of batches) {
    const sides = ["this handler", "bare loop", "Powertools"] as const;
    const samples = await measure(sides, batch, 11);
    const own = each(samples["this handler"], "cpu");
    rows.push(
      ...sides.map((side) => row(`${side}, ${name}`, "CPU s", each(samples[side], "cpu"))),
      ...(batch.bytes === 1024
        ? sides.map((side) => {
            const speeds = each(samples[side], "wall").map((seconds) => batch.records / seconds);
            return row(side, "records/s", speeds);
          })
        : []),
      ratio(`CPU time against the bare loop, ${name}`, own, each(samples["bare loop"], "cpu"), {
        atMost: 1.2,
      }),
      ratio(`CPU time against Powertools, ${name}`, own, each(samples.Powertools, "cpu"), {
        atMost: 1,
      }),
    );
  }
  return rows;
}
