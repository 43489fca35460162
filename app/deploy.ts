import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { runDeployment } from "./plan-and-apply";
import { chooseDeployment, loadDeployments } from "./deployments";
import { contextOf } from "./json";
import { terraformIn } from "./terraform";

const COMMANDS = ["plan", "deploy", "destroy"] as const;

const HELP = `Usage: npm run plan|deploy|destroy [-- OPTIONS]

  plan     synthesizes, compares with the accounts, and says in words what the plan does to records
  deploy   the same, then applies exactly that plan once you have typed 'yes'
  destroy  the same for removing everything

  --name NAME      which of several deployments (default: the only one)
  --replay ID      recreates the event source mapping of this consumer, which then starts at its
                   startingPosition again; can be repeated (plan and deploy)
  --auto-approve   applies without asking (deploy and destroy)
  --help           prints this

The settings are those in cdktf.json, or in the file that the environment variable DEPLOYMENT names.
Exit code: 0 if all went well, 1 if something failed or was refused, 2 if the command line is wrong.
`;

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: "string" },
        replay: { type: "string", multiple: true, default: [] },
        "auto-approve": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const command = COMMANDS.find((one) => one === positionals[0]);
    if (!command || positionals.length > 1) {
      throw new Error(
        `the command must be one of ${COMMANDS.join(", ")}, got ${positionals.join(" ") || "none"}`,
      );
    }
    if (command === "destroy" && values.replay.length > 0) {
      throw new Error("'--replay' and 'destroy' are mutually exclusive, got both; omit '--replay'");
    }
    return { ...values, command };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

async function approve(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Error(
      "there is no terminal to ask for approval: nothing was changed; add --auto-approve to apply without asking",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("\nApply this plan? Only 'yes' will be accepted: ");
  terminal.close();
  return answer === "yes";
}

async function main(): Promise<void> {
  const options = parse();
  if (options.help) {
    console.log(HELP);
    return;
  }
  const { name } = chooseDeployment(loadDeployments(contextOf("cdktf.json")), options.name);
  console.log(`synthesize ${name}`);
  const { status } = spawnSync("npm", ["run", "--silent", "app"], { stdio: "inherit" });
  if (status !== 0) {
    throw new Error("synthesizing failed; see the message above");
  }
  const directory = path.join(process.env.CDKTF_OUTDIR ?? "cdktf.out", "stacks", name);
  await runDeployment(directory, terraformIn(directory), {
    command: options.command,
    replay: options.replay,
    print: (line) => console.log(line),
    approve: options["auto-approve"] ? () => Promise.resolve(true) : approve,
  });
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
