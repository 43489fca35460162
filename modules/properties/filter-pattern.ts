import { isPlainObject } from "./values";

/**
 * Lambda's event filter syntax: a pattern is an object whose leaves are lists of alternatives.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 */

const isText = (value: unknown): boolean => typeof value === "string";

const isScalar = (value: unknown): boolean =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

const NUMERIC_OPERATORS = ["=", "<", "<=", ">", ">="];

const isNumericRange = (value: unknown): boolean =>
  Array.isArray(value) &&
  (value.length === 2 || value.length === 4) &&
  value.every((part, index) =>
    index % 2 === 0 ? NUMERIC_OPERATORS.includes(part as string) : typeof part === "number",
  );

const isAnythingBut = (value: unknown): boolean =>
  isScalar(value) ||
  (Array.isArray(value) && value.length > 0 && value.every(isScalar)) ||
  (isPlainObject(value) &&
    Object.keys(value).length === 1 &&
    Object.entries(value).every(
      ([key, text]) => ["prefix", "suffix"].includes(key) && isText(text),
    ));

const COMPARISONS: Record<string, (value: unknown) => boolean> = {
  prefix: isText,
  suffix: isText,
  "equals-ignore-case": isText,
  exists: (value) => typeof value === "boolean",
  numeric: isNumericRange,
  "anything-but": isAnythingBut,
};

const isAlternative = (value: unknown): boolean => {
  if (!isPlainObject(value)) {
    return isScalar(value);
  }
  const [[comparison, operand] = ["", undefined], ...more] = Object.entries(value);
  return (
    more.length === 0 &&
    Object.keys(COMPARISONS).includes(comparison) &&
    COMPARISONS[comparison]?.(operand) === true
  );
};

/** The path of the first thing in a pattern that Lambda would refuse, and what it should be. */
export function filterMistake(
  pattern: unknown,
  path = "",
): { readonly path: string; readonly rule: string } | undefined {
  if (!isPlainObject(pattern) || Object.keys(pattern).length === 0) {
    return { path, rule: "an object with at least one key" };
  }
  for (const [key, value] of Object.entries(pattern)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (isPlainObject(value) && key !== "$or") {
      const mistake = filterMistake(value, here);
      if (mistake) {
        return mistake;
      }
    } else if (!Array.isArray(value) || value.length === 0) {
      return {
        path: here,
        rule: key === "$or" ? "a list of patterns" : "a list of alternatives or a nested object",
      };
    } else if (key === "$or") {
      const mistake = value
        .map((one, index) => filterMistake(one, `${here}[${index}]`))
        .find((found) => found !== undefined);
      if (mistake) {
        return mistake;
      }
    } else if (!value.every(isAlternative)) {
      return {
        path: here,
        rule: `a list of strings, numbers, booleans, null or one of ${Object.keys(COMPARISONS).join(", ")}`,
      };
    }
  }
  return undefined;
}
