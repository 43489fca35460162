import * as fs from "node:fs";
import { effectsOf } from "../../app/explain/effects";
import { parsePlan } from "../../pipeline/terraform/parse-plan";

export interface Explained {
  readonly wall: number;
  /** The process's peak. */
  readonly memory: number;
  readonly sentences: number;
}

/** Explains the plan in a file, as `npm run explain` does. */
const [file = ""] = process.argv.slice(2);
const start = performance.now();
const sentences = effectsOf(parsePlan(fs.readFileSync(file, "utf8"))).length;
const explained: Explained = {
  wall: (performance.now() - start) / 1000,
  memory: process.resourceUsage().maxRSS / 1024,
  sentences,
};
console.log(JSON.stringify(explained));
