import {
  compilePattern,
  matchesEvent,
  parseFilterPattern,
  passes,
} from "../../pipeline/filter-pattern";
import vectors from "./vectors/event-ruler.json";

const record = (data: unknown, partitionKey = "key-1") => ({
  data: Buffer.from(typeof data === "string" ? data : JSON.stringify(data)).toString("base64"),
  partitionKey,
});
const match = (pattern: object, data: unknown, partitionKey?: string) =>
  passes([parseFilterPattern(JSON.stringify(pattern))], record(data, partitionKey));

/** What our matcher says of a pattern and the record, in the words of the vectors. */
function verdictOf(pattern: string, dataBase64: string): string {
  let data: unknown = dataBase64;
  try {
    data = JSON.parse(Buffer.from(dataBase64, "base64").toString());
  } catch {
    // A record that is not JSON stays as it is.
  }
  try {
    const compiled = compilePattern(JSON.parse(pattern));
    return matchesEvent(compiled, { partitionKey: "1", data }) ? "match" : "no match";
  } catch {
    return "refused";
  }
}

describe("AWS's own matcher agrees", () => {
  it.each(vectors.cases)("on $name", ({ pattern, dataBase64, verdict }) => {
    expect(verdictOf(pattern, dataBase64)).toBe(verdict);
  });
});

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
    [
      "prefix in any case",
      { data: { s: [{ prefix: { "equals-ignore-case": "OS" } }] } },
      { s: "oslo" },
      { s: "rome" },
    ],
    [
      "suffix in any case",
      { data: { s: [{ suffix: { "equals-ignore-case": "LO" } }] } },
      { s: "oslo" },
      { s: "rome" },
    ],
    ["wildcard", { data: { s: [{ wildcard: "a*c\\*" }] } }, { s: "abc*" }, { s: "abcd" }],
    [
      "wildcard over lines and special characters",
      { data: { s: [{ wildcard: "(*.png" }] } },
      { s: "(\n.png" },
      { s: "(xpng" },
    ],
    [
      "anything-but several prefixes",
      { data: { s: [{ "anything-but": { prefix: ["a", "b"] } }] } },
      { s: "c" },
      { s: "bc" },
    ],
    ["anything-but a number", { data: { n: [{ "anything-but": 1 }] } }, { n: 2 }, { n: 1 }],
    [
      "a range of IPv4 addresses",
      { data: { ip: [{ cidr: "10.0.0.0/24" }] } },
      { ip: "10.0.0.255" },
      { ip: "10.0.1.0" },
    ],
    [
      "a range of IPv6 addresses",
      { data: { ip: [{ cidr: "2001:db8::/32" }] } },
      { ip: "2001:db8::1" },
      { ip: "10.0.0.1" },
    ],
    ["one comparison", { data: { n: [{ numeric: ["<", 5] }] } }, { n: 4 }, { n: 5 }],
    ["an equal number", { data: { n: [{ numeric: ["=", 5] }] } }, { n: 5 }, { n: 6 }],
    ["more than a number", { data: { n: [{ numeric: [">", 5] }] } }, { n: 6 }, { n: 5 }],
    ["above a bound", { data: { n: [{ numeric: [">", 0, "<", 5] }] } }, { n: 1 }, { n: 0 }],
    ["below a bound", { data: { n: [{ numeric: [">=", 0, "<", 5] }] } }, { n: 0 }, { n: 5 }],
    ["from a bound on", { data: { n: [{ numeric: [">=", 0, "<=", 5] }] } }, { n: 5 }, { n: -1 }],
    [
      "numbers between bounds",
      { data: { n: [{ numeric: [">", 0, "<", 5] }] } },
      { n: 3 },
      { n: "3" },
    ],
    ["exactly", { data: { s: [{ exactly: "x" }] } }, { s: "x" }, { s: "X" }],
    ["text only", { data: { s: [{ prefix: "1" }] } }, { s: "12" }, { s: 12 }],
    [
      "anything-but suffix",
      { data: { s: [{ "anything-but": { suffix: "x" } }] } },
      { s: "xy" },
      { s: "yx" },
    ],
    ["numbers only", { data: { n: [{ numeric: [">=", 5] }] } }, { n: 5 }, { n: "6" }],
    [
      "one element of a list of objects",
      { data: { l: { a: [1], b: [2] } } },
      { l: [{ a: 1, b: 2 }] },
      { l: [{ a: 1 }, { b: 2 }] },
    ],
    [
      "absence from every element",
      { data: { l: { a: [{ exists: false }] } } },
      { l: [{ b: 1 }] },
      { l: [{ b: 1 }, { a: 1 }] },
    ],
    ["a value or its absence", { data: { a: ["x", { exists: false }] } }, { b: 1 }, { a: "y" }],
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
    const filters = ['{"data":{"a":[1]}}', '{"data":{"a":[2]}}'].map(parseFilterPattern);
    expect([1, 2, 3].map((a) => passes(filters, record({ a })))).toEqual([true, true, false]);
    expect(passes([], record("anything"))).toBe(true);
  });

  it.each([
    ["{", /not JSON/],
    ['{"data":{"a":[]}}', /'data\.a' must be a list of alternatives/],
    ['{"data":{"a":"x"}}', /'data\.a' must be .* or a nested object/],
    ['{"data":{"a":[{"like":"x"}]}}', /'data\.a' must be .* one of prefix, /],
    ["{}", /^it must be an object with at least one key$/],
    ['{"data":["text"]}', /'data' must be an object/],
  ])("fail when a pattern is %s", (pattern, words) => {
    expect(() => parseFilterPattern(pattern)).toThrow(words);
  });
});
