import { compilePattern, type FilterMistake } from "../../pipeline/filter-pattern";

/** The place and the rule of the mistake that AWS's matcher finds in a pattern. */
function mistakeIn(pattern: unknown): object | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    const { path, rule } = error as FilterMistake;
    return { path, rule };
  }
}

describe("a filter pattern", () => {
  it.each([
    { data: { type: ["order"] } },
    { partitionKey: ["1", "2"] },
    { data: { a: [null, "", 1, true] } },
    { data: { a: [{ prefix: "x" }, { suffix: "y" }] } },
    { data: { a: [{ "equals-ignore-case": "x" }] } },
    { data: { a: [{ exists: false }], b: { c: [{ exists: true }] } } },
    { data: { a: [{ numeric: ["=", 1] }] } },
    { data: { a: [{ numeric: [">", 0, "<=", 100.5] }] } },
    { data: { a: [{ "anything-but": "x" }] } },
    { data: { a: [{ "anything-but": ["x", "y"] }, { "anything-but": [1, 2] }] } },
    { data: { a: [{ "anything-but": { "equals-ignore-case": ["x", "y"] } }] } },
    { data: { a: [{ "anything-but": { wildcard: "*x" } }, { wildcard: "a\\*" }] } },
    { data: { a: [{ exactly: "x" }, { cidr: "10.0.0.0/8" }, { cidr: "::/128" }] } },
    { data: { a: [{ numeric: [">", 9e9] }, { numeric: ["<=", -1.5] }] } },
    { data: { prefix: ["x"], a: { exists: [true] } } },
    { data: { a: [{ "anything-but": { prefix: "x" } }] } },
    { data: { a: [{ "anything-but": { suffix: "x" } }] } },
    { data: { a: [{ "anything-but": { prefix: "**" } }] } },
    { data: { a: [{ "anything-but": { "equals-ignore-case": "" } }] } },
    { data: { $or: [{ a: ["x"] }, { b: [{ exists: true }] }] } },
    { $or: [{ partitionKey: ["1"] }, { data: { a: ["x"] } }] },
  ])("may be %j", (pattern) => {
    expect(mistakeIn(pattern)).toBeUndefined();
  });

  it.each([undefined, null, "x", 1, [], [{ a: ["x"] }], {}])("may not be %j", (pattern) => {
    expect(mistakeIn(pattern)).toEqual({
      path: "",
      rule: "an object with at least one key",
    });
  });

  it.each([
    [{ a: "x" }, "a"],
    [{ a: 1 }, "a"],
    [{ a: null }, "a"],
    [{ a: [] }, "a"],
    [{ ok: ["x"], data: { a: { b: true } } }, "data.a.b"],
    [{ $or: [{ a: ["x"] }, { b: "x" }] }, "$or[1].b"],
  ])("may not be %j: a value must be a list", (pattern, path) => {
    expect(mistakeIn(pattern)).toEqual({
      path,
      rule: "a list of alternatives or a nested object",
    });
  });

  it.each([
    [{ data: {} }, "data"],
    [{ $or: [{ a: ["x"] }, {}] }, "$or[1]"],
    [{ $or: ["x", { a: ["x"] }] }, "$or[0]"],
    [{ $or: ["x"] }, "$or[0]"],
  ])("may not be %j: a nested object must have keys", (pattern, path) => {
    expect(mistakeIn(pattern)).toEqual({
      path,
      rule: "an object with at least one key",
    });
  });

  it.each([{ $or: { a: ["x"] } }, { $or: [] }, { $or: "x" }])(
    "may not be %j: $or must be a list",
    (pattern) => {
      expect(mistakeIn(pattern)).toEqual({
        path: "$or",
        rule: "a list of patterns",
      });
    },
  );

  it("may not have $or with one pattern", () => {
    expect(mistakeIn({ data: { $or: [{ a: ["x"] }] } })).toEqual({
      path: "data.$or",
      rule: "a list of at least two patterns",
    });
  });

  it.each(["prefix", "numeric", "regex", "<="])("may not look for %s inside $or", (key) => {
    const pattern = { $or: [{ a: ["x"] }, { data: { [key]: ["x"] } }] };
    expect(mistakeIn(pattern)).toEqual({
      path: `$or[1].data.${key}`,
      rule: `outside $or, in which ${key} is reserved`,
    });
  });

  it.each([[["x"]], [{}], [{ prefix: "x", suffix: "y" }], [{ like: "x" }], [{ toString: "x" }]])(
    "may not have the alternative %j",
    (alternative) => {
      expect(mistakeIn({ data: { a: ["ok", alternative] } })).toEqual({
        path: "data.a",
        rule: "a list of strings, numbers, booleans, null or one of prefix, suffix, equals-ignore-case, exists, numeric, anything-but, wildcard, cidr, exactly",
      });
    },
  );

  it.each([
    ["prefix", 1],
    ["prefix", { "equals-ignore-case": 1 }],
    ["prefix", { suffix: "x" }],
    ["suffix", ["x"]],
    ["equals-ignore-case", true],
    ["exists", "true"],
    ["numeric", "="],
    ["numeric", [">", 1, "<<", 5]],
    ["numeric", [">", 1, "=", 5]],
    ["numeric", ["=", 1, "<", 5]],
    ["numeric", [">", 5, "<", 5]],
    ["anything-but", { prefix: "" }],
    ["anything-but", { suffix: ["x", ""] }],
    ["anything-but", { wildcard: ["a*", "b**"] }],
    ["anything-but", { like: "x" }],
    ["cidr", "10.0.0.0/x8"],
    ["cidr", "10.0.0.0/8x"],
    ["cidr", "10.0.0.0/33"],
    ["cidr", ["10.0.0.0/8"]],
    ["numeric", []],
    ["numeric", ["="]],
    ["numeric", ["!=", 1]],
    ["numeric", ["=", "1"]],
    ["numeric", [">", 1, "<"]],
    ["numeric", [">", 1, "<", 5, "<", 6]],
    ["numeric", [">", 1, ">", 5]],
    ["numeric", ["<", 5, ">", 1]],
    ["numeric", ["=", 1, "<", 5]],
    ["numeric", [">", 5, "<", 1]],
    ["numeric", [">=", 5, "<=", 5]],
    ["numeric", [">", 1, "<", "5"]],
    ["numeric", 1],
    ["anything-but", []],
    ["anything-but", null],
    ["anything-but", [true]],
    ["anything-but", ["x", 1]],
    ["anything-but", {}],
    ["anything-but", { prefix: 1 }],
    ["anything-but", { prefix: "" }],
    ["anything-but", { exists: true }],
    ["anything-but", { prefix: "a", suffix: "b" }],
    ["anything-but", { wildcard: "a**" }],
    ["wildcard", "a**b"],
    ["wildcard", "a\\b"],
    ["wildcard", 1],
    ["cidr", "10.0.0.0"],
    ["cidr", "10.0.0.0/33"],
    ["cidr", "10.0.0/8"],
    ["cidr", 10],
    ["exactly", 1],
  ])("may not have the alternative { %s: %j }", (operator, operand) => {
    expect(mistakeIn({ data: { a: ["ok", { [operator]: operand }] } })).toEqual({
      path: "data.a",
      rule: expect.stringMatching(new RegExp(`^a list whose ${operator} is `)),
    });
  });
});
