import { text } from "node:stream/consumers";
import type { EffectOn } from "./app/explain/effect";
import type { Explanation, Format } from "./app/explain/explain";
import { repeated, type CommandDefinition, type DeploymentToPlan } from "./cli/src/command";
import { COMMANDS } from "./cli/src/commands";
import { EXIT, misuse } from "./cli/src/errors";
import { interruption } from "./cli/src/interruption";
import { main } from "./cli/src/process";

/*
 * The commands of `npm run`: those of cli/, which know what the settings declare, and those that need
 * this repository. What a command needs is imported when it runs.
 */

const SETTINGS =
  "The settings are those in cdktf.json, or in the file that the environment\nvariable DEPLOYMENT names.";
const NAME = ["--name <name>", "which of several deployments (default: the only one)"] as const;

const LOSS = `

If the plan loses records or makes them unreadable, 'yes' is not enough: you are
asked for the name of what is lost, such as a stream or a queue. --auto-approve
refuses such a plan unless --allow-loss gives each name. A failure queue that is
found empty needs no name.`;

/** @throws misuse if the settings are wrong, or name other deployments or several */
async function settingsOf(name: string | undefined) {
  const { chooseDeployment, loadDeployments } = await import("./app/deployments.js");
  const { contextOf } = await import("./app/json.js");
  try {
    return chooseDeployment(loadDeployments(contextOf("cdktf.json")), name);
  } catch (error) {
    throw misuse((error as Error).message);
  }
}

/** Synthesizes to cdktf's output directory, with nothing on standard output. */
async function synthesizeNamed(name: string | undefined): Promise<string> {
  const settings = await settingsOf(name);
  const { outputDirectory, synthesize } = await import("./app/synthesize.js");
  return synthesize(settings.name, outputDirectory(), { stdout: "stderr" });
}

/** Prints no more of a plan than its words. */
async function planNamed({ name, environment, print, interruption }: DeploymentToPlan) {
  const { isInstalled } = await import("./app/terraform.js");
  if (!(await isInstalled())) {
    return undefined;
  }
  Object.assign(process.env, environment);
  const settings = await settingsOf(name);
  const { deploy } = await import("./app/deploy.js");
  return deploy(settings, { command: "plan", replay: [], print, stdout: "pipe", interruption });
}

const deployment = (
  name: "plan" | "deploy" | "destroy",
  summary: string,
): CommandDefinition<{
  readonly name?: string;
  readonly replay?: readonly string[];
  readonly autoApprove?: boolean;
  readonly allowLoss?: readonly string[];
}> => ({
  name,
  summary,
  help: `${SETTINGS}
Each run works in a private directory, which is removed at the end, so that
other commands in the same checkout change neither its plan nor what is applied.
Ctrl-C lets Terraform finish the calls it has begun and write the state; the
next run continues from there.${name === "plan" ? "" : LOSS}`,
  options: (command) => {
    command.option(...NAME);
    if (name !== "destroy") {
      command.option(
        "--replay <id>",
        "recreate the event source mapping of this consumer, which then starts at its startingPosition again; can be repeated",
        repeated,
      );
    }
    if (name !== "plan") {
      command
        .option("--auto-approve", "apply without asking, unless records are lost")
        .option(
          "--allow-loss <name>",
          "name of what may be lost or become unreadable; can be repeated",
          repeated,
        );
    }
  },
  run: async ({ options: { name: chosen, replay = [], autoApprove, allowLoss }, output }) => {
    const settings = await settingsOf(chosen);
    const { deploy } = await import("./app/deploy.js");
    const print = (line: string): void => output.line(line);
    await deploy(settings, {
      ...{ command: name, replay, autoApprove, allowLoss, print },
      interruption: interruption(),
    });
    return EXIT.good;
  },
});

const explain: CommandDefinition<{
  readonly format: Format;
  readonly json?: boolean;
  readonly failOn?: EffectOn;
}> = {
  name: "explain",
  summary:
    "Says what any plan does to records: terraform show -json plan | npm run --silent explain",
  help: `Reads the plan from standard input and does not look into the accounts: a
failure queue that the plan deletes counts as lost, even if it is empty.

Exit code 0: the plan can be applied, and no effect is as bad as --fail-on
Exit code 1: the plan would fail halfway or take away what is in use, or an
             effect is as bad as --fail-on or worse
Exit code 2: the input is not a plan that can be explained, or the command line
             is wrong`,
  options: (command) =>
    command
      .addOption(
        command
          .createOption("--format <name>", "markdown is for a pull request")
          .choices(["text", "json", "markdown"] satisfies Format[])
          .default("text"),
      )
      .addOption(command.createOption("--json", "the same as --format json").conflicts("format"))
      .addOption(
        command
          .createOption(
            "--fail-on <effect>",
            "exit with 1 if records are affected in this way, or in one that stands before it",
          )
          .choices(["lost", "unreadable", "replayed", "refused", "waiting"] satisfies EffectOn[]),
      ),
  run: async ({ options: { format, json, failOn }, output, stdin }) => {
    const given = await text(stdin);
    const { asBadAs, explain: explainPlan, FORMATS } = await import("./app/explain/explain.js");
    let explanation: Explanation;
    try {
      explanation = explainPlan(given);
    } catch (error) {
      throw misuse((error as Error).message);
    }
    output.print(FORMATS[json ? "json" : format](explanation));
    const { effects, refusals } = explanation;
    const bad = failOn === undefined ? 0 : asBadAs(effects, failOn).length;
    if (bad > 0) {
      output.note(
        `--fail-on ${failOn}: ${bad} ${bad === 1 ? "effect is" : "effects are"} as bad, or worse`,
      );
    }
    return refusals.length > 0 || bad > 0 ? EXIT.finding : EXIT.good;
  },
};

const permissions: CommandDefinition<{
  readonly name?: string;
  readonly account?: string;
  readonly format: "json" | "hcl";
}> = {
  name: "permissions",
  summary: "Prints, for each account, the IAM policy of the role that deploys.",
  help: `The policies hold exactly the actions and resources that it takes to create,
plan, change and destroy what the settings describe. The policy 'backend' is for
the credentials that read and write the state in S3, if the settings have a
backend. Add --silent to 'npm run' to get nothing but the policies.

A change that removes or renames something needs the policies from before the
change as well, until it is deployed. A log group and an on-failure queue keep
their first name when a function is renamed. A policy over IAM's limit for
managed policies (6,144 characters) is split: attach every part.

${SETTINGS}`,
  options: (command) =>
    command
      .option("--account <id>", "only this account ('backend' for the state)")
      .addOption(
        command
          .createOption(
            "--format <name>",
            "hcl is an aws_iam_policy_document data source for each policy",
          )
          .choices(["json", "hcl"])
          .default("json"),
      )
      .addOption(
        command.createOption("--json", "print JSON, as without options").conflicts("format"),
      )
      .option(...NAME),
  run: async ({ options: { name, account, format }, output }) => {
    const stack = await synthesizeNamed(name);
    const { deployerPolicies } = await import("./app/permissions/command.js");
    output.print(deployerPolicies(stack, format, account, (line) => output.note(line)));
    return EXIT.good;
  },
};

const local: CommandDefinition<{
  readonly settings?: string;
  readonly stack?: string;
  readonly account?: readonly string[];
  readonly name?: string;
  readonly data: string;
  readonly partitionKey: string;
  readonly keep?: boolean;
}> = {
  name: "local",
  summary: "Creates a pipeline in a local AWS, sees a record arrive, and removes it.",
  help: `Creates the whole pipeline in a local AWS that has the accounts of the settings,
with the real Terraform and the real AWS provider. Puts a record into the
stream, waits until each function has processed it, checks that Terraform has
nothing left to change, and destroys everything.`,
  options: (command) =>
    command
      .option("--settings <file>", "settings file to run (default: the settings in cdktf.json)")
      .addOption(
        command
          .createOption(
            "--stack <directory>",
            "run this directory of Terraform files instead: any stack, JSON or HCL, that has a mapping of a Kinesis stream. It is copied and not changed",
          )
          .conflicts(["settings", "name"]),
      )
      .option(
        "--account <alias=id>",
        "account of a provider in the stack that does not contain its account ID; can be repeated",
        repeated,
      )
      .option(...NAME)
      .option("--data <text>", "the record's data", "sampledatarecord")
      .option("--partition-key <text>", "its partition key", "samplepartitionkey3")
      .option("--keep", "keep everything running until Ctrl-C, and print how to access it"),
  run: async ({ options }) => {
    const { settings: file, stack, account = [], name, data, partitionKey, keep } = options;
    const accounts = account.map((given): [alias: string, id: string] => {
      const [, alias = "", id = ""] = /^([\w-]+)=(\d{12})$/.exec(given) ?? [];
      if (!id) {
        throw misuse(`'--account' must be ALIAS=ID with 12 digits, got '${given}'`);
      }
      return [alias, id];
    });
    if (file !== undefined) {
      process.env.DEPLOYMENT = file;
    }
    const settings = stack === undefined ? await settingsOf(name) : undefined;
    const { synthesize } = await import("./app/synthesize.js");
    const { start } = await import("./local/start.js");
    const signal = interruption();
    return start({
      stack: settings
        ? (outdir) => synthesize(settings.name, outdir, { interruption: signal, stdout: "stderr" })
        : (stack ?? ""),
      interruption: signal,
      accounts: new Map(accounts),
      sample: { data, partitionKey },
      isKept: keep === true,
    });
  },
};

void main({
  commands: [
    deployment("plan", "Synthesizes, plans, and says in words what the plan does to records."),
    deployment(
      "deploy",
      "Plans like plan, then applies exactly that plan once you have typed 'yes', or what it loses.",
    ),
    deployment(
      "destroy",
      "Plans to remove everything, then applies that plan once you have typed what it loses.",
    ),
    explain,
    permissions,
    ...COMMANDS,
    local,
  ],
  usage: (command) => `npm ${command === "local" ? "start" : `run ${command}`} -- [options]`,
  settings: async (name) => {
    const { referencesIn } = await import("./app/references.js");
    return referencesIn(await settingsOf(name));
  },
  synthesize: synthesizeNamed,
  plan: planNamed,
});
