import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch } from "../terraform/harness";

/** The stacks of each example, by the directories of its programs. */
export const EXAMPLES = {
  "fan-out": ["fan-out"],
  "cross-account-producers": ["cross-account-producers"],
  "existing-stream": ["existing-stream"],
  "existing-function": ["existing-function"],
  "filtered-consumer": ["filtered-consumer"],
  "split-ownership/producer": ["producer"],
  "split-ownership/consumer": ["consumer"],
  "several-streams": ["orders", "clicks"],
} as const;

export type Example = keyof typeof EXAMPLES;

export const programOf = (example: Example): string => path.join("examples", example, "main.ts");

/** Settings for `npm run synth`, and the stacks that each file declares. */
export const SETTINGS = {
  "several-streams/two-streams.json": ["orders", "clicks"],
  "several-streams/dev-and-production.json": [
    "orders-production",
    "clicks-production",
    "orders-dev",
    "clicks-dev",
  ],
} as const;

export type SettingsExample = keyof typeof SETTINGS;

/** Synthesizes an example as its README says, and returns its stacks' directories. */
export function synthesizeExample(example: Example): string[] {
  return synthesize(programOf(example), EXAMPLES[example]);
}

/** Synthesizes example settings, and returns the directories of their stacks. */
export function synthesizeSettings(example: SettingsExample): string[] {
  return synthesize("main.ts", SETTINGS[example], path.join("examples", example));
}

function synthesize(program: string, stacks: readonly string[], settings = ""): string[] {
  const outdir = scratch();
  execFileSync(process.execPath, ["--import", "tsx", program], {
    cwd: ROOT,
    env: { ...process.env, CDKTF_OUTDIR: outdir, DEPLOYMENT: settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(fs.readdirSync(path.join(outdir, "stacks")).sort()).toEqual([...stacks].sort());
  return stacks.map((stack) => path.join(outdir, "stacks", stack));
}

/** An address without the hash. */
export const short = (address: string): string =>
  address.replace(/_[0-9A-F]{8}$/, "").replace(/^aws_/, "");
