import { ABSENT, OPERATORS, onlyEntry, type Test } from "./filter-operators";
import { isPlainObject } from "./values";

/**
 * The filters of an event source mapping: which patterns AWS's matcher accepts, and which records
 * they let pass.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * https://github.com/aws/event-ruler
 */

/** A parsed filter pattern. */
export interface FilterPattern {
  readonly conditions: readonly Condition[];
  readonly hasData: boolean;
}

type Condition =
  | { readonly path: string; readonly tests: readonly Test[]; readonly mayBeAbsent: boolean }
  | { readonly anyOf: readonly (readonly Condition[])[] };

/** The first thing in a pattern that AWS's matcher refuses. */
export class FilterMistake extends Error {
  /** @param path where it is, such as `data.type`; empty for the whole pattern */
  constructor(
    public readonly path: string,
    public readonly rule: string,
  ) {
    super(`${path === "" ? "it" : `'${path}'`} must be ${rule}`);
  }
}

/** Names that the matcher keeps for operators, to tell an alternative from a pattern. */
const RESERVED_IN_OR = new Set([
  ...Object.keys(OPERATORS),
  ..."= < <= > >= regex not-wildcard not-equals-ignore-case".split(" "),
  ..."date-after date-on-or-after date-before date-on-or-before in-date-range".split(" "),
  ..."ip-address-in-range ip-address-not-in-range".split(" "),
]);

/**
 * Parses one filter pattern of a mapping.
 *
 * @throws Error that says why, when the pattern is invalid
 */
export function parseFilterPattern(text: string): FilterPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw new Error("not JSON");
  }
  const compiled = compilePattern(pattern);
  // Lambda's own rule; the matcher would compare the undecoded data.
  if (isPlainObject(pattern) && Array.isArray(pattern.data)) {
    throw new FilterMistake("data", "an object of the record's JSON properties");
  }
  return compiled;
}

/** @throws FilterMistake when AWS's matcher refuses the pattern */
export const compilePattern = (pattern: unknown): FilterPattern => ({
  conditions: compile(pattern, "", ""),
  hasData: isPlainObject(pattern) && Object.hasOwn(pattern, "data"),
});

/** @param place where the pattern is, which also counts the alternatives of `$or` */
function compile(pattern: unknown, path: string, place: string, isInOr = false): Condition[] {
  if (!isPlainObject(pattern) || Object.keys(pattern).length === 0) {
    throw new FilterMistake(place, "an object with at least one key");
  }
  return Object.entries(pattern).flatMap(([key, value]): Condition[] => {
    const here = join(place, key);
    if (key === "$or") {
      return [{ anyOf: compileOr(value, path, here) }];
    }
    if (isInOr && RESERVED_IN_OR.has(key)) {
      throw new FilterMistake(here, `outside $or, in which ${key} is reserved`);
    }
    return isPlainObject(value)
      ? compile(value, join(path, key), here, isInOr)
      : [{ path: join(path, key), ...compileAlternatives(value, here) }];
  });
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

function compileOr(patterns: unknown, path: string, place: string): Condition[][] {
  if (!Array.isArray(patterns) || patterns.length === 0) {
    throw new FilterMistake(place, "a list of patterns");
  }
  const compiled = patterns.map((one, index) => compile(one, path, `${place}[${index}]`, true));
  if (compiled.length === 1) {
    throw new FilterMistake(place, "a list of at least two patterns");
  }
  return compiled;
}

function compileAlternatives(alternatives: unknown, place: string) {
  if (!Array.isArray(alternatives) || alternatives.length === 0) {
    throw new FilterMistake(place, "a list of alternatives or a nested object");
  }
  const compiled = alternatives.map((one) => compileAlternative(one, place));
  return {
    tests: compiled.filter((one) => one !== ABSENT),
    mayBeAbsent: compiled.includes(ABSENT),
  };
}

function compileAlternative(alternative: unknown, place: string): Test | typeof ABSENT {
  if (alternative === null || ["string", "number", "boolean"].includes(typeof alternative)) {
    return (value) => value === alternative;
  }
  const [name, operand] = onlyEntry(alternative) ?? ["", undefined];
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) {
    const operators = Object.keys(OPERATORS).join(", ");
    throw new FilterMistake(
      place,
      `a list of strings, numbers, booleans, null or one of ${operators}`,
    );
  }
  const compiled = operator.compile(operand);
  if (compiled === undefined) {
    throw new FilterMistake(place, `a list whose ${name} is ${operator.rule}`);
  }
  return compiled;
}

/** True if a record, in the form of `kinesis` in the event, matches one of the filters. */
export function passes(filters: readonly FilterPattern[], record: { data: string }): boolean {
  if (filters.length === 0) {
    return true;
  }
  let data: unknown = record.data;
  let isJson = true;
  try {
    data = JSON.parse(Buffer.from(record.data, "base64").toString());
  } catch {
    isJson = false;
  }
  const fields = fieldsOf({ ...record, data });
  // AWS drops records that are not JSON if a pattern is about their data.
  return filters.some(
    ({ hasData, conditions }) => (isJson || !hasData) && matches(conditions, fields),
  );
}

/** Whether AWS's matcher would find that an event matches a pattern. */
export const matchesEvent = ({ conditions }: FilterPattern, event: unknown): boolean =>
  matches(conditions, fieldsOf(event));

/** A value in the event, and which element it is of each list around it. */
interface Field {
  readonly value: unknown;
  readonly elements: ReadonlyMap<unknown, number>;
}
type Fields = Map<string, Field[]>;

function fieldsOf(event: unknown): Fields {
  const fields: Fields = new Map();
  const visit = (value: unknown, path: string, elements: Field["elements"]): void => {
    if (Array.isArray(value)) {
      value.forEach((one, index) => visit(one, path, new Map([...elements, [value, index]])));
    } else if (isPlainObject(value)) {
      for (const [key, one] of Object.entries(value)) {
        visit(one, join(path, key), elements);
      }
    } else {
      const found = fields.get(path) ?? [];
      found.push({ value, elements });
      fields.set(path, found);
    }
  };
  visit(event, "", new Map());
  return fields;
}

/** Conditions on the same list must be met by the same element of it. */
function matches(
  [condition, ...others]: readonly Condition[],
  fields: Fields,
  elements: Field["elements"] = new Map(),
): boolean {
  if (condition === undefined) {
    return true;
  }
  if ("anyOf" in condition) {
    return condition.anyOf.some((one) => matches([...one, ...others], fields, elements));
  }
  const found = fields.get(condition.path);
  if (found === undefined) {
    return condition.mayBeAbsent && matches(others, fields, elements);
  }
  return found.some(
    (field) =>
      condition.tests.some((test) => test(field.value)) &&
      [...field.elements].every(([list, index]) => (elements.get(list) ?? index) === index) &&
      matches(others, fields, new Map([...elements, ...field.elements])),
  );
}
