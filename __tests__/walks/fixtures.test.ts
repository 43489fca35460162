import * as fs from "node:fs";
import * as path from "node:path";
import type { Fixture } from "./fixture";
import { judge } from "./judge";
import { describeStep } from "./steps";
import { wordsOf } from "./words";

/** Where `npm run walk` writes the plan of a walk that failed, with the truth. */
const DIRECTORY = path.resolve(__dirname, "../app/explain/plans");

const fixtures = (fs.existsSync(DIRECTORY) ? fs.readdirSync(DIRECTORY) : [])
  .filter((name) => name.endsWith(".json"))
  .map((name) => {
    const text = fs.readFileSync(path.join(DIRECTORY, name), "utf8");
    return [name, JSON.parse(text) as Fixture] as const;
  });

describe("plans of walks that failed once", () => {
  it.each(fixtures)("are told truly now: %s", (_name, { plan, laterPlans, facts, outcome }) => {
    const effects = [plan, ...laterPlans].flatMap(wordsOf);
    expect(judge(effects, facts, outcome)).toEqual([]);
  });

  it.each(fixtures)("are printed as steps: %s", (_name, { walk }) => {
    walk.steps.forEach((step) => expect(describeStep(step)).toMatch(/^(deploy|hand): \S/));
  });

  it("hold nothing of the machine on which they were made", () => {
    const text = fixtures.map(([, fixture]) => JSON.stringify(fixture)).join("");
    expect(text).not.toMatch(/"\/(tmp|home|root|Users)\/|secret_key|access_key/);
  });
});
