/**
 * Runs all suites. Those that run Terraform mostly wait for the provider, so two of them run at a
 * time, and the others beside them; the output of those follows when they are done. Arguments go to
 * Jest, which then runs once.
 */
import { spawn } from "node:child_process";

/** Resolves with the exit code once the output has been printed. */
function jest(args, stdio) {
  const child = spawn("npx", ["jest", ...args], { stdio });
  const output = [];
  child.stdout?.on("data", (chunk) => output.push(chunk));
  child.stderr?.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.once("close", (code) => {
      process.stderr.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

const args = process.argv.slice(2);
const codes =
  args.length > 0
    ? [await jest(args, "inherit")]
    : await Promise.all([
        jest(["--selectProjects", "terraform", "--maxWorkers=2"], "inherit"),
        jest(["--selectProjects", "unit"], ["ignore", "pipe", "pipe"]),
      ]);
process.exitCode = Math.max(...codes);
