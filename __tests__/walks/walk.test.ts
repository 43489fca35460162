import { describeWithTerraform } from "../terraform/harness";
import { printed } from "./fixture";
import { faultsOf, randomWalk } from "./walk";

const MINUTES = 2;
const STEPS = 2;

/**
 * The same in every run, so that only a change of the code can make it fail. Random seeds are walked
 * by `npm run walk`, every night.
 */
const SEED = 1_244_920_650;

describeWithTerraform("a random walk", () => {
  it("does what the words say", async () => {
    const lines: string[] = [];
    const result = await randomWalk(SEED, {
      steps: STEPS,
      until: Date.now() + MINUTES * 60_000,
      stopsAtFault: true,
      print: (line) => lines.push(line),
    });

    const faults = faultsOf(result).map(({ kind, about, sentence }) =>
      [`${kind}: ${about}: ${sentence}`, ...printed(result.walk), ...lines].join("\n"),
    );
    expect(faults).toEqual([]);
    expect(result.reports.length).toBeGreaterThan(0);
  });
});
