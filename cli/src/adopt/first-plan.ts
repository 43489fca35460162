import { isDestroyed, type Plan } from "../../../pipeline/terraform/plan";
import type { CommandContext } from "../command";
import type { Output } from "../output";
import { wrap } from "../wrap";

/** What was written: the file, its deployments, and the environment variables that they need. */
export interface Written {
  readonly file: string;
  readonly names: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What the first plan of a deployment does. */
export type FirstPlan = { readonly deployment: string } & (
  | {
      readonly imported: number;
      readonly added: number;
      readonly changed: number;
      /** Addresses of what would be destroyed or replaced. */
      readonly destroyed: readonly string[];
    }
  | { readonly error: string }
);

export const isGood = (plan: FirstPlan): boolean =>
  "destroyed" in plan && plan.destroyed.length === 0;

/**
 * Plans each deployment, and prints in words what the plan does.
 *
 * @returns undefined if there is nothing to plan, or if the app or Terraform is not installed
 * @throws if it is interrupted
 */
export async function firstPlans(
  { plan, output, interruption, options }: CommandContext<{ readonly plan?: boolean }>,
  written: Written | undefined,
): Promise<FirstPlan[] | undefined> {
  if (!written || !plan || options.plan === false) {
    return undefined;
  }
  const signal = interruption?.() ?? new AbortController().signal;
  const print = (line: string): void => printWrapped(output, line);
  const plans: FirstPlan[] = [];
  for (const name of written.names) {
    const { environment } = written;
    const summary = await plan({ name, environment, print, interruption: signal }).then(
      (planned) => planned && summaryOf(name, planned),
      (error: unknown) => {
        signal.throwIfAborted();
        return { deployment: name, error: (error as Error).message };
      },
    );
    if (!summary) {
      return undefined;
    }
    showPlan(output, summary);
    output.line();
    plans.push(summary);
  }
  return plans;
}

function summaryOf(deployment: string, { resource_changes: all = [] }: Plan): FirstPlan {
  const count = (action: string): number =>
    all.filter(({ change }) => change.actions.includes(action)).length;
  return {
    deployment,
    imported: all.filter(({ change }) => change.importing).length,
    added: count("create"),
    changed: count("update"),
    destroyed: all.filter(isDestroyed).map(({ address }) => address),
  };
}

function showPlan(output: Output, plan: FirstPlan): void {
  if ("error" in plan) {
    output.note(plan.error);
    return;
  }
  const { imported, added, changed, destroyed } = plan;
  const { bold, red } = output.colors;
  output.line(
    bold(
      `${imported} to import, ${added} to add, ${changed} to change, ${destroyed.length} to destroy`,
    ),
  );
  if (destroyed.length > 0) {
    output.line(red("DO NOT DEPLOY THIS: the plan destroys or replaces what exists"));
    destroyed.forEach((address) => output.line(`  ${address}`));
  }
}

/** Continues a list item below its own text. */
function printWrapped(output: Output, line: string): void {
  const [start = ""] = /^ *(- )?/.exec(line) ?? [];
  const [first = "", ...more] = wrap(line.slice(start.length), " ".repeat(start.length));
  [start + first.trimStart(), ...more].forEach((one) => output.line(one));
}
