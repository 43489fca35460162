import { shellWord } from "../../../pipeline/shell-word";
import type { Output } from "../output";
import { COLUMNS, wrap } from "../wrap";
import type { AdoptedStream } from "./deployments";
import { isGood, type FirstPlan, type Written } from "./first-plan";

/** A setting's value: an ARN whole, the beginning of a list or an object. */
function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  return typeof value === "object" && text.length > COLUMNS / 2
    ? `${text.slice(0, COLUMNS / 2)}…`
    : text;
}

export function show(
  output: Output,
  { streamArn, adoption, settings, refused }: AdoptedStream,
): void {
  const { bold, red } = output.colors;
  const section = (title: string, items: readonly (readonly [string, string?])[]): void => {
    if (items.length > 0) {
      output.line(bold(`${title}: ${items.length}`));
      for (const [first, second] of items) {
        wrap(first, "  ").forEach((line) => output.line(line));
        wrap(second ?? "", "    ").forEach((line) => second !== undefined && output.line(line));
      }
      output.line();
    }
  };
  output.line(bold(streamArn));
  if (settings) {
    const { imports, added, changed, kept, untouched, stacks } = adoption;
    section(
      "imported, each by its id",
      Object.entries(imports).map(([path, id]) => [path, id]),
    );
    section(
      "added",
      added.map(({ path, says }) => [path, says]),
    );
    section(
      "changed in place",
      changed.map(({ path, says }) => [path, says]),
    );
    section(
      "kept as it is, unlike the defaults",
      kept.map(({ setting, value, advice }) => [`${setting} = ${valueText(value)}`, advice]),
    );
    section(
      "not touched",
      untouched.map((says) => [says]),
    );
    section(
      "to be let go of by CloudFormation, after the first deploy",
      [...stacks].map(([stack, paths]) => [
        `stack ${stack}: ${paths.join(", ")}`,
        "set DeletionPolicy: Retain on them, update the stack, and remove them from its template",
      ]),
    );
  }
  section(
    red("cannot be adopted"),
    refused.map(({ what, why }) => [what, why]),
  );
}

/** The lines to type, for each deployment; none of them applies a plan that is not good. */
export function nextCommands(
  { file, names, environment }: Written,
  isProgram: boolean | undefined,
  plans: readonly FirstPlan[] | undefined,
): string[] {
  const variables = Object.entries(environment)
    .map(([name, value]) => `${name}=${shellWord(value)} `)
    .join("");
  if (isProgram) {
    const terraform = names.flatMap((name) =>
      ["init", "apply"].map((command) => `terraform -chdir=cdktf.out/stacks/${name} ${command}`),
    );
    return [`npx tsx ${shellWord(file)}`, ...terraform.map((line) => variables + line)];
  }
  const commands = plans ? [plans.every(isGood) ? "deploy" : "plan"] : ["plan", "deploy"];
  return commands.flatMap((command) =>
    names.map(
      (name) => `${variables}npm run ${command}${names.length > 1 ? ` -- --name ${name}` : ""}`,
    ),
  );
}

export const asJson = ({ streamArn, settings, adoption, refused }: AdoptedStream) => ({
  stream: streamArn,
  settings,
  imported: Object.entries(adoption.imports).map(([path, id]) => ({ path, id })),
  added: adoption.added,
  changed: adoption.changed,
  kept: adoption.kept,
  untouched: adoption.untouched,
  stacks: Object.fromEntries(adoption.stacks),
  refused,
});
