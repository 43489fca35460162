import { filterWarnings, matchesNoRecord, withKeysInData } from "../../pipeline/filter-warnings";
import vectors from "./vectors/event-ruler.json";

const forgotten = (key: string, consequence: string) =>
  `looks for '${key}', which is no key of a Kinesis record, so ${consequence}; ` +
  `the properties of a record's JSON are in 'data': write { "data": { "${key}": ... } }`;
const unnamed = (what: string) =>
  `uses ${what}, which AWS's matcher takes and Lambda's documentation does not name; see that a record passes before you rely on it`;

describe("warnings about a filter pattern", () => {
  it.each([
    { data: { type: [null, "", "order", 1, true] } },
    { data: { a: [{ "anything-but": ["x"] }, { "anything-but": "y" }] } },
    { data: { a: [{ numeric: ["=", 1] }], b: [{ numeric: [">", 1, "<=", 2] }] } },
    { data: { a: [{ exists: true }, { exists: false }], b: [{ prefix: "x" }, { suffix: "y" }] } },
    { data: { $or: [{ a: [{ "equals-ignore-case": "x" }] }, { b: ["y"] }] } },
    { $or: [{ data: { a: ["x"] } }, { data: { b: ["y"] } }] },
    { order: [{ exists: false }], data: { a: ["x"] } },
    { order: { type: [{ exists: false }] } },
  ])("are none for %j", (pattern) => {
    expect(filterWarnings(pattern)).toEqual([]);
  });

  it("say that 'data' was forgotten", () => {
    expect(filterWarnings({ order: { type: ["buy"] } })).toEqual([
      forgotten("order", "no record passes"),
    ]);
    expect(filterWarnings({ $or: [{ order: ["x"] }, { data: { a: ["x"] } }] })).toEqual([
      forgotten("order", "this part of $or never matches"),
    ]);
  });

  it("are none for a key that may be missing, one of several alternatives", () => {
    expect(filterWarnings({ order: [{ exists: false }, "x"] })).toEqual([]);
    expect(filterWarnings({ order: [{ exists: true }, null] })).toEqual([
      forgotten("order", "no record passes"),
    ]);
  });

  it.each(["eventSource", "body", "dynamodb"])("say that no Kinesis record has %s", (key) => {
    expect(filterWarnings({ [key]: ["x"] })).toEqual([
      `looks for '${key}', which is no key of a Kinesis record, so no record passes; a filter sees the record alone: omit the key, or look into 'data'`,
    ]);
  });

  it.each([
    "approximateArrivalTimestamp",
    "kinesisSchemaVersion",
    "partitionKey",
    "sequenceNumber",
  ])("say that Lambda's documentation does not name %s", (key) => {
    expect(filterWarnings({ [key]: ["1"], data: { a: ["x"] } })).toEqual([
      `uses '${key}', but Lambda's documentation names only 'data' for Kinesis; see that a record passes before you rely on it`,
    ]);
  });

  it("say that Lambda refuses a list as data", () => {
    expect(filterWarnings({ data: ["text"] })).toEqual([
      "has a list as 'data', which Lambda refuses; write an object of the data's JSON properties",
    ]);
  });

  it.each([
    [{ wildcard: "a*" }, "wildcard"],
    [{ cidr: "10.0.0.0/8" }, "cidr"],
    [{ exactly: "x" }, "exactly"],
    [{ prefix: { "equals-ignore-case": "x" } }, "prefix with equals-ignore-case"],
    [{ "anything-but": { prefix: "x" } }, "anything-but with prefix"],
  ])("say that Lambda's documentation does not name %j", (alternative, what) => {
    expect(filterWarnings({ data: { a: { b: ["x", alternative] }, c: [alternative] } })).toEqual([
      unnamed(what),
    ]);
    expect(filterWarnings({ data: { $or: [{ a: ["x"] }, { b: [alternative] }] } })).toEqual([
      unnamed(what),
    ]);
  });

  it("are none for what the vectors call by the names of Lambda's page", () => {
    const documented = ["null matches null", "empty", "or", "prefix", "suffix", "nested"];
    const patterns = vectors.cases.filter(({ name }) => documented.includes(name));
    expect(patterns).toHaveLength(documented.length);
    for (const { pattern } of patterns) {
      expect(filterWarnings(JSON.parse(pattern))).toEqual([]);
    }
  });
});

describe("a pattern that looks for a key that no record has", () => {
  it.each([
    [{ order: ["x"] }, true],
    [{ order: { type: ["x"] } }, true],
    [{ order: ["x"], data: { a: ["x"] } }, true],
    [{ $or: [{ order: ["x"] }, { body: ["x"] }] }, true],
    [{ $or: [{ order: ["x"] }, { data: { a: ["x"] } }] }, false],
    [{ order: [{ exists: false }] }, false],
    [{ order: { type: [{ exists: false }] } }, false],
    [{ partitionKey: ["x"] }, false],
    [{ data: { order: ["x"] } }, false],
    [{ order: [{ "no-operator": 1 }] }, true],
  ])("%j lets nothing pass: %s", (pattern, expected) => {
    expect(matchesNoRecord(pattern)).toBe(expected);
  });

  it.each([
    [{ order: ["x"] }, { data: { order: ["x"] } }],
    [
      { order: ["x"], type: ["y"], partitionKey: ["k"], data: { a: [1] } },
      { partitionKey: ["k"], data: { a: [1], order: ["x"], type: ["y"] } },
    ],
    [{ body: ["x"] }, undefined],
    [{ order: ["x"], kinesis: { data: ["y"] } }, undefined],
    [{ order: ["x"], data: ["y"] }, undefined],
    [{ data: { a: [1] } }, undefined],
    [{ $or: [{ order: ["x"] }, { type: ["x"] }] }, undefined],
  ])("%j has it in the data as %j", (pattern, expected) => {
    expect(withKeysInData(pattern)).toEqual(expected);
  });
});
