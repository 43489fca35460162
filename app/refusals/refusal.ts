import { shellWord } from "../../pipeline/shell-word";
import type { SynthesizedProvider } from "../stack";

/** A reason not to apply a plan, and what to do instead. */
export interface Refusal {
  readonly sentence: string;
  /** Lines to type, in this order. */
  readonly commands?: readonly string[];
  /** What to do, before or instead of the commands. */
  readonly advice?: string;
}

/** Writes the arguments of one Terraform command as a line to type. */
export type TerraformLine = (...args: readonly string[]) => string;

/** @param directory of the stack; undefined for Terraform in the current directory */
export const terraformLine =
  (directory?: string): TerraformLine =>
  (...args) =>
    ["terraform", ...(directory === undefined ? [] : [`-chdir=${directory}`]), ...args]
      .map(shellWord)
      .join(" ");

/** Writes a command of the AWS CLI as a line to type, with the profile of a provider block. */
export const awsLine = (
  args: readonly string[],
  region: string,
  { profile }: Pick<SynthesizedProvider, "profile">,
): string =>
  ["aws", ...args, "--region", region, ...(profile === undefined ? [] : ["--profile", profile])]
    .map(shellWord)
    .join(" ");

/** The refusals as lines of text. Several can start with the same command, which is printed once. */
export function describeRefusals(refusals: readonly Refusal[]): string[] {
  const typed = new Set<string>();
  const isNew = (command: string): boolean => !typed.has(command) && Boolean(typed.add(command));
  return refusals.flatMap(({ sentence, advice, commands = [] }) => [
    `  - ${sentence}`,
    ...(advice === undefined ? [] : [`    ${advice}`]),
    ...commands.filter(isNew).map((command) => `      ${command}`),
  ]);
}
