import { filterMistake } from "./filter-pattern";
import { isPlainObject } from "./values";

/**
 * Decides which records match the filters of an event source mapping.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */

type Leaf = string | number | boolean | null | Record<string, unknown>;
export interface Pattern {
  [key: string]: Leaf[] | Pattern | Pattern[];
}

/**
 * Parses one filter pattern.
 *
 * @throws Error that says why, when the pattern is invalid or cannot be evaluated here
 */
export function parseFilterPattern(text: string): Pattern {
  let pattern: Pattern;
  try {
    pattern = JSON.parse(text) as Pattern;
  } catch {
    throw new Error("not JSON");
  }
  const mistake = filterMistake(pattern);
  if (mistake) {
    throw new Error(`'${mistake.path}' must be ${mistake.rule}`);
  }
  if (Array.isArray(pattern.data)) {
    throw new Error("'data' must be an object of the record's JSON properties");
  }
  return pattern;
}

/** True if a record, in the form of `kinesis` in the event, matches one of the filters. */
export function passes(filters: readonly Pattern[], record: { data: string }): boolean {
  if (filters.length === 0) {
    return true;
  }
  let data: unknown;
  try {
    data = JSON.parse(Buffer.from(record.data, "base64").toString());
  } catch {
    // AWS drops records that are not JSON if a pattern is about their data.
  }
  return filters.some(
    (filter) => (data !== undefined || !("data" in filter)) && matches(filter, { ...record, data }),
  );
}

function matches(pattern: Pattern, value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some((one) => matches(pattern, one));
  }
  const fields = isPlainObject(value) ? value : {};
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === "$or") {
      return (expected as Pattern[]).some((option) => matches(option, value));
    }
    if (!Array.isArray(expected)) {
      return matches(expected, fields[key]);
    }
    // A list in the event matches when one of its elements does.
    return (expected as Leaf[]).some((leaf) =>
      [fields[key]].flat().some((found) => matchesLeaf(leaf, found)),
    );
  });
}

function matchesLeaf(leaf: Leaf, found: unknown): boolean {
  if (!isPlainObject(leaf)) {
    return leaf === found;
  }
  const [[rule, operand] = ["", undefined]] = Object.entries(leaf);
  if (rule === "exists") {
    return (found !== undefined && !isPlainObject(found)) === operand;
  }
  if (rule === "anything-but") {
    return found !== undefined && ![operand].flat().some((one) => matchesLeaf(one as Leaf, found));
  }
  if (rule === "numeric") {
    return typeof found === "number" && inRange(operand as unknown[], found);
  }
  const text = String(operand);
  if (typeof found !== "string") {
    return false;
  }
  if (rule === "prefix") {
    return found.startsWith(text);
  }
  if (rule === "suffix") {
    return found.endsWith(text);
  }
  return found.toLowerCase() === text.toLowerCase();
}

function inRange([comparison, bound, ...more]: unknown[], found: number): boolean {
  const distance = found - Number(bound);
  const holds = {
    "=": distance === 0,
    "<": distance < 0,
    "<=": distance <= 0,
    ">": distance > 0,
    ">=": distance >= 0,
  }[String(comparison)];
  return holds === true && (!more.length || inRange(more, found));
}
