import { shrink } from "./shrink";
import type { Step } from "./steps";

const edit = (id: string, props: Record<string, number>): Step => ({
  do: "deploy",
  edits: [{ edit: "consumer", id, props }],
});

const texts = (steps: readonly Step[]): string => JSON.stringify(steps);

describe("shrinking a walk", () => {
  it("leaves out steps, edits, properties and options that do not matter", async () => {
    const steps: Step[] = [
      edit("fan", { batchSize: 10 }),
      { do: "hand", hand: "disables the mapping", id: "fan" },
      edit("shared", { batchSize: 10 }),
      {
        do: "deploy",
        edits: [
          { edit: "remove consumer", id: "strict" },
          {
            edit: "consumer",
            id: "fan",
            props: { memorySizeMb: 512, readMode: "SHARED_THROUGHPUT" },
          },
        ],
        replay: ["shared"],
      },
    ];
    const fails = (shorter: readonly Step[]): Promise<boolean> =>
      Promise.resolve(
        texts(shorter).includes("disables the mapping") && texts(shorter).includes("readMode"),
      );

    expect(JSON.parse(texts(await shrink(steps, fails, () => true)))).toEqual([
      { do: "hand", hand: "disables the mapping", id: "fan" },
      {
        do: "deploy",
        edits: [{ edit: "consumer", id: "fan", props: { readMode: "SHARED_THROUGHPUT" } }],
      },
    ]);
  });

  it("returns the shortest walk so far once there is no more time", async () => {
    const steps = [
      edit("a", { batchSize: 1 }),
      edit("b", { batchSize: 1 }),
      edit("c", { batchSize: 1 }),
    ];
    let tries = 0;
    const fails = (): Promise<boolean> => Promise.resolve(true);

    expect(await shrink(steps, fails, () => ++tries === 1)).toEqual([steps[2]]);
  });

  it("keeps a walk that fails only as it is", async () => {
    const steps = [edit("a", { batchSize: 1 }), edit("b", { batchSize: 1 })];
    const fails = (): Promise<boolean> => Promise.resolve(false);

    expect(await shrink(steps, fails, () => true)).toBe(steps);
  });
});
