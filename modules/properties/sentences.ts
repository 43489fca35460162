/**
 * The patterns of all errors: the property, the rule, the given value and what to do; in lower case,
 * without a final period.
 */
export const mustBe = (property: string, rule: string, got: string, fix: string): string =>
  `'${property}' must be ${rule}, got ${got}; ${fix}`;

export const mustBeLiteral = (
  property: string,
  rule: string,
  value: unknown,
  fix: string,
): string => mustBe(property, rule, describeValue(value), fix);

export const mutuallyExclusive = (
  first: string,
  second: string,
  got: string,
  fix: string,
): string => `'${first}' and '${second}' are mutually exclusive, got ${got}; ${fix}`;

export const requires = (property: string, required: string, got: string, fix: string): string =>
  `'${property}' requires '${required}', got ${got}; ${fix}`;

export const unknownProperty = (property: string, known: readonly string[]): string => {
  const name = property.replace(/^.*\./, "");
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  return `'${property}' is not a property; ${meant ? `write '${meant}'` : `use one of ${known.join(", ")}`}`;
};

const MAX_VALUE_LENGTH = 200;

/** A value as a sentence shows it. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) {
    return "nothing";
  }
  if (["function", "symbol", "bigint"].includes(typeof value)) {
    return `a ${typeof value}`;
  }
  const type = value.constructor as { name?: string } | undefined;
  if (typeof value === "object" && !["Object", "Array", undefined].includes(type?.name)) {
    return `an instance of ${String(type?.name)}`;
  }
  const text = typeof value === "number" ? String(value) : jsonOf(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}...` : text;
}

/** Constructs refer to each other, which JSON cannot express. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return Array.isArray(value) ? "a list" : "an object";
  }
}

/** One error for all mistakes of one construct, so that they can be corrected together. */
export const invalidProps = (path: string, problems: readonly string[]): Error =>
  new Error(
    `${problems.length} invalid ${problems.length === 1 ? "property" : "properties"} (at ${path}):\n` +
      problems.map((problem) => `  - ${problem}`).join("\n"),
  );
