import type { Statement } from "./document";
import {
  every,
  isArnPattern,
  matchPattern,
  not,
  some,
  valueOf,
  yesIf,
  type Context,
  type Match,
} from "./patterns";
import { listOf } from "../values";

type Comparison = (expected: string, actual: string, context: Context) => Match;

/** Compares numbers or times; what is neither never matches. */
const compare =
  (read: (text: string) => number, holds: (difference: number) => boolean): Comparison =>
  (expected, actual) =>
    yesIf(holds(read(actual) - read(expected)));

/** A time in ISO 8601, or in seconds since 1970. */
const time = (text: string): number =>
  /^\d+$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text);

const number = (text: string): number => (text.trim() === "" ? NaN : Number(text));

const ORDERS: Readonly<Record<string, (difference: number) => boolean>> = {
  equals: (difference) => difference === 0,
  lessthan: (difference) => difference < 0,
  lessthanequals: (difference) => difference <= 0,
  greaterthan: (difference) => difference > 0,
  greaterthanequals: (difference) => difference >= 0,
};

const arn: Comparison = (expected, actual, context) =>
  matchPattern(expected, actual, { wildcards: "arn" }, context);

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  stringequals: (expected, actual, context) =>
    matchPattern(expected, actual, { wildcards: "none" }, context),
  stringequalsignorecase: (expected, actual, context) =>
    matchPattern(expected, actual, { wildcards: "none", ignoreCase: true }, context),
  stringlike: (expected, actual, context) =>
    matchPattern(expected, actual, { wildcards: "text" }, context),
  arnequals: arn,
  arnlike: arn,
  bool: (expected, actual, context) =>
    matchPattern(expected, actual, { wildcards: "none", ignoreCase: true }, context),
  ...Object.fromEntries(
    Object.entries(ORDERS).flatMap(([order, holds]) => [
      [`numeric${order}`, compare(number, holds)],
      [`date${order}`, compare(time, holds)],
    ]),
  ),
};

/** A condition of a statement, whether the request meets it, and how a sentence mentions it. */
interface ConditionMatch {
  readonly match: Match;
  readonly says: string;
}

export const matchConditions = (
  { Condition = {} }: Pick<Statement, "Condition">,
  context: Context,
): ConditionMatch[] =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      const expected = listOf(values).map(String);
      return {
        match: matchCondition(operator, key, expected, context),
        says: `${operator} ${key}: ${expected.join(", ")}`,
      };
    }),
  );

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function matchCondition(
  operator: string,
  key: string,
  expected: readonly string[],
  context: Context,
): Match {
  const [, set = "", name = "", ifExists = ""] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator.toLowerCase()) ?? [];
  const actual = valueOf(context, key);
  if (actual === undefined) {
    return "maybe";
  }
  if (name === "null") {
    const isAbsent = String(actual === null);
    return yesIf(expected.some((one) => one.toLowerCase() === isAbsent));
  }
  const isNegated = /^(string|arn|numeric|date)not/.test(name);
  const comparison = COMPARISONS[name.replace(/^(string|arn|numeric|date)not/, "$1")];
  if (!comparison || (set === "" && Array.isArray(actual))) {
    return "maybe";
  }
  if (actual === null) {
    return whenAbsent(set, ifExists !== "", isNegated);
  }
  const matches = listOf(actual).map((one) => {
    const match = some(expected.map((value) => comparison(value, one, context)));
    // What is no ARN equals none; whether AWS then says that it is unequal is not documented.
    const isUndefined = comparison === arn && !expected.every(isArnPattern);
    return isNegated ? not(isUndefined ? some([match, "maybe"]) : match) : match;
  });
  return set === "foranyvalue" ? some(matches) : every(matches);
}

function whenAbsent(set: string, ifExists: boolean, isNegated: boolean): Match {
  if (set === "foranyvalue") {
    return ifExists ? "maybe" : "no";
  }
  return yesIf(set === "forallvalues" || ifExists || isNegated);
}
