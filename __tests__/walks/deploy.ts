import type { TerraformCommands } from "../../app/terraform";
import type { Effect } from "../../app/explain/effect";
import type { Plan } from "../../pipeline/terraform/plan";
import { findTerraform, stopTerraform } from "../../local/terraform";
import type { Deployed } from "../e2e/deployed";
import { CONSUMER, PRODUCER } from "../e2e/deployment";
import type { Outcome } from "./judge";
import type { DeployStep, Interruption } from "./steps";
import { wordsOf } from "./words";

/** One that was interrupted, one that repairs it, and one after what was printed has been typed. */
const MOST_ATTEMPTS = 4;
const PROGRESS = /: (Creation|Modifications|Destruction) complete/;

/** How one step was deployed. */
export interface DeployResult {
  readonly outcome: Outcome;
  /** What the app said of each plan that was applied. */
  readonly effects: readonly Effect[];
  readonly plans: readonly Plan[];
  /** When the first apply began; undefined if nothing was applied. */
  readonly begun: number | undefined;
  /** Why nothing was applied. */
  readonly refusal: string;
}

interface Attempt {
  readonly message: string;
  readonly plan: Plan | undefined;
  readonly isApplied: boolean;
  readonly wasInterrupted: boolean;
}

/** Follows an apply, and stops Terraform after so many resources. Resolves with whether it did. */
async function applyInterrupted(
  directory: string,
  { after, signal }: Interruption,
  args: readonly string[],
): Promise<boolean> {
  const terraform = await findTerraform();
  let left = after;
  const stopping: Promise<void>[] = [];
  const onLine = (line: string): void => {
    if (PROGRESS.test(line) && --left === 0) {
      stopping.push(stopTerraform(signal === "SIGKILL" ? 0 : undefined));
    }
  };
  try {
    await terraform.follow(onLine, directory, ...args);
    return false;
  } catch (error) {
    if (stopping.length === 0) {
      throw error;
    }
    return true;
  } finally {
    await Promise.all(stopping);
  }
}

/** Deploys a stack as the app does, until it is finished or refused. */
export class StepDeploy {
  private begun: number | undefined;

  constructor(
    private readonly deployed: Deployed,
    private readonly stack: string,
    private readonly step: DeployStep,
  ) {}

  async run(): Promise<DeployResult> {
    const { deployed, step } = this;
    const plans: Plan[] = [];
    const errors: string[] = [];
    const failed = (): number =>
      deployed.aws.refusals.filter(({ message }) => message === INJECTED).length;
    if (step.fail) {
      const { service, operation } = step.fail;
      deployed.aws.failNext(service, operation, { code: "ValidationException", message: INJECTED });
    }
    let unfinished: string | undefined;
    let refusal = "";
    for (let number = 1; number <= MOST_ATTEMPTS; number++) {
      const failedBefore = failed();
      const { message, plan, isApplied, wasInterrupted } = await this.attempt(number === 1);
      if (isApplied && plan) {
        plans.push(plan);
      }
      unfinished = message === "" ? undefined : message;
      if (message === "") {
        break;
      }
      const isOwnFault = wasInterrupted || failed() > failedBefore;
      if (isApplied && !isOwnFault) {
        errors.push(message);
      }
      // Changed settings may be refused. What was begun, or what a hand did, must be repaired.
      if (!isApplied && number === 1 && step.edits.length > 0) {
        [refusal, unfinished] = [message, undefined];
        break;
      }
      if (!isApplied && !(await this.type(message))) {
        break;
      }
    }
    if (step.fail) {
      // It may not have been called.
      const { service, operation } = step.fail;
      deployed.aws.failNext(service, operation, { code: "", message: INJECTED }, 0);
    }
    return {
      outcome: { errors, isRefused: refusal !== "", unfinished },
      effects: plans.flatMap(wordsOf),
      plans,
      begun: this.begun,
      refusal,
    };
  }

  /** Types what a refusal says is to be typed. False if it says nothing. */
  private async type(message: string): Promise<boolean> {
    const account = /aws (kms|kinesis)/.test(message) ? PRODUCER : CONSUMER;
    const lines = await this.deployed.type(message, account).catch(() => []);
    return lines.length > 0;
  }

  private async attempt(isFirst: boolean): Promise<Attempt> {
    const { deployed, step } = this;
    let [isApplied, wasInterrupted] = [false, false];
    let plan: Plan | undefined;
    const observe = (commands: TerraformCommands): TerraformCommands => ({
      read: async (...args) => {
        const output = await commands.read(...args);
        if (args[0] === "show") {
          plan = JSON.parse(output) as Plan;
        }
        return output;
      },
      show: async (...args) => {
        if (args[0] !== "apply") {
          await commands.show(...args, ...(args[0] === "plan" && isFirst ? this.flags() : []));
          return;
        }
        isApplied = true;
        this.begun ??= Date.now();
        if (!isFirst || !step.interruption) {
          await commands.show(...args);
          return;
        }
        const { directory } = deployed;
        wasInterrupted = await applyInterrupted(directory, step.interruption, args);
        if (wasInterrupted) {
          throw new Error("interrupted");
        }
      },
    });
    const replay = isFirst ? (step.replay ?? []) : [];
    const message = await deployed.run(this.stack, { replay }, observe);
    return { message, plan, isApplied, wasInterrupted };
  }

  /** The address is that of a resource in the state, which the settings may no longer have. */
  private flags(): string[] {
    const { replace } = this.step;
    const addresses = replace
      ? [...this.deployed.state().keys()].filter((one) =>
          one.startsWith(`${replace.type}.${replace.construct}_`),
        )
      : [];
    return addresses.slice(0, 1).map((address) => `-replace=${address}`);
  }
}

const INJECTED = "refused once by the walk";
