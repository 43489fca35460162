import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { chooseDeployment, loadDeployments } from "../deployments";
import { contextOf } from "../json";
import { SynthesizedStack } from "../stack";
import { BACKEND, policiesOf } from "./policies";
import { FORMATS, render } from "./render";

const HELP = `Usage: npm run --silent permissions [-- OPTIONS]

Prints, for each account, the IAM policy of the role that deploys: exactly the actions and
resources that it takes to create, plan, change and destroy what the settings describe. The policy
'${BACKEND}' is for the credentials that read and write the state in S3, if the settings have a backend.

  --account ID   only this account ('${BACKEND}' for the state)
  --format NAME  ${FORMATS.join(" or ")} (default: json); hcl is an aws_iam_policy_document data source for each policy
  --name NAME    which of several deployments (default: the only one)
  --help         prints this

A change that removes or renames something needs the policies from before the change as well, until
it is deployed. A log group and an on-failure queue keep their first name when a function is renamed.
A policy over IAM's limit for managed policies (6,144 characters) is split: attach every part.

The settings are those in cdktf.json, or in the file that the environment variable DEPLOYMENT names.
Exit code: 0 if all went well, 1 if something failed, 2 if the command line is wrong.
`;

class MisuseError extends Error {}

function parse() {
  try {
    return parseArgs({
      options: {
        account: { type: "string" },
        format: { type: "string", default: "json" },
        name: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new MisuseError((error as Error).message);
  }
}

function main(): void {
  const { account, help, name, ...options } = parse();
  if (help) {
    console.log(HELP);
    return;
  }
  const format = FORMATS.find((one) => one === options.format);
  if (!format) {
    throw new MisuseError(`'--format' must be ${FORMATS.join(" or ")}, got ${options.format}`);
  }
  const policies = policiesOf(synthesize(name));
  const chosen = [...policies].filter(([one]) => account === undefined || one === account);
  if (chosen.length === 0) {
    throw new MisuseError(
      `'--account' must be one of ${[...policies.keys()].join(", ")}, got ${account}`,
    );
  }
  for (const [one, { length }] of chosen) {
    if (length > 1) {
      console.error(
        `${one} needs ${length} policies, since one would be too long: attach them all`,
      );
    }
  }
  console.log(render(new Map(chosen), format));
}

/** Runs main.ts with nothing on standard output, which is for the policies. */
function synthesize(name: string | undefined): SynthesizedStack {
  const deployments = loadDeployments(contextOf("cdktf.json"));
  const chosen = misuse(() => chooseDeployment(deployments, name));
  const { status } = spawnSync("npm", ["run", "--silent", "app"], {
    stdio: ["ignore", process.stderr, "inherit"],
  });
  if (status !== 0) {
    throw new Error("synthesizing failed; see the message above");
  }
  const outdir = process.env.CDKTF_OUTDIR ?? "cdktf.out";
  const file = path.join(outdir, "stacks", chosen.name, "cdk.tf.json");
  return JSON.parse(fs.readFileSync(file, "utf8")) as SynthesizedStack;
}

function misuse<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new MisuseError((error as Error).message);
  }
}

try {
  main();
} catch (error) {
  const { message } = error as Error;
  console.error(error instanceof MisuseError ? `${message}\n\n${HELP}` : message);
  process.exitCode = error instanceof MisuseError ? 2 : 1;
}
