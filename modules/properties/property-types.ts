import { Expression, Fn, Op, Token } from "cdktf";
import { asArgument, isLiteral } from "./expressions";
import type { JsonSchema } from "./json-schema";
import type { Problem } from "./problems";
import type { PropertyReport } from "./property-checks";
import { isGiven, isPlainObject } from "../../pipeline/values";

/** The values that a property takes. */
export interface PropertyType<T = unknown> {
  /** Completes the sentence "must be ...". */
  readonly rule: string;
  /**
   * Undefined for objects of the program, such as a provider, which JSON cannot express. Schemas of
   * lists and objects are written when they are read, since a synthesis reads none.
   */
  readonly schema?: JsonSchema;
  /**
   * The rule as a Terraform expression, for a value that is known only at apply. Undefined if
   * every value of the right type is valid.
   */
  condition?(value: T): Expression;
  /** Reports every mistake in a literal value; returns the value without its nulls. */
  validate(value: unknown, report: PropertyReport): T;
}

/** A number, text or boolean. The type is checked first, so that a rule only sees its own type. */
function scalar<T extends string | number | boolean>(
  type: Omit<PropertyType<T>, "validate"> & {
    readonly type: "string" | "number" | "boolean";
    readonly isValid: (value: T) => boolean;
  },
): PropertyType<T> {
  return {
    ...type,
    validate: (value, report) => {
      if (!isLiteral(value)) {
        if (type.condition) {
          report.addPrecondition(type.condition(value), type.rule, Token.asString(value));
        }
      } else if (typeof value !== type.type) {
        report.addWrongType(type.type === "string" ? "a string" : type.rule, value);
      } else if (!type.isValid(value as T)) {
        report.addError(type.rule, value);
      }
      return value as T;
    },
  };
}

export const boolean = (): PropertyType<boolean> =>
  scalar({
    type: "boolean",
    rule: "true or false",
    schema: { type: "boolean" },
    isValid: () => true,
  });

export const integer = (minimum: number, maximum: number): PropertyType<number> =>
  scalar({
    type: "number",
    rule: `an integer from ${minimum} to ${maximum}`,
    schema: { type: "integer", minimum, maximum },
    isValid: (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
    // The literals come first, since cdktf 0.21 renders a right operand of 0 as `undefined`.
    condition: (value) =>
      Op.and(Op.and(Op.lte(minimum, value), Op.gte(maximum, value)), Op.eq(Fn.floor(value), value)),
  });

export const number = (minimum: number, maximum: number): PropertyType<number> =>
  scalar({
    type: "number",
    rule: `a number from ${minimum} to ${maximum}`,
    schema: { type: "number", minimum, maximum },
    isValid: (value) => value >= minimum && value <= maximum,
    condition: (value) => Op.and(Op.lte(minimum, value), Op.gte(maximum, value)),
  });

/** An integer, or -1, which Lambda reads as "no limit". */
export const integerOrUnlimited = (minimum: number, maximum: number): PropertyType<number> => {
  const limited = integer(minimum, maximum);
  return scalar({
    type: "number",
    rule: `-1 (no limit) or ${limited.rule}`,
    schema: { anyOf: [{ const: -1 }, limited.schema ?? {}] },
    isValid: (value) =>
      value === -1 || (Number.isInteger(value) && value >= minimum && value <= maximum),
    condition: (value) => Op.or(Op.eq(-1, value), limited.condition?.(value)),
  });
};

export const oneOf = <T extends string | number>(values: readonly T[]): PropertyType<T> =>
  scalar({
    type: typeof values[0] === "number" ? "number" : "string",
    rule: `one of ${values.join(", ")}`,
    schema: { type: typeof values[0] === "number" ? "integer" : "string", enum: values },
    isValid: (value) => values.includes(value),
    condition: (value) => Fn.contains([...values], value),
  });

/** The AWS provider refuses wrong values of the property at plan, so that a token needs no precondition. */
export const checkedByProvider = <T, K extends PropertyType<T>>(type: K & PropertyType<T>): K => ({
  ...type,
  validate: (value, report) => (isLiteral(value) ? type.validate(value, report) : value),
});

type Explanation = Omit<Problem, "property">;

/** A string that a regular expression describes completely. */
export interface Pattern extends PropertyType<string> {
  matches(value: string): boolean;
}

/**
 * A string that matches a regular expression. JavaScript, JSON Schema and RE2 (Terraform) must
 * read the expression in the same way; without backslashes it needs no escaping in either.
 *
 * @param explain a better explanation of the mistake in a value
 */
export function matching(
  pattern: string,
  rule: string,
  explain: (value: string, property: string) => Explanation | undefined = () => undefined,
): Pattern {
  const expression = new RegExp(pattern);
  const matches = (value: string): boolean => expression.test(value);
  const type = scalar<string>({
    type: "string",
    rule,
    schema: { type: "string", pattern },
    isValid: matches,
    condition: (value) => Fn.can(Fn.regex(pattern, asArgument(value))),
  });
  return {
    ...type,
    matches,
    validate: (value, report) => {
      const explanation = typeof value === "string" ? explain(value, report.property) : undefined;
      if (explanation === undefined) {
        return type.validate(value, report);
      }
      report.add({ got: JSON.stringify(value), ...explanation });
      return value as string;
    },
  };
}

/** A string whose rule is more than a regular expression can say. */
export const text = (
  rule: string,
  isValid: (value: string) => boolean,
  condition?: (value: string) => Expression,
  schema: JsonSchema = { type: "string" },
): PropertyType<string> => scalar({ type: "string", rule, schema, isValid, condition });

export const string = (): PropertyType<string> => text("a string", () => true);

export const nonEmptyString = (): PropertyType<string> =>
  text(
    "a string that is not empty",
    (value) => value !== "",
    // cdktf 0.21 renders a right operand of "" as `undefined`, as it does 0.
    (value) => Op.neq("", value),
    { type: "string", minLength: 1 },
  );

/** A list; each item is checked, and reported with its index. */
export function list<T>(
  item: PropertyType<T>,
  noun: string,
  { isNonEmpty = false, maxItems = Infinity, uniqueItems = false } = {},
): PropertyType<T[]> {
  return {
    rule: `a list of ${noun}`,
    get schema(): JsonSchema | undefined {
      return (
        item.schema && {
          type: "array",
          items: item.schema,
          ...(isNonEmpty && { minItems: 1 }),
          ...(maxItems < Infinity && { maxItems }),
          ...(uniqueItems && { uniqueItems }),
        }
      );
    },
    validate: (value, report) => {
      if (!isLiteral(value)) {
        const allowed = item.schema?.enum;
        if (allowed) {
          const unknown = Fn.setsubtract(value as string[], [...allowed]);
          report.addPrecondition(Op.eq(0, Fn.lengthOf(unknown)), item.rule, Fn.join(", ", unknown));
        }
        return value as T[];
      }
      if (!Array.isArray(value)) {
        report.addWrongType(`a list of ${noun}`, value);
        return [];
      }
      if (isNonEmpty && value.length === 0) {
        report.addError(`a non-empty list of ${noun}`, value);
      }
      if (value.length > maxItems) {
        report.addError(`a list of at most ${maxItems} ${noun}`, value.length);
      }
      if (uniqueItems && new Set(value).size !== value.length) {
        report.addError("a list without duplicates", value);
      }
      return value.map((one, index) => item.validate(one, report.at(`[${index}]`)));
    },
  };
}

/** An object with names of the caller's choice. Entries that are null count as left out. */
export const mapOf = <T>(
  value: PropertyType<T>,
  noun: string,
  names?: Pattern,
): PropertyType<Record<string, T>> => {
  const rule = `an object whose values are ${noun}`;
  return {
    rule,
    get schema(): JsonSchema {
      return {
        type: "object",
        ...(names && { propertyNames: { pattern: names.schema?.pattern } }),
        additionalProperties: value.schema,
      };
    },
    validate: (given, report) => {
      if (!isLiteral(given)) {
        return given;
      }
      if (!isPlainObject(given)) {
        report.addWrongType(rule, given);
        return {};
      }
      return Object.fromEntries(
        Object.entries(given)
          .filter(([, one]) => isGiven(one))
          .map(([name, one], index) => {
            const isMisnamed = names && isLiteral(name) && !names.matches(name);
            // A wrong name may hold a secret as well, such as `PASSWORD=...`.
            const entry = report.at(isMisnamed && report.isSecret ? `[${index}]` : `.${name}`);
            if (isMisnamed) {
              entry.add({ rule: `must be named with ${names.rule}`, got: entry.describe(name) });
            }
            return [name, value.validate(one, entry)];
          }),
      );
    },
  };
};

export const mapOfStrings = (names?: Pattern): PropertyType<Record<string, string>> =>
  mapOf(string(), "strings", names);

/** A value that errors do not show. */
export const secret = <T>(type: PropertyType<T>): PropertyType<T> => ({
  ...type,
  validate: (value, report) => type.validate(value, report.ofSecret()),
});

/** An object of the program that only the library or the framework creates. */
export const instance = <T>(
  rule: string,
  isInstance: (value: unknown) => boolean,
): PropertyType<T> => ({
  rule,
  validate: (value, report) => {
    if (!isInstance(value)) {
      report.addWrongType(rule, value);
    }
    return value as T;
  },
});
