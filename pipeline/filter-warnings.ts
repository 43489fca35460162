import { undocumented } from "./filter-operators";
import { compilePattern, matchesEvent } from "./filter-pattern";
import { isPlainObject } from "./values";

/** Keys of a record beside `data`, as Lambda passes them to a function. */
const METADATA = [
  "kinesisSchemaVersion",
  "partitionKey",
  "sequenceNumber",
  "approximateArrivalTimestamp",
];

/** Keys of the function's event around the record, and of the records of other services. */
const OTHER_RECORDS = [
  ..."kinesis eventSource eventVersion eventID eventName invokeIdentityArn awsRegion".split(" "),
  ..."eventSourceARN body messageAttributes attributes dynamodb key value topic".split(" "),
];

/**
 * What is probably a mistake in a pattern that AWS's matcher accepts, and what Lambda's page on
 * filters for Kinesis does not name. Each one completes a sentence that begins with the pattern.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 */
export function filterWarnings(pattern: Record<string, unknown>): string[] {
  const unnamed = new Set(undocumentedIn(pattern));
  return [
    ...topKeys(pattern).flatMap(([key, value, isInOr]) => warningOf(key, value, isInOr)),
    ...[...unnamed].map(
      (what) =>
        `uses ${what}, which AWS's matcher takes and Lambda's documentation does not name; see that a record passes before you rely on it`,
    ),
  ];
}

function warningOf(key: string, value: unknown, isInOr: boolean): string[] {
  if (key === "data") {
    return Array.isArray(value)
      ? [
          "has a list as 'data', which Lambda refuses; write an object of the data's JSON properties",
        ]
      : [];
  }
  if (METADATA.includes(key)) {
    return [
      `uses '${key}', but Lambda's documentation names only 'data' for Kinesis; see that a record passes before you rely on it`,
    ];
  }
  if (!isOnNoRecord(key, value)) {
    return [];
  }
  const consequence = isInOr ? "this part of $or never matches" : "no record passes";
  return [
    `looks for '${key}', which is no key of a Kinesis record, so ${consequence}; ` +
      (OTHER_RECORDS.includes(key)
        ? "a filter sees the record alone: omit the key, or look into 'data'"
        : `the properties of a record's JSON are in 'data': write { "data": { "${key}": ... } }`),
  ];
}

/** Whether a key has to be at the top of a record, and no record has it there. */
const isOnNoRecord = (key: string, value: unknown): boolean =>
  !["data", "$or", ...METADATA].includes(key) && !mayBeAbsent({ [key]: value });

function mayBeAbsent(pattern: object): boolean {
  try {
    return matchesEvent(compilePattern(pattern), {});
  } catch {
    return false;
  }
}

/** Whether a pattern looks for a key that no Kinesis record has, so that nothing passes. */
export const matchesNoRecord = (pattern: Record<string, unknown>): boolean =>
  Object.entries(pattern).some(([key, value]) =>
    key === "$or" && Array.isArray(value)
      ? value.filter(isPlainObject).every(matchesNoRecord)
      : isOnNoRecord(key, value),
  );

/**
 * A pattern that looks into the data for the keys that no record has at its top; undefined if that
 * is not what they were meant for.
 */
export function withKeysInData(pattern: Record<string, unknown>): object | undefined {
  const entries = Object.entries(pattern);
  const moved = entries.filter(([key, value]) => isOnNoRecord(key, value));
  const { data } = pattern;
  const isOtherMistake =
    moved.length === 0 ||
    moved.some(([key]) => OTHER_RECORDS.includes(key)) ||
    !isPlainObject(data ?? {});
  const left = entries.filter(([key]) => key !== "data" && !moved.some(([one]) => one === key));
  return isOtherMistake
    ? undefined
    : {
        ...Object.fromEntries(left),
        data: { ...(data as object | undefined), ...Object.fromEntries(moved) },
      };
}

/** The keys of a pattern, and of the alternatives of a `$or`. */
const topKeys = (
  pattern: Record<string, unknown>,
  isInOr = false,
): (readonly [string, unknown, boolean])[] =>
  Object.entries(pattern).flatMap(([key, value]) =>
    key === "$or" && Array.isArray(value)
      ? value.filter(isPlainObject).flatMap((one) => topKeys(one, true))
      : [[key, value, isInOr] as const],
  );

/** What Lambda's page does not name, anywhere in a pattern. */
const undocumentedIn = (pattern: Record<string, unknown>): string[] =>
  Object.entries(pattern).flatMap(([key, value]) => {
    const parts: unknown[] = [value].flat();
    return Array.isArray(value) && key !== "$or"
      ? parts.flatMap((one) => undocumented(one) ?? [])
      : parts.filter(isPlainObject).flatMap(undocumentedIn);
  });
