import { readFileSync } from "node:fs";
import { describePlan } from "./plan-and-apply";

/** Reads Terraform's plan JSON from standard input, and says what the plan does to records. */
function readPlan(): unknown {
  try {
    return JSON.parse(readFileSync(0, "utf8"));
  } catch {
    return undefined;
  }
}

try {
  describePlan(readPlan(), (line) => console.log(line));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
