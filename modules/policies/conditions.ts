import type { JsonSchema } from "../properties/json-schema";
import { PropertyType, list, mapOf, matching, string } from "../properties/property-types";

/** Condition operators, each with condition keys and their values. */
export type Conditions = Record<string, Record<string, string | string[]>>;

const strings = list(string(), "strings");
const isSchema = (schema: JsonSchema | undefined): schema is JsonSchema => schema !== undefined;
const value: PropertyType<string | string[]> = {
  rule: "a string or a list of strings",
  schema: { anyOf: [string().schema, strings.schema].filter(isSchema) },
  validate: (given, report) => (Array.isArray(given) ? strings : string()).validate(given, report),
};

const operator = matching(
  "^((ForAllValues|ForAnyValue):)?[A-Z][a-zA-Z]+$",
  "a condition operator (StringEquals)",
);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
export const conditions = {
  type: mapOf(mapOf(value, "strings or lists of strings"), "objects", operator),
  fix: 'write it as { StringEquals: { "<condition key>": "<value>" } }, or omit it',
} as const;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html */
export const statementId = {
  type: matching("^[a-zA-Z0-9]+$", "letters and digits"),
  fix: "omit it",
} as const;
