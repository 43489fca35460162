import { exponent, impossible, isMet, median, quantile, ratio, row } from "../../bench/statistics";

describe("statistics", () => {
  it("take the middle of sorted values, and interpolate between two", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
    expect(row("label", "s", [5, 1, 2, 4, 3])).toEqual({
      label: "label",
      unit: "s",
      median: 3,
      quartiles: [2, 4],
      runs: 5,
    });
  });

  it("compare round by round, so that a slow round of both sides changes nothing", () => {
    expect(ratio("a to b", [2, 20, 2], [1, 10, 1])).toMatchObject({
      median: 2,
      quartiles: [2, 2],
      unit: "times",
    });
  });

  it("find the exponent of a power law", () => {
    expect(exponent([100, 5], [800, 40])).toBeCloseTo(1);
    expect(exponent([10, 1], [100, 100])).toBeCloseTo(2);
  });

  it("judge a value by its target, which it may reach", () => {
    const judged = (value: number, target?: Parameters<typeof ratio>[3]) =>
      isMet(row("label", "s", [value], target && { target }));

    expect(judged(1.2, { atMost: 1.2 })).toBe(true);
    expect(judged(1.3, { atMost: 1.2 })).toBe(false);
    expect(judged(10, { atLeast: 10 })).toBe(true);
    expect(judged(9, { atLeast: 10 })).toBe(false);
    expect(judged(9)).toBeUndefined();
  });

  it.each([[[]], [[0]], [[-1]], [[NaN]], [[Infinity]]])("refuse %j as a measurement", (values) => {
    expect(impossible([row("label", "s", [1]), row("wrong", "s", values)])).toMatchObject([
      { label: "wrong" },
    ]);
  });
});
