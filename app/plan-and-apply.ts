import * as fs from "node:fs";
import * as path from "node:path";
import { inWords } from "./changes/in-words";
import { isPlan } from "./changes/plan";
import { constructPath, SynthesizedStack } from "./stack";
import { parseState, stateProblems } from "./state";
import { TerraformCommands } from "./terraform";

/**
 * Terraform's default is 10 resources at a time. Of many consumers most only wait: a queue for 25
 * seconds, a function until its role has propagated.
 */
export const PARALLELISM = 50;

/** Written to the output directory and removed afterwards, since a plan can contain secrets. */
const PLAN = "pending.tfplan";

export interface DeploymentOptions {
  readonly command: "plan" | "deploy" | "destroy";
  /** Ids of consumers whose mapping is recreated, so that it starts at its starting position again. */
  readonly replay: readonly string[];
  readonly print: (line: string) => void;
  /** Asks whether the plan should be applied. */
  readonly approve: () => Promise<boolean>;
}

/**
 * Plans a synthesized stack and prints in words what the plan does to records. If the command is to
 * apply it, applies it after approval.
 *
 * @throws if the state belongs to another deployment, or Terraform fails, or it is not approved
 */
export async function runDeployment(
  directory: string,
  terraform: TerraformCommands,
  { command, replay, print, approve }: DeploymentOptions,
): Promise<void> {
  const stack = JSON.parse(
    fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
  ) as SynthesizedStack;
  const replaced = replay.map((id) => `-replace=${mappingOf(stack, id)}`);
  print("terraform init");
  await terraform.show("init", "-input=false");
  await checkState(stack, terraform);
  try {
    const flags = command === "destroy" ? ["-destroy"] : replaced;
    print(`terraform plan ${flags.join(" ")}`.trim());
    await terraform.show("plan", "-input=false", `-out=${PLAN}`, ...flags);
    const plan: unknown = JSON.parse(await terraform.read("show", "-json", PLAN));
    describePlan(plan, print);
    if (command === "plan") {
      return;
    }
    if (hasChanges(plan) && !(await approve())) {
      throw new Error("not approved: nothing was changed");
    }
    print("terraform apply");
    await terraform.show("apply", "-input=false", `-parallelism=${PARALLELISM}`, PLAN);
  } finally {
    fs.rmSync(path.join(directory, PLAN), { force: true });
  }
}

/** @throws if the state belongs to another deployment, with every reason */
async function checkState(stack: SynthesizedStack, terraform: TerraformCommands): Promise<void> {
  const text = await terraform.read("state", "pull");
  const problems = text.trim() === "" ? [] : stateProblems(stack, parseState(text, "the backend"));
  if (problems.length > 0) {
    throw new Error(
      `these settings do not go with the state:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
}

/** Prints what a plan does to records. */
export function describePlan(plan: unknown, print: (line: string) => void): void {
  const sentences = inWords(plan);
  if (sentences.length === 0) {
    print("This plan changes nothing for records: none is lost, none is delivered again.");
    return;
  }
  print("What this plan does to records:");
  sentences.forEach((sentence) => print(`  - ${sentence}`));
}

const hasChanges = (plan: unknown): boolean =>
  isPlan(plan) &&
  (plan.resource_changes ?? []).some(({ change }) => change.actions.join() !== "no-op");

/** @throws if no consumer has the id, with the ids of all consumers */
function mappingOf({ resource }: SynthesizedStack, id: string): string {
  const type = "aws_lambda_event_source_mapping";
  const addresses = new Map(
    Object.entries(resource[type] ?? {}).map(([name, element]) => [
      constructPath(element).split("/").at(-2),
      `${type}.${name}`,
    ]),
  );
  const address = addresses.get(id);
  if (address === undefined) {
    throw new Error(`'--replay' must be one of ${[...addresses.keys()].join(", ")}, got ${id}`);
  }
  return address;
}
