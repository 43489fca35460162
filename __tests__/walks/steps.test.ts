import { Steps } from "./generate";
import { isWalked, alternativesIn, CONSUMER_PROPERTIES, STREAM_PROPERTIES } from "./properties";
import { Random } from "./random";
import { START } from "./settings";
import { applyEdits, describeStep, type Step } from "./steps";

/** Steps as a walk takes them, if none of them is refused. */
function drawn(seed: number, count: number): Step[] {
  const steps = new Steps(new Random(seed));
  const all: Step[] = [];
  let settings = START;
  while (all.length < count) {
    for (const step of steps.next(settings)) {
      all.push(step);
      settings = step.do === "deploy" ? applyEdits(settings, step.edits) : settings;
    }
  }
  return all;
}

describe("the steps of a walk", () => {
  it("are the same for the same seed, and others for another one", () => {
    expect(drawn(7, 30)).toEqual(drawn(7, 30));
    expect(drawn(8, 30)).not.toEqual(drawn(7, 30));
  });

  it("are data that can be printed and read again", () => {
    const steps = drawn(7, 100);
    expect(JSON.parse(JSON.stringify(steps))).toEqual(steps);
    steps.forEach((step) => expect(describeStep(step)).toMatch(/^(deploy|hand): \S/));
  });

  it("change every property that is walked, and say why the others are not", () => {
    for (const table of [STREAM_PROPERTIES, CONSUMER_PROPERTIES]) {
      for (const [name, one] of Object.entries(table)) {
        if (isWalked(one)) {
          expect({ name, isSet: one.some((props) => name in props) }).toEqual({
            name,
            isSet: true,
          });
        } else {
          expect(one.reason).toMatch(/\w/);
        }
      }
    }
    const texts = JSON.stringify(drawn(1, 3_000));
    const names = [STREAM_PROPERTIES, CONSUMER_PROPERTIES]
      .flatMap(alternativesIn)
      .flatMap((alternatives) => alternatives.flatMap((props) => Object.keys(props)));
    expect(names.filter((name) => !texts.includes(`"${name}"`))).toEqual([]);
  });

  it("have every kind of edit, hand and interruption", () => {
    const texts = JSON.stringify(drawn(1, 3_000));
    const kinds = [
      ...["add consumer", "remove consumer", "rename construct", "exchange names", "move consumer"],
      ...["add stream", "remove stream", "grants", "SIGINT", "SIGKILL", '"replay"', '"replace"'],
      ...["breaks the function", "mends the function", "disables the key", '"fail"'],
    ];
    expect(kinds.filter((kind) => !texts.includes(kind))).toEqual([]);
  });

  it("leave settings as they are if what they name is gone", () => {
    const edits = [
      { edit: "consumer", id: "gone", props: { batchSize: 1 } },
      { edit: "exchange names", id: "fan", with: "gone" },
      { edit: "move consumer", id: "fan", to: { stream: "gone" } },
      { edit: "remove stream", id: "events" },
    ] as const;
    expect(applyEdits(START, edits)).toEqual(START);
  });

  it("take a property away with null", () => {
    const edits = [
      { edit: "consumer", id: "strict", props: { maximumRetryAttempts: null } },
    ] as const;
    expect(applyEdits(START, edits).consumers.strict?.props).toEqual({
      consumerName: "strict",
      readMode: "SHARED_THROUGHPUT",
    });
  });
});
