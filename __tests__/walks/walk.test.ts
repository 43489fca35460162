import { describeWithTerraform } from "../terraform/harness";
import { printed } from "./fixture";
import { faultsOf, randomWalk } from "./walk";

/** Both walks together take at most five minutes, on two busy processor cores as well. */
const MINUTES_EACH = 2;
const STEPS = 6;

/** The same in every run, so that only a change of the code can make it fail. */
const FIXED_SEED = 1_244_920_650;
const RANDOM_SEED = Math.floor(Math.random() * 2 ** 31);

describeWithTerraform("a random walk", () => {
  it.each([
    ["of a fixed seed", FIXED_SEED],
    [`of the random seed ${RANDOM_SEED}`, RANDOM_SEED],
  ])("does what the words say: %s", async (_what, seed) => {
    const lines: string[] = [];
    const result = await randomWalk(seed, {
      steps: STEPS,
      until: Date.now() + MINUTES_EACH * 60_000,
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
