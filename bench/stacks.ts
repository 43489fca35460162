import * as fs from "node:fs";
import * as path from "node:path";

import type { Resources } from "./apply-log";

interface Stack {
  readonly resource: Resources;
}

export const readStack = (directory: string): Stack =>
  JSON.parse(fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8")) as Stack;

/** How many resources of each type a synthesized stack has, and with which arguments. */
const contents = ({ resource }: Stack): string =>
  Object.entries(resource)
    .map(([type, named]) => {
      const all = Object.values(named).flatMap((one) => Object.keys(one));
      return `${type} ${Object.keys(named).length}: ${[...new Set(all)].sort().join(", ")}`;
    })
    .sort()
    .join("\n");

/** A comparison is worth nothing if one side makes less. */
export function assertSameResources(...directories: readonly string[]): void {
  const [first, ...others] = directories.map((directory) => contents(readStack(directory)));
  for (const other of others) {
    if (other !== first) {
      throw new Error(`the sides make different resources:\n${first}\n\nand\n\n${other}`);
    }
  }
}
