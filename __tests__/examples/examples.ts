import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { ROOT, scratch } from "../terraform/harness";

/** Each example, by the directories of its programs. */
export const EXAMPLES = {
  "fan-out": "fan-out",
  "cross-account-producers": "cross-account-producers",
  "existing-stream": "existing-stream",
  "existing-function": "existing-function",
  "filtered-consumer": "filtered-consumer",
  "split-ownership/producer": "producer",
  "split-ownership/consumer": "consumer",
  "migrate-from-blog": "migrate-from-blog",
} as const;

export type Example = keyof typeof EXAMPLES;

export const programOf = (example: Example): string => path.join("examples", example, "main.ts");

/** Runs an example from the repository's root, as its README says, and returns its stack's directory. */
export function synthesizeExample(example: Example): string {
  const outdir = scratch();
  execFileSync(process.execPath, ["--import", "tsx", programOf(example)], {
    cwd: ROOT,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return path.join(outdir, "stacks", EXAMPLES[example]);
}

/** An address as people read it: without the hash. */
export const short = (address: string): string =>
  address.replace(/_[0-9A-F]{8}$/, "").replace(/^aws_/, "");
