import * as fs from "node:fs";
import * as path from "node:path";
import { MisuseError } from "../errors";
import type { SynthesizedStack } from "../stack";
import { policiesOf } from "./policies";
import { type Format, render } from "./render";

/**
 * The policies of the roles that deploy a stack, as text.
 *
 * @param account only this account (`backend` for the state)
 * @param note called with what is to be known beside the policies
 */
export function deployerPolicies(
  stackDirectory: string,
  format: Format,
  account: string | undefined,
  note: (line: string) => void,
): string {
  const stack = fs.readFileSync(path.join(stackDirectory, "cdk.tf.json"), "utf8");
  const policies = policiesOf(JSON.parse(stack) as SynthesizedStack);
  const chosen = [...policies].filter(([one]) => account === undefined || one === account);
  if (chosen.length === 0) {
    throw new MisuseError(
      `'--account' must be one of ${[...policies.keys()].join(", ")}, got ${account}`,
    );
  }
  for (const [one, { length }] of chosen) {
    if (length > 1) {
      note(`${one} needs ${length} policies, since one would be too long: attach them all`);
    }
  }
  return render(new Map(chosen), format);
}
