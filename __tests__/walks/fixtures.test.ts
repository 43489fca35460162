import * as fs from "node:fs";
import * as path from "node:path";
import { expanded } from "../app/explain/compact-plan";
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
  it("are told truly now", () => {
    const told = fixtures.map(([name, { plan, laterPlans, facts, outcome }]) => {
      const effects = [plan, ...laterPlans].map(expanded).flatMap(wordsOf);
      return { name, faults: judge(effects, facts, outcome) };
    });
    expect(told.filter(({ faults }) => faults.length > 0)).toEqual([]);
  });

  it("have steps that can be printed", () => {
    for (const [, { walk }] of fixtures) {
      walk.steps.forEach((step) => expect(describeStep(step)).toMatch(/^(deploy|hand): \S/));
    }
  });

  it("hold nothing of the machine on which they were made", () => {
    const text = fixtures.map(([, fixture]) => JSON.stringify(fixture)).join("");
    expect(text).not.toMatch(/"\/(tmp|home|root|Users)\/|secret_key|access_key/);
  });
});
