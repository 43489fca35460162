/**
 * Runs Stryker for one area after another, and writes the scores and the survivors into
 * __tests__/mutants/. A mutant is tested again only if its code or a suite that runs it has
 * changed. Options go to Stryker.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AREAS } from "../stryker.config.mjs";

const args = process.argv.slice(2);
const isOption = (arg) => arg.startsWith("--");
const chosen = args.filter((arg) => !isOption(arg));
// The tests of every mutant leave files behind.
const TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), "mutants-"));

for (const area of chosen.length > 0 ? chosen : Object.keys(AREAS)) {
  const { status } = spawnSync("npx", ["stryker", "run", ...args.filter(isOption)], {
    stdio: "inherit",
    env: { ...process.env, TMPDIR, MUTANTS_AREA: area },
  });
  process.exitCode ||= status ?? 1;
}
fs.rmSync(TMPDIR, { recursive: true });
await import("./mutants-page.mjs");
