/** A mistake in one property. It stays data until it is shown, so that callers can rename the property. */
export interface Problem {
  /** Path of the property. */
  readonly property: string;
  /** What the property must fulfil, with its verb: "must be ...". */
  readonly rule: string;
  /** The given value, unless the rule says it. */
  readonly got?: string;
  readonly fix: string;
}

/** The sentence of a problem, in lower case and without a final period. A rule of several properties has its own. */
export const render = (problem: Problem | string): string =>
  typeof problem === "string"
    ? problem
    : `'${problem.property}' ${problem.rule}${problem.got === undefined ? "" : `, got ${problem.got}`}; ${problem.fix}`;

export const mustBe = (property: string, rule: string, got: string, fix: string): Problem => ({
  property,
  rule: `must be ${rule}`,
  got,
  fix,
});

const MAX_VALUE_LENGTH = 200;

/** Properties with values that may be secrets, as keys of an object that a sentence shows. */
const SECRETS = /environment|externalid/i;

/** A secret as a sentence shows it. */
export function describeSecret(value: unknown): string {
  if (value === undefined || value === null) {
    return "nothing";
  }
  const type = Array.isArray(value) ? "list" : typeof value;
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type} that is not shown`;
}

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

/** Without secrets. Constructs refer to each other, which JSON cannot express. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (key, one: unknown) =>
      SECRETS.test(key) ? describeSecret(one) : one,
    );
  } catch {
    return Array.isArray(value) ? "a list" : "an object";
  }
}

/** One error for all mistakes of one construct, so that they can be corrected together. */
export const invalidProps = (path: string, problems: readonly (Problem | string)[]): Error =>
  new Error(
    `${problems.length} invalid ${problems.length === 1 ? "property" : "properties"} (at ${path}):\n` +
      problems.map((problem) => `  - ${render(problem)}`).join("\n"),
  );
