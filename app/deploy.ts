import { createInterface } from "node:readline/promises";
import type { Plan } from "../pipeline/terraform/plan";
import { isApproved } from "./approval";
import type { ChildProcessOptions } from "./child-process";
import { OutputDirectory } from "./output-directory";
import { type DeploymentOptions, runDeployment } from "./plan-and-apply";
import { inRunDirectory } from "./run-directory";
import type { Settings } from "./settings";
import { checkStatePlaces } from "./state-places";
import { outputDirectory, synthesize } from "./synthesize";
import { terraformIn } from "./terraform";

interface DeployOptions extends Pick<DeploymentOptions, "command" | "replay" | "print"> {
  /** Applies without asking, unless records are lost or become unreadable. */
  readonly autoApprove?: boolean;
  /** Names of what may be lost or become unreadable. */
  readonly allowLoss?: readonly string[];
  /**
   * Where synthesis and Terraform print. With "pipe", only their errors are shown.
   *
   * @default "stdout"
   */
  readonly stdout?: ChildProcessOptions["stdout"];
  /** Aborted by the first signal that asks the process to end. */
  readonly interruption: AbortSignal;
}

/**
 * Plans a deployment, and applies the plan if the command says so, in a private directory. The first
 * signal lets Terraform finish the calls it has begun.
 *
 * @returns the plan
 * @throws if something failed, was refused or not approved, or the run was interrupted
 */
export async function deploy(
  settings: Settings,
  {
    command,
    replay,
    print,
    autoApprove,
    allowLoss,
    stdout = "stdout",
    interruption,
  }: DeployOptions,
): Promise<Plan> {
  const { name } = settings;
  const output = new OutputDirectory(outputDirectory());
  /** Another command may be writing to the output directory, or deleting it; no run depends on it. */
  const tryToPublish = (publish: () => void): void => {
    try {
      publish();
    } catch (error) {
      print(`the output directory is not up to date: ${(error as Error).message}`);
    }
  };
  // A run that has begun goes on without its terminal, and cleans up.
  process.stdin.on("error", () => undefined);
  interruption.addEventListener("abort", () =>
    print("interrupted: waiting until the calls that have begun are finished"),
  );
  return inRunDirectory(output, print, async (run) => {
    const child = { interruption, onStart: run.usedBy, stdout };
    print(`synthesize ${name}`);
    const directory = await synthesize(name, run.path, child);
    tryToPublish(() => output.publishStacks(run.path));
    output.lendInstallation(name, directory);
    const plan = await runDeployment(directory, terraformIn(directory, child), {
      command,
      replay,
      print,
      approve: (question) =>
        isApproved(question, {
          ...{ autoApprove, allowLoss, print },
          ask: process.stdin.isTTY ? (prompt) => ask(prompt, interruption) : undefined,
        }),
      stackDirectory: output.stack(name),
      retainedVersions: new Map(
        settings.consumers.flatMap(({ account, alias, functionName, consumerName }) =>
          alias?.retainedVersions === undefined
            ? []
            : [[`${account.accountId} ${functionName ?? consumerName}`, alias.retainedVersions]],
        ),
      ),
      initialized: async (state) => {
        await checkStatePlaces({
          ...{ name, output, directory, state, interruption },
          terraformIn: (other) => terraformIn(other, child),
        });
        tryToPublish(() => output.publishInstallation(name, directory));
      },
    });
    // The output directory may have been deleted meanwhile.
    if (!output.backendOf(name)) {
      tryToPublish(() => {
        output.publishStacks(run.path);
        output.publishInstallation(name, directory);
      });
    }
    return plan;
  });
}

/** @returns an empty answer if the user ends the input, or closes the terminal */
async function ask(prompt: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C, Ctrl-D and a closed terminal are no approval, and may leave the question unanswered.
  const closed = new Promise<string>((resolve) => {
    terminal.on("close", () => resolve("")).on("error", () => resolve(""));
  });
  const answered = terminal.question(`\n${prompt}`, { signal }).catch(() => "");
  const answer = await Promise.race([answered, closed]);
  terminal.close();
  signal.throwIfAborted();
  return answer;
}
