import * as path from "node:path";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { number } from "../format";
import { each, report } from "../measure";
import type { Redriven, Volume } from "../programs/redrive-volume";
import { exponent, median, row } from "../statistics";

export const redriveVolume: Benchmark = {
  name: "redrive-volume",
  title: "Redriving many records",
  sameWork:
    "every run is the command's own code in a process of its own, in batches of 100 records of 100 bytes; stream and function are simulated in the same process, and the function takes no time, or 200 ms where shards are compared; reports are of a mapping with 10 batches of a shard at a time, and their ranges overlap from the first record to the last",
  chart: { unit: "CPU s", title: "CPU time of a redrive by time", horizontal: "records" },
  run,
};

const BATCH = 100;
const INVOCATION_MILLISECONDS = 200;
const LANES = 10;

async function run(context: Context): Promise<readonly Row[]> {
  const { scratch, progress } = context;
  const program = await bundle(
    "bench/programs/redrive-volume.ts",
    path.join(scratch, "redrive-volume.js"),
  );
  const redriven = async (
    shards: number,
    recordsPerShard: number,
    milliseconds: number,
    lanes?: number,
  ) => {
    progress(`shards: ${shards}, records of each: ${number(recordsPerShard)}`);
    const volume: Volume = {
      ...{ shards, recordsPerShard, recordBytes: 100, batchSize: BATCH },
      invocationMilliseconds: milliseconds,
      journal: path.join(scratch, `journal-${shards}-${recordsPerShard}-${lanes}`),
      ...(lanes !== undefined && { lanes }),
    };
    const one = await report<Redriven>({ run: ["node", program, JSON.stringify(volume)] });
    if (one.records !== shards * recordsPerShard) {
      throw new Error(`${one.records} of ${shards * recordsPerShard} records were sent`);
    }
    return one;
  };
  return [
    ...(await byRecords(context, (records) => redriven(1, records, 0))),
    ...(await byReports(context, (records) => redriven(1, records, 0, LANES))),
    ...(await byShards(context, (shards, records) =>
      redriven(shards, records, INVOCATION_MILLISECONDS),
    )),
  ];
}

/** Time, journal and memory of one shard with ever more records. */
async function byRecords(
  { tiny }: Context,
  redriven: (records: number) => Promise<Redriven>,
): Promise<Row[]> {
  const sizes = tiny ? [200, 400] : [10_000, 100_000, 1_000_000, 10_000_000];
  const rows: Row[] = [];
  const cpu: [number, number][] = [];
  for (const records of sizes) {
    const samples: Redriven[] = [];
    for (let round = 0; round < (tiny || records > 1e6 ? 1 : 3); round += 1) {
      samples.push(await redriven(records));
    }
    const isLast = records === sizes.at(-1);
    const label = `one shard, ${number(records)} records`;
    const megabytes = (bytes: readonly number[]) => bytes.map((one) => one / 1e6);
    cpu.push([records, median(each(samples, "cpu"))]);
    rows.push(
      row(label, "CPU s", each(samples, "cpu"), { point: { line: "redrive", at: records } }),
      row(label, "s", each(samples, "wall")),
      row(`${label}: journal`, "MB", megabytes(each(samples, "journalBytes")), {
        ...(isLast && { target: { atMost: 50 } }),
      }),
      row(`${label}: memory`, "MB", megabytes(each(samples, "memoryBytes")), {
        ...(isLast && { target: { atMost: 300 } }),
      }),
    );
  }
  const [from, to] = [cpu[0], cpu.at(-1)] as [[number, number], [number, number]];
  const label = `exponent of the growth from ${number(from[0])} to ${number(to[0])} records`;
  const grown = exponent(from, to);
  // Two tiny runs differ by chance only, in either direction.
  const value = tiny ? Math.abs(grown) || 1 : grown;
  return [...rows, row(label, "(1 = proportional)", [value], { target: { atMost: 1.05 } })];
}

/** Time, journal and memory where reports overlap over the whole shard. */
async function byReports(
  { tiny }: Context,
  redriven: (records: number) => Promise<Redriven>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const records of tiny ? [2000] : [100_000, 1_000_000]) {
    const { wall, cpu, journalBytes, memoryBytes } = await redriven(records);
    const label = `${number(records)} records by ${number(records / BATCH)} reports`;
    rows.push(
      row(label, "CPU s", [cpu]),
      row(label, "s", [wall]),
      row(`${label}: journal`, "MB", [journalBytes / 1e6], { target: { atMost: 50 } }),
      row(`${label}: memory`, "MB", [memoryBytes / 1e6], { target: { atMost: 300 } }),
    );
  }
  return rows;
}

/** How fast several shards are, compared with as many times one. */
async function byShards(
  { tiny }: Context,
  redriven: (shards: number, records: number) => Promise<Redriven>,
): Promise<Row[]> {
  const records = (tiny ? 2 : 30) * BATCH;
  const rows: Row[] = [];
  let one = 0;
  for (const shards of [1, 16, 128]) {
    const { wall, records: sent } = await redriven(shards, records);
    const speed = sent / wall;
    one = shards === 1 ? speed : one;
    rows.push(row(`${shards} ${shards === 1 ? "shard" : "shards"}`, "records/s", [speed]));
    if (shards > 1) {
      rows.push(
        row(`${shards} shards against ${shards} times one`, "times", [speed / (shards * one)], {
          target: { atLeast: 0.8 },
        }),
      );
    }
  }
  return rows;
}
