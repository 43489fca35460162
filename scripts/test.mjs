/**
 * Runs all suites, the quick ones first. Those that run Terraform mostly wait for the provider, so
 * two run at a time even on two processor cores. Arguments go to Jest, which then runs once.
 */
import { spawnSync } from "node:child_process";

const jest = (...args) => spawnSync("npx", ["jest", ...args], { stdio: "inherit" }).status ?? 1;

const args = process.argv.slice(2);
const codes =
  args.length > 0
    ? [jest(...args)]
    : ["unit", "terraform"].map((project) => jest("--selectProjects", project, "--maxWorkers=2"));
process.exitCode = Math.max(...codes);
