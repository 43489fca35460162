import { shellWord } from "../../../pipeline/shell-word";
import type { Output } from "../output";
import { COLUMNS, wrap } from "../wrap";
import type { Json } from "./adoption";
import type { AdoptedStream } from "./deployments";

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

/** The lines to type, for each deployment. */
export const nextCommands = (file: string, deployments: readonly Json[]): string[] =>
  ["plan", "deploy"].flatMap((command) =>
    deployments.map(({ name }) => {
      const own = deployments.length > 1 ? ` -- --name ${String(name)}` : "";
      return `DEPLOYMENT=${shellWord(file)} npm run ${command}${own}`;
    }),
  );

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
