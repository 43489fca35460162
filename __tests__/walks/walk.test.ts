import { describeWithTerraform } from "../terraform/harness";
import { printed } from "./fixture";
import { faultsOf, randomWalk } from "./walk";

const MINUTES = 4;
const STEPS_OF_EACH = 3;
/** Walked in every run. */
const FIXED = 1_244_920_650;
/** Another one in every run: a day of runs walks further than any list of seeds. */
const RANDOM = Math.floor(Math.random() * 2 ** 31);

describeWithTerraform("a random walk", () => {
  it("does what the words say", async () => {
    const lines: string[] = [];
    const result = await randomWalk([FIXED, RANDOM], {
      steps: STEPS_OF_EACH,
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
