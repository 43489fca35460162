import { App, TerraformStack } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { SynthesizedStack } from "./stack";
import { parseState } from "../pipeline/terraform/state";
import { localStateFile, stateProblems } from "./state";

/** The reasons why a stack must not be applied to its local state; empty if there is no state yet. */
export function localStateProblems(stack: TerraformStack): string[] {
  const { outdir } = App.of(stack);
  const file = path.join(path.dirname(path.resolve(outdir)), localStateFile(stack.node.id));
  if (!fs.existsSync(file)) {
    return [];
  }
  const synthesized = stack.toTerraform() as SynthesizedStack;
  return stateProblems(synthesized, parseState(fs.readFileSync(file, "utf8"), file));
}
