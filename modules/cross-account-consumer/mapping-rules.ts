import { Annotations, Op, Token } from "cdktf";
import { Construct } from "constructs";
import { filterWarnings } from "../../pipeline/filter-warnings";
import { isGiven } from "../../pipeline/values";
import { isLiteral, textOf } from "../properties/expressions";
import { checkKeyRegion } from "../producer-stream/key-rules";
import { PropertyChecks } from "../properties/property-checks";
import { arnPart } from "../policies/arns";
import { streamRegion } from "./account-rules";
import { ConsumerSettings } from "./consumer-properties";
import { MappingProps, StartingPosition } from "./mapping-props";

const SECONDS_PER_HOUR = 3600;

/** The rules that span several properties of the mapping. */
export function checkMapping(
  checks: PropertyChecks,
  props: ConsumerSettings,
  given: MappingProps,
): void {
  checkStart(checks, given);
  checkTumblingWindow(checks, given);
  const region = functionRegion(props);
  checkFilterKey(checks, props, region);
  props.onFailure?._check(checks, region);
}

/** The function's Region, which is the stream's. A token if only Terraform knows it. */
const functionRegion = ({ stream }: ConsumerSettings): string =>
  streamRegion(stream) ?? arnPart(stream.streamArn, "region");

function checkFilterKey(
  checks: PropertyChecks,
  { filterCriteriaKmsKeyArn: key, filterPatterns }: ConsumerSettings,
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

function checkStart(checks: PropertyChecks, given: MappingProps): void {
  const { startingPosition: position, startingPositionTimestamp: timestamp } = given;
  if (position === StartingPosition.AT_TIMESTAMP && !isGiven(timestamp)) {
    checks.addError(
      "'startingPosition' requires 'startingPositionTimestamp', got AT_TIMESTAMP without one; " +
        "give the time to start from, as 2026-01-31T08:00:00Z",
    );
  }
  if (
    !Token.isUnresolved(position) &&
    position !== StartingPosition.AT_TIMESTAMP &&
    isGiven(timestamp)
  ) {
    checks.addError(
      `'startingPositionTimestamp' requires 'startingPosition', got ${position ?? "the default TRIM_HORIZON"}; ` +
        "set 'startingPosition' to AT_TIMESTAMP, or omit the timestamp",
    );
  }
}

function checkTumblingWindow(checks: PropertyChecks, given: MappingProps): void {
  const { tumblingWindowInSeconds: seconds, parallelizationFactor: factor } = given;
  if (!isGiven(seconds) || !isGiven(factor)) {
    return;
  }
  checks.checkRule(
    isLiteral(seconds) && isLiteral(factor)
      ? seconds <= 0 || factor <= 1
      : Op.or(Op.eq(0, seconds), Op.eq(1, factor)),
    `'tumblingWindowInSeconds' and 'parallelizationFactor' are mutually exclusive, got a window of ${textOf(seconds)} with factor ${textOf(factor)}; ` +
      "a window's state is kept per shard: omit 'parallelizationFactor', or omit the window",
  );
}

/** Adds warnings for valid settings that can lose or delay records after a failure. */
export function warnOfMapping(
  scope: Construct,
  props: MappingProps,
  enhancedFanOut: boolean,
  retentionPeriodHours: number | undefined,
): void {
  const warn = (text: string): void => Annotations.of(scope).addWarning(text);
  if (props.startingPosition === StartingPosition.LATEST) {
    warn(
      "'startingPosition' is LATEST: records put while the mapping is being created or updated can be missed; TRIM_HORIZON and AT_TIMESTAMP miss none",
    );
  }
  if (props.onFailure?._isNone) {
    warn(
      "'onFailure' is none: records that Lambda gives up on leave no trace; omit it to have a queue created",
    );
  }
  if (props.maximumRetryAttempts === -1 && props.bisectBatchOnFunctionError === false) {
    warn(
      "'maximumRetryAttempts' is -1 without 'bisectBatchOnFunctionError': one bad record blocks its shard until it expires",
    );
  }
  for (const [index, pattern] of (props.filterPatterns ?? []).entries()) {
    filterWarnings(pattern).forEach((text) => warn(`'filterPatterns[${index}]' ${text}`));
  }
  const age = props.maximumRecordAgeInSeconds;
  if (isLiteral(age) && age === -1) {
    warn(
      "'maximumRecordAgeInSeconds' is -1: a record that is retried until it expires is reported once nobody can read it any more; choose less than the stream's retention",
    );
  } else if (
    isLiteral(age) &&
    isLiteral(retentionPeriodHours) &&
    age >= retentionPeriodHours * SECONDS_PER_HOUR
  ) {
    warn(
      `'maximumRecordAgeInSeconds' is ${age}, not less than the stream's retention of ${retentionPeriodHours} hours: records expire before they are reported, and the report is only a pointer to them`,
    );
  }
  const factor = props.parallelizationFactor;
  if (isLiteral(factor) && factor > 1) {
    warn(
      `'parallelizationFactor' is ${factor}: of records aggregated by the Kinesis Producer Library, ` +
        (enhancedFanOut
          ? "those whose partition key differs from the aggregate's are dropped and lost"
          : "those whose partition key differs from the aggregate's lose their order"),
    );
  }
}
