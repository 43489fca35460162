import type { Received, Sent } from "../e2e/changes/load";
import type { ObservedReader } from "./observe";
import { compareStores, type Evidence, measure, pairReaders } from "./truth";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/events";

const FAN: ObservedReader = {
  uuid: "1",
  account: "222222222222",
  functionName: "fan",
  streamArn: STREAM,
  state: "Enabled",
  problem: undefined,
  keys: undefined,
  position: "TRIM_HORIZON",
  startsAt: 0,
  destination: "a queue",
  retries: Infinity,
  ageSeconds: Infinity,
};

/** Record n is put at the time n; a step begins at 10 and is applied at 20. */
const sent = (number: number, key = "a", isGone = false): Sent & { isGone: boolean } => ({
  ...{ number, key, isGone, at: number },
  streamArn: STREAM,
});
const received = (number: number, at: number, key = "a"): Received => ({
  ...{ number, key, at },
  version: "1",
});

const measured = (evidence: Partial<Evidence>) =>
  measure({
    old: FAN,
    next: FAN,
    sent: [1, 2, 3, 12, 13].map((number) => sent(number)),
    received: [],
    discarded: new Set(),
    unreported: [],
    begun: 10,
    applied: 20,
    expectedFrom: 0,
    known: new Set(),
    ...evidence,
  });

const all = [received(1, 1), received(2, 2), received(3, 3), received(12, 12), received(13, 13)];

describe("what became of the records of a reader", () => {
  it("is nothing special if each came once", () => {
    expect(measured({ received: all })).toMatchObject({ again: 0, missed: 0, outOfOrder: 0 });
  });

  it("does not expect later what a filter excluded", () => {
    const filtered = { ...FAN, keys: ["b"] };

    expect(measured({ old: filtered, received: [received(12, 12)] })).toMatchObject({
      missed: 0,
      notExpectedLater: [1, 2, 3, 13],
    });
  });

  it("counts what came before the step and again", () => {
    const replayed = [received(1, 14), received(2, 15), received(3, 16)];
    expect(measured({ received: [...all, ...replayed] })).toMatchObject({
      again: 3,
      repeatable: 3,
    });
  });

  it("counts what was put since and came twice, as with two mappings of one function", () => {
    expect(measured({ received: [...all, received(13, 14)] })).toMatchObject({ again: 1 });
  });

  it("counts what was skipped", () => {
    const skipping = all.filter(({ number }) => number !== 3 && number !== 12);
    expect(measured({ received: skipping })).toMatchObject({
      missed: 2,
      notExpectedLater: [3, 12],
    });
  });

  it("does not count what waits, was given up, was missed earlier, or is not expected", () => {
    const late = all.filter(({ number }) => number < 12);
    expect(measured({ received: late })).toMatchObject({ missed: 0 });
    const skipping = all.filter(({ number }) => number !== 3);
    for (const evidence of [
      { discarded: new Set([3]) },
      { known: new Set([3]) },
      { expectedFrom: 4 },
      { next: { ...FAN, keys: ["b"] } },
    ]) {
      expect(measured({ received: skipping, ...evidence })).toMatchObject({ missed: 0 });
    }
  });

  it("counts what went with its stream", () => {
    const gone = [1, 2, 3].map((number) => sent(number, "a", true));
    expect(measured({ sent: gone, received: all.slice(0, 2) })).toMatchObject({
      notExpectedLater: [3],
    });
  });

  it("counts older records once all of them have come", () => {
    const resumed = [received(1, 1), received(2, 22), received(3, 23)];
    expect(measured({ received: resumed })).toMatchObject({ caughtUp: 2 });
    expect(measured({ received: resumed.slice(0, 2) })).toMatchObject({ caughtUp: 0 });
  });
});

describe("the readers before and after a step", () => {
  const pairs = (before: ObservedReader[], after: ObservedReader[], id?: string) =>
    pairReaders(before, after, () => id).map((pair) => pair.map((one) => one?.functionName));
  const renamed = { ...FAN, functionName: "renamed" };
  const replaced = { ...FAN, uuid: "2" };

  it("are the same with the same function and stream, whatever mapping it is", () => {
    expect(pairs([FAN], [replaced])).toEqual([["fan", "fan"]]);
  });

  it("are the same with the same mapping or construct", () => {
    expect(pairs([FAN], [renamed])).toEqual([["fan", "renamed"]]);
    expect(pairs([FAN], [{ ...renamed, uuid: "2" }], "fan")).toEqual([["fan", "renamed"]]);
  });

  it("are others with another stream or in another account", () => {
    for (const other of [{ streamArn: `${STREAM}-2` }, { account: "333333333333" }]) {
      expect(pairs([FAN], [{ ...replaced, ...other }], "fan")).toEqual([
        ["fan", undefined],
        [undefined, "fan"],
      ]);
    }
  });
});

describe("the stores before and after a step", () => {
  const store = (name: string, identity: string) => ({
    ...({ kind: "stream", name, identity } as const),
    account: "111111111111",
  });

  it("end if they are gone, or made anew under their name", () => {
    const before = [store("a", "1"), store("b", "1"), store("c", "1")];
    const after = [store("b", "2"), store("c", "1")];
    expect(compareStores(before, after)).toEqual({
      ended: [
        { kind: "stream", name: "a" },
        { kind: "stream", name: "b" },
      ],
      kept: [{ kind: "stream", name: "c" }],
    });
  });
});
