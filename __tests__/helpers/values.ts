import fc from "fast-check";
import type { JsonSchema } from "../../modules/properties/json-schema";

type Value = string | number | (string | number)[];

/**
 * Values below, at and above every bound of a schema; strings that match its pattern, and strings
 * that nearly do; lists with one item too many, or with a duplicate.
 */
export function valuesAround(schema: JsonSchema): Value[] {
  const { minimum, maximum, enum: values = [], pattern, minLength, anyOf = [] } = schema;
  const bounds = [minimum, maximum].flatMap((one) =>
    one === undefined ? [] : [one - 1, one, one + 1, one + 0.5],
  );
  const matching = pattern
    ? fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 5, seed: 1 })
    : [];
  const isText =
    schema.type === "string" && (values.length > 0 || [pattern, minLength].some(Boolean));
  return [
    ...bounds,
    ...values,
    ...matching,
    ...matching.flatMap((one) => [`${one} `, `*${one}`, one.slice(1)]),
    ...(isText ? ["", "x y", "*"] : []),
    ...anyOf.flatMap((one) => (one.const === undefined ? valuesAround(one) : [one.const])),
    ...listsAround(schema),
  ];
}

function listsAround({ items, minItems, maxItems, uniqueItems }: JsonSchema): Value[] {
  const [item] = items?.enum ?? [];
  return [
    ...(minItems === undefined ? [] : [[]]),
    ...(maxItems === undefined ? [] : [Array<string>(maxItems + 1).fill("x")]),
    ...(uniqueItems && item !== undefined ? [[item], [item, item], [`${item}x`]] : []),
  ];
}
