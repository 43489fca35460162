import { compilePattern, FilterMistake } from "../../pipeline/filter-pattern";
import { checkKeyRegion } from "../producer-stream/key";
import { PropertyType } from "../properties/property-types";
import { PropertyChecks } from "../properties/property-checks";
import type { MappingProps } from "./mapping-props";

const MAX_PATTERN_LENGTH = 4096;

function mistakeIn(pattern: unknown): FilterMistake | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error as FilterMistake;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
export const filterPattern: PropertyType<Record<string, unknown>> = {
  rule: "an object with at least one key",
  schema: { type: "object", minProperties: 1 },
  validate: (value, report) => {
    const mistake = mistakeIn(value);
    if (mistake) {
      report.addError(
        mistake.path === "" ? mistake.rule : `${mistake.rule} at ${mistake.path}`,
        value,
      );
    } else if (JSON.stringify(value).length > MAX_PATTERN_LENGTH) {
      const { length } = JSON.stringify(value);
      report.addError(`at most ${MAX_PATTERN_LENGTH} characters of JSON`, length);
    }
    return value as Record<string, unknown>;
  },
};

export function checkFilterKey(
  checks: PropertyChecks,
  { filterCriteriaKmsKeyArn: key, filterPatterns }: MappingProps,
  region: string,
): void {
  if (key === undefined) {
    return;
  }
  if (!filterPatterns?.length) {
    checks.addError(
      `'filterCriteriaKmsKeyArn' requires 'filterPatterns', got ${key}; ` +
        "give the patterns to encrypt, or omit the key",
    );
  }
  checkKeyRegion(checks, "filterCriteriaKmsKeyArn", key, region);
}
