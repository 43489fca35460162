import { firstFailure } from "../../cli/src/kinesis-event";
import { parseFilters, passes } from "../../local/aws/filters";

const record = (data: unknown, partitionKey = "key-1") => ({
  data: Buffer.from(typeof data === "string" ? data : JSON.stringify(data)).toString("base64"),
  partitionKey,
});
const match = (pattern: object, data: unknown, partitionKey?: string) =>
  passes(parseFilters([JSON.stringify(pattern)]), record(data, partitionKey));

describe("filters", () => {
  it.each([
    ["an exact value", { data: { city: ["Oslo"] } }, { city: "Oslo" }, { city: "oslo" }],
    [
      "one of several values",
      { data: { city: ["Oslo", "Rome"] } },
      { city: "Rome" },
      { city: "Bern" },
    ],
    ["null", { data: { city: [null] } }, { city: null }, { city: "null" }],
    ["a number", { data: { n: [5] } }, { n: 5 }, { n: "5" }],
    ["prefix", { data: { city: [{ prefix: "Os" }] } }, { city: "Oslo" }, { city: "Rome" }],
    ["suffix", { data: { city: [{ suffix: "lo" }] } }, { city: "Oslo" }, { city: "Rome" }],
    [
      "equals-ignore-case",
      { data: { city: [{ "equals-ignore-case": "OSLO" }] } },
      { city: "Oslo" },
      { city: "Rome" },
    ],
    [
      "anything-but",
      { data: { city: [{ "anything-but": ["Oslo"] }] } },
      { city: "Rome" },
      { city: "Oslo" },
    ],
    [
      "anything-but prefix",
      { data: { city: [{ "anything-but": { prefix: "Os" } }] } },
      { city: "Rome" },
      { city: "Oslo" },
    ],
    ["numeric", { data: { n: [{ numeric: [">", 0, "<=", 5] }] } }, { n: 5 }, { n: 6 }],
    ["exists", { data: { n: [{ exists: true }] } }, { n: 5 }, { m: 5 }],
    ["not exists", { data: { a: { n: [{ exists: false }] } } }, { m: 5 }, { a: { n: 1 } }],
    ["nested properties", { data: { a: { b: ["x"] } } }, { a: { b: "x" } }, { a: "x" }],
    ["an element of a list", { data: { tags: ["x"] } }, { tags: ["w", "x"] }, { tags: ["w"] }],
    ["all properties", { data: { a: [1], b: [2] } }, { a: 1, b: 2 }, { a: 1, b: 3 }],
    ["$or", { data: { $or: [{ a: [1] }, { b: [2] }] } }, { b: 2 }, { a: 2, b: 1 }],
  ])("match %s", (_, pattern, hit, miss) => {
    expect(match(pattern, hit)).toBe(true);
    expect(match(pattern, miss)).toBe(false);
  });

  it("drop data that is not JSON when the pattern looks into data", () => {
    expect(match({ data: { n: [{ exists: false }] } }, "plain text")).toBe(false);
    expect(match({ partitionKey: ["key-1"] }, "plain text")).toBe(true);
    expect(match({ partitionKey: ["key-1"] }, "plain text", "key-2")).toBe(false);
  });

  it("pass a record that any one of them passes, and all records when there are none", () => {
    const filters = parseFilters(['{"data":{"a":[1]}}', '{"data":{"a":[2]}}']);
    expect([1, 2, 3].map((a) => passes(filters, record({ a })))).toEqual([true, true, false]);
    expect(passes([], record("anything"))).toBe(true);
  });

  it.each([
    ["{", /not JSON/],
    ['{"data":{"a":[]}}', /'data\.a' must be a list of alternatives/],
    ['{"data":{"a":"x"}}', /'data\.a' must be .* or a nested object/],
    ['{"data":{"a":[{"wildcard":"x"}]}}', /'data\.a' must be .* one of prefix, .*"wildcard"/],
    ['{"data":["text"]}', /'data' must be an object/],
  ])("fail when a pattern is %s", (pattern, words) => {
    expect(() => parseFilters([pattern])).toThrow(words);
  });
});

describe("batchItemFailures", () => {
  const records = ["11", "12", "13"].map((sequenceNumber) => ({
    sequenceNumber,
  }));
  const failed = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it.each([
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
    ["an empty response", {}],
    ["a null response", null],
  ])("are a success when it is %s", (_, response) => {
    expect(firstFailure(response, records)).toBeUndefined();
  });

  it("count from the lowest sequence number", () => {
    expect(firstFailure(failed("13", "12"), records)).toBe(1);
    expect(firstFailure(failed("11"), records)).toBe(0);
  });

  it.each([
    ["an empty identifier", failed("")],
    ["a null identifier", failed(null)],
    ["an identifier that is not in the batch", failed("12", "99")],
    ["a bad key name", { batchItemFailures: [{ id: "12" }] }],
    ["something that is not an object", "done"],
  ])("fail the whole batch with %s", (_, response) => {
    expect(firstFailure(response, records)).toBe("whole batch");
  });
});
