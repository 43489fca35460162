// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

type Leaf = string | number | boolean | null | Record<string, unknown>;
export interface Pattern {
  [key: string]: Leaf[] | Pattern | Pattern[];
}

const RULES = [
  "prefix",
  "suffix",
  "equals-ignore-case",
  "anything-but",
  "numeric",
  "exists",
];

/** Parses a mapping's filter patterns; what AWS or the local AWS can't match is an error that says which. */
export function parseFilters(patterns: string[]): Pattern[] {
  return patterns.map((text) => {
    let pattern: Pattern;
    try {
      pattern = JSON.parse(text) as Pattern;
    } catch {
      throw new Error(`Invalid filter pattern definition: not JSON: ${text}`);
    }
    check(pattern);
    if (Array.isArray(pattern.data))
      throw new Error(
        `Invalid filter pattern definition: 'data' must be an object of the record's JSON properties: ${text}`,
      );
    return pattern;
  });
}

function check(pattern: unknown): void {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern))
    throw new Error(
      `Invalid filter pattern definition: expected an object, got ${JSON.stringify(pattern)}`,
    );
  for (const [key, value] of Object.entries(pattern)) {
    if (key === "$or" && Array.isArray(value)) value.forEach(check);
    else if (!Array.isArray(value)) check(value);
    else if (!value.length)
      throw new Error(
        `Invalid filter pattern definition: '${key}' is an empty list`,
      );
    else
      for (const leaf of value as unknown[]) {
        const rule = typeof leaf === "object" && leaf && Object.keys(leaf)[0];
        if (Array.isArray(leaf) || (rule && !RULES.includes(rule)))
          throw new Error(
            `Invalid filter pattern definition: '${key}' has an unknown rule: ${JSON.stringify(leaf)}`,
          );
      }
  }
}

/** Whether a record, as `kinesis` in the event shows it, passes one of the filters. */
export function passes(filters: Pattern[], record: { data: string }): boolean {
  if (!filters.length) return true;
  let data: unknown;
  try {
    data = JSON.parse(Buffer.from(record.data, "base64").toString());
  } catch {
    // A pattern on data is for JSON: AWS drops a record that is not.
  }
  return filters.some(
    (filter) =>
      (data !== undefined || !("data" in filter)) &&
      matches(filter, { ...record, data }),
  );
}

function matches(pattern: Pattern, value: unknown): boolean {
  if (Array.isArray(value))
    return value.some((element) => matches(pattern, element));
  const fields = isObject(value) ? value : undefined;
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === "$or")
      return (expected as Pattern[]).some((option) => matches(option, value));
    const found = fields?.[key];
    return Array.isArray(expected)
      ? (expected as Leaf[]).some((leaf) => matchesAny(leaf, found))
      : matches(expected, found);
  });
}

// An array in the event matches when one of its elements does.
function matchesAny(leaf: Leaf, found: unknown): boolean {
  return Array.isArray(found)
    ? found.some((element) => matchesLeaf(leaf, element))
    : matchesLeaf(leaf, found);
}

function matchesLeaf(leaf: Leaf, found: unknown): boolean {
  if (!isObject(leaf)) return leaf === found;
  const [[rule, argument] = ["", undefined]] = Object.entries(leaf);
  if (rule === "exists")
    return (found !== undefined && !isObject(found)) === argument;
  if (found === undefined) return false;
  switch (rule) {
    case "prefix":
      return typeof found === "string" && found.startsWith(String(argument));
    case "suffix":
      return typeof found === "string" && found.endsWith(String(argument));
    case "equals-ignore-case":
      return (
        typeof found === "string" &&
        found.toLowerCase() === String(argument).toLowerCase()
      );
    case "anything-but":
      return !(Array.isArray(argument) ? argument : [argument]).some((one) =>
        matchesLeaf(one as Leaf, found),
      );
    default:
      return typeof found === "number" && inRange(argument as unknown[], found);
  }
}

function inRange(bounds: unknown[], found: number): boolean {
  for (let at = 0; at < bounds.length; at += 2) {
    const bound = Number(bounds[at + 1]);
    const holds = {
      "=": found === bound,
      "<": found < bound,
      "<=": found <= bound,
      ">": found > bound,
      ">=": found >= bound,
    }[String(bounds[at])];
    if (!holds) return false;
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
