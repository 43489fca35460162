import * as fs from "node:fs";
import * as path from "node:path";
import { constructPath, SynthesizedStack } from "./stack";

/** Prints which resources the synthesized output creates in which account. */

interface Manifest {
  readonly stacks: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly synthesizedStackPath: string;
        readonly annotations: readonly {
          readonly constructPath: string;
          readonly message: string;
        }[];
      }
    >
  >;
}

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, "utf8"));

/** The Terraform type, the construct's path in the stack, and the name in AWS, if it has one. */
function rows(stack: SynthesizedStack, alias: string): string[][] {
  return Object.entries(stack.resource).flatMap(([type, elements]) =>
    Object.values(elements)
      .filter((element) => element.provider === `aws.${alias}`)
      .map((element) => [
        type,
        constructPath(element),
        NAMES.map((name) => literal(element[name])).find((name) => name !== "") ?? "",
      ]),
  );
}

/** The arguments that name a resource in AWS, or with which its name begins. */
const NAMES = ["function_name", "alarm_name", "dashboard_name", "name", "name_prefix"];

const literal = (name: unknown): string =>
  typeof name === "string" && !name.includes("${") ? name : "";

function table(lines: readonly string[][]): string {
  const widths = [0, 1].map((column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
    )
    .join("\n");
}

const outdir = process.env.CDKTF_OUTDIR ?? "cdktf.out";
const { stacks } = readJson(path.join(outdir, "manifest.json")) as Manifest;
for (const { name, synthesizedStackPath, annotations } of Object.values(stacks)) {
  const stack = readJson(path.join(outdir, synthesizedStackPath)) as SynthesizedStack;
  console.log(`${path.join(outdir, path.dirname(synthesizedStackPath))}\n`);
  for (const { alias, region, allowed_account_ids } of stack.provider.aws) {
    console.log(`account ${allowed_account_ids.join()} (${alias}, ${region})`);
    console.log(`${table(rows(stack, alias))}\n`);
  }
  for (const { constructPath, message } of annotations) {
    console.log(`warning: ${message} (at ${constructPath})\n`);
  }
  const options = Object.keys(stacks).length > 1 ? ` -- --name ${name}` : "";
  console.log(
    `Next: 'npm run plan${options}' compares ${name} with the accounts, 'npm run deploy${options}' applies it.\n`,
  );
}
