import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Context } from "./benchmark";

const execute = promisify(execFile);

export const ROOT = path.resolve(__dirname, "..");
const PEERS = path.join(__dirname, "node_modules", ".bin");

/** The seconds that a process and its descendants used. */
export interface Usage {
  readonly wall: number;
  readonly cpu: number;
}

export interface Command {
  readonly run: readonly string[];
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const optionsOf = ({ directory = ROOT, environment = {} }: Command) => ({
  cwd: directory,
  env: { ...process.env, PATH: `${PEERS}:${process.env.PATH ?? ""}`, ...environment },
  maxBuffer: 1 << 30,
});

/** What a command prints. */
export async function output(command: Command): Promise<string> {
  const [program = "", ...args] = command.run;
  return (await execute(program, args, optionsOf(command))).stdout;
}

/** Runs a command from its start to its end. */
export async function usage(command: Command, { scratch }: Context): Promise<Usage> {
  const file = path.join(scratch, "usage.json");
  const args = [path.join(__dirname, "usage.py"), file, ...command.run];
  await execute("python3", args, optionsOf(command));
  return JSON.parse(fs.readFileSync(file, "utf8")) as Usage;
}

/** What a program of our own says of itself: JSON on its standard output. */
export const report = async <T>(command: Command): Promise<T> =>
  JSON.parse(await output(command)) as T;

/**
 * Runs the sides in turn, A, B, A, B, so that a change of the machine's load meets all of them. The
 * first round fills caches and is not counted.
 */
export async function alternate<Side extends string, Sample>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<Sample>>>,
  { progress, tiny }: Context,
): Promise<Record<Side, Sample[]>> {
  const names = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Side,
    Sample[]
  >;
  for (let round = tiny ? 1 : 0; round <= (tiny ? 1 : rounds); round += 1) {
    for (const name of names) {
      progress(`${name} (${round === 0 ? "warm-up" : `${round} of ${tiny ? 1 : rounds}`})`);
      const sample = await sides[name]();
      if (round > 0) {
        samples[name].push(sample);
      }
    }
  }
  return samples;
}

/** One of a sample's values over all rounds. */
export const each = <K extends string>(samples: readonly Record<K, number>[], key: K): number[] =>
  samples.map((sample) => sample[key]);
