import * as fs from "node:fs";
import * as path from "node:path";
import { lostNames, type Question } from "./approval";
import type { Effect } from "./explain/effect";
import { effectsOf } from "./explain/effects";
import { describeEffects } from "./explain/in-words";
import { parsePlan } from "../pipeline/terraform/parse-plan";
import type { Plan } from "../pipeline/terraform/plan";
import { MisuseError } from "./errors";
import { checkLostState } from "./lost-state";
import { AccountLookups } from "./refusals/account-lookups";
import { checkPlan } from "./refusals/check-plan";
import { countReports, waitingReports } from "./refusals/waiting-reports";
import { constructPath, SynthesizedStack } from "./stack";
import { parseState, type State } from "../pipeline/terraform/state";
import { stateProblems } from "./state";
import { TerraformCommands } from "./terraform";
import { findOldVersions } from "./old-versions";
import { findUnpublishedVersions } from "./unpublished-versions";

/**
 * Terraform's default is 10 resources at a time. Of many consumers most only wait: a queue for 25
 * seconds, a function until its role has propagated.
 */
export const PARALLELISM = 50;

/** Written to the stack's directory, which is private and removed afterwards: a plan can contain secrets. */
const PLAN = "pending.tfplan";

export interface DeploymentOptions {
  readonly command: "plan" | "deploy" | "destroy";
  /** Ids of consumers whose mapping is recreated, so that it starts at its starting position again. */
  readonly replay: readonly string[];
  readonly print: (line: string) => void;
  /**
   * The stack's directory in lines to type.
   *
   * @default - the directory of the run
   */
  readonly stackDirectory?: string;
  /** How many published versions of a function are kept, by its account and name; 10 by default. */
  readonly retainedVersions?: ReadonlyMap<string, number>;
  /** Asks whether the plan should be applied, or another question. May throw to say more than no. */
  readonly approve: (question: Question) => Promise<boolean>;
  /** Called with the state once Terraform is initialized; may refuse to plan with it. */
  readonly initialized?: (state: State) => Promise<void>;
}

/**
 * Plans a synthesized stack and prints in words what the plan does to records. If the command is to
 * apply it, applies it after approval.
 *
 * @param directory where the stack was synthesized, for this run only: the plan is written there
 * @returns the plan
 * @throws if the state belongs to another deployment, Terraform fails, the plan is refused, or it is
 * not approved
 */
export async function runDeployment(
  directory: string,
  terraform: TerraformCommands,
  options: DeploymentOptions,
): Promise<Plan> {
  const { command, replay, print, approve, initialized, stackDirectory = directory } = options;
  const stack = JSON.parse(
    fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
  ) as SynthesizedStack;
  const replaced = replay.map((id) => `-replace=${mappingOf(stack, id)}`);
  print("terraform init");
  await terraform.show("init", "-input=false");
  checkLostState(directory);
  const state = parseState(await terraform.read("state", "pull"), "the backend");
  await initialized?.(state);
  checkState(stack, state);
  const lookups = new AccountLookups(stack, print);
  await publishVersions(stack, state, lookups, options);
  const flags = command === "destroy" ? ["-destroy"] : replaced;
  print(`terraform plan ${flags.join(" ")}`.trim());
  await terraform.show("plan", "-input=false", `-out=${PLAN}`, ...flags);
  const plan = parsePlan(await terraform.read("show", "-json", PLAN));
  const effects = describePlan(plan, print);
  const queues = await countReports(plan, lookups);
  waitingReports(queues).forEach((sentence) => print(`  - ${sentence}`));
  await checkPlan(plan, { lookups, stackDirectory, print });
  const old = await findOldVersions(plan, lookups, options);
  old.forEach(({ sentence }) => print(`  - ${sentence}`));
  if (command === "plan") {
    return plan;
  }
  const lost = lostNames(effects, queues);
  if ((hasChanges(plan) || old.length > 0) && !(await approve({ lost }))) {
    throw new Error("not approved: nothing was changed");
  }
  print("terraform apply");
  await terraform.show("apply", "-input=false", `-parallelism=${PARALLELISM}`, PLAN);
  await Promise.all(old.map((one) => one.delete()));
  return plan;
}

/** @throws if the state belongs to another deployment, with every reason */
function checkState(stack: SynthesizedStack, state: State): void {
  const problems = stateProblems(stack, state);
  if (problems.length > 0) {
    throw new Error(
      `these settings do not match the Terraform state:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
}

/** Before planning, since the plan then moves the aliases to the versions. */
async function publishVersions(
  stack: SynthesizedStack,
  state: State,
  lookups: AccountLookups,
  { command, print, approve }: DeploymentOptions,
): Promise<void> {
  const versions =
    command === "destroy" ? [] : await findUnpublishedVersions(stack, state, lookups);
  versions.forEach(({ sentence }) => print(sentence));
  if (versions.length === 0 || command === "plan") {
    versions.forEach(({ byHand }) => byHand.forEach(print));
    return;
  }
  const names = versions.map(({ functionName }) => functionName).join(", ");
  if (!(await approve({ text: `Publish a version of ${names} and plan?` }))) {
    throw new Error("not approved: nothing was changed");
  }
  await Promise.all(versions.map(({ publish }) => publish()));
}

/**
 * Prints what a plan does to records.
 *
 * @returns its effects
 */
export function describePlan(plan: Plan, print: (line: string) => void): Effect[] {
  const effects = effectsOf(plan);
  describeEffects(effects).forEach(print);
  return effects;
}

const hasChanges = (plan: Plan): boolean =>
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
    throw new MisuseError(
      `'--replay' must be one of ${[...addresses.keys()].join(", ")}, got ${id}`,
    );
  }
  return address;
}
