/**
 * Runs the unit suites and those that run Terraform, and beside them those of compat/ that are about
 * the packed package in both frameworks, if its packages are installed. Four run at a time even on two
 * processor cores, since they often wait: for the provider, or for the local AWS. Arguments go to
 * Jest, which then runs once.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const WORKERS = "--maxWorkers=4";
/** The unit suites on cdktn and on AWS provider 5 run at night: `npm run test:compat`. */
const COMPAT = [
  ...["--config", "compat/jest.config.mjs"],
  ...["--selectProjects", "package", "--maxWorkers=1"],
];

const jest = (output, ...args) =>
  new Promise((resolve) => {
    spawn("npx", ["jest", ...args], { stdio: ["inherit", output, output] }).once("close", (code) =>
      resolve(code ?? 1),
    );
  });

/** Its output would mix with that of the other suites, so it is printed at the end. */
async function compat() {
  if (!fs.existsSync("compat/node_modules")) {
    return {
      code: 0,
      output:
        "skipped: the suites of the packed package (`npm run test:compat` installs 950 MB for them)",
    };
  }
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "compat-"));
  const file = path.join(directory, "output");
  const descriptor = fs.openSync(file, "w");
  const code = await jest(descriptor, ...COMPAT);
  fs.closeSync(descriptor);
  const output = fs.readFileSync(file, "utf8");
  fs.rmSync(directory, { recursive: true });
  return { code, output };
}

async function all() {
  const beside = compat();
  const main = await jest("inherit", "--selectProjects", "unit", "terraform", WORKERS);
  const { code, output } = await beside;
  console.log(output);
  return Math.max(main, code);
}

const args = process.argv.slice(2);
process.exitCode = args.length > 0 ? await jest("inherit", ...args) : await all();
