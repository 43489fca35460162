import { filterMistake } from "../../modules/properties/filter-pattern";
import { aConsumer, synthesize } from "../helpers/synthesize";

const LEAF =
  "a list of strings, numbers, booleans, null or one of prefix, suffix, equals-ignore-case, exists, numeric, anything-but";

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
    { data: { a: [{ "anything-but": ["x", 1] }] } },
    { data: { a: [{ "anything-but": { prefix: "x" } }] } },
    { data: { a: [{ "anything-but": { suffix: "x" } }] } },
    { data: { $or: [{ a: ["x"] }, { b: [{ exists: true }] }] } },
    { $or: [{ partitionKey: ["1"] }, { data: { a: ["x"] } }] },
  ])("may be %j", (pattern) => {
    expect(filterMistake(pattern)).toBeUndefined();
  });

  it.each([undefined, null, "x", 1, [], [{ a: ["x"] }], {}])("may not be %j", (pattern) => {
    expect(filterMistake(pattern)).toEqual({
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
    expect(filterMistake(pattern)).toEqual({
      path,
      rule: "a list of alternatives or a nested object",
    });
  });

  it.each([
    [{ data: {} }, "data"],
    [{ $or: [{ a: ["x"] }, {}] }, "$or[1]"],
    [{ $or: ["x"] }, "$or[0]"],
  ])("may not be %j: a nested object must have keys", (pattern, path) => {
    expect(filterMistake(pattern)).toEqual({
      path,
      rule: "an object with at least one key",
    });
  });

  it.each([{ $or: { a: ["x"] } }, { $or: [] }, { $or: "x" }])(
    "may not be %j: $or must be a list",
    (pattern) => {
      expect(filterMistake(pattern)).toEqual({
        path: "$or",
        rule: "a list of patterns",
      });
    },
  );

  it.each([
    [["x"]],
    [{}],
    [{ prefix: 1 }],
    [{ suffix: ["x"] }],
    [{ prefix: "x", suffix: "y" }],
    [{ "equals-ignore-case": true }],
    [{ exists: "true" }],
    [{ numeric: [] }],
    [{ numeric: ["="] }],
    [{ numeric: ["!=", 1] }],
    [{ numeric: ["=", "1"] }],
    [{ numeric: [">", 1, "<"] }],
    [{ numeric: [">", 1, "<", 5, "<", 6] }],
    [{ numeric: 1 }],
    [{ "anything-but": [] }],
    [{ "anything-but": {} }],
    [{ "anything-but": { prefix: 1 } }],
    [{ "anything-but": { exists: true } }],
    [{ "anything-but": { prefix: "a", suffix: "b" } }],
    [{ cidr: "10.0.0.0/8" }],
    [{ toString: "x" }],
  ])("may not have the alternative %j", (alternative) => {
    expect(filterMistake({ data: { a: ["ok", alternative] } })).toEqual({
      path: "data.a",
      rule: LEAF,
    });
  });

  it("is written as JSON, in the order given", () => {
    const filterPatterns = [
      { data: { type: ["order"], amount: [{ numeric: [">", 10] }] } },
      { partitionKey: ["1"] },
    ];
    const { filter_criteria: criteria } = synthesize((stack, providers) => {
      aConsumer(stack, providers, { filterPatterns });
    }).only("aws_lambda_event_source_mapping");
    expect(criteria).toEqual({
      filter: [
        {
          pattern: '{"data":{"type":["order"],"amount":[{"numeric":[">",10]}]}}',
        },
        { pattern: '{"partitionKey":["1"]}' },
      ],
    });
  });

  it("is omitted if there are no patterns", () => {
    const mapping = synthesize((stack, providers) => {
      aConsumer(stack, providers, { filterPatterns: [] });
    }).only("aws_lambda_event_source_mapping");
    expect(mapping).not.toHaveProperty("filter_criteria");
  });
});
