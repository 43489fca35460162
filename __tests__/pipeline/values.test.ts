import * as vm from "node:vm";
import { number, text } from "../../pipeline/terraform/resource";
import { isGiven, isPlainObject, listOf } from "../../pipeline/values";

describe("values", () => {
  it.each([
    [{}, true],
    [Object.create(null) as object, true],
    [vm.runInNewContext("({})") as object, true],
    [[], false],
    [new Date(), false],
    [null, false],
    [undefined, false],
    ["text", false],
  ])("are plain objects: %p, %s", (value, expected) => {
    expect(isPlainObject(value)).toBe(expected);
  });

  it("are given unless they are null or undefined", () => {
    expect([0, "", false, null, undefined].map(isGiven)).toEqual([true, true, true, false, false]);
  });

  it("are one or a list of them", () => {
    expect([undefined, 1, [1, 2]].map((value) => listOf(value))).toEqual([[], [1], [1, 2]]);
  });

  it("are text or numbers of Terraform, if they are known", () => {
    const all = { text: "x", empty: "", number: 0, list: ["x"] };
    const names = [...Object.keys(all), "missing"];

    expect(names.map((name) => text(all, name))).toEqual(["x", ...Array<undefined>(4)]);
    expect(names.map((name) => number(all, name))).toEqual([
      ...[undefined, undefined, 0, undefined, undefined],
    ]);
    expect([text(null, "x"), number(null, "x"), text(undefined, "x")]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});
