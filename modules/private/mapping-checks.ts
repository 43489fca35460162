import { Annotations, Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import { MappingProps, StartingPosition } from "../mapping-props";
import { Checks, isLiteral, textOf } from "./checks";
import { invalidFilter, mustBeGiven, mutuallyExclusive, requires } from "./errors";
import { filterMistake } from "./filter-pattern";
import { integerBetween, oneOf, Rule, unlimitedOrBetween } from "./rules";

const MAX_FILTERS = 10;
const MAX_PATTERN_LENGTH = 4096;
const SECONDS_PER_HOUR = 3600;

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Date.parse alone takes February 30 for March 2, and 24:00 for the next day's 00:00. */
const isRfc3339 = (value: string): boolean => {
  const given = value.slice(0, "2026-01-31T08:00:00".length);
  const time = Date.parse(`${given}Z`);
  return (
    RFC3339.test(value) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(given)
  );
};

const pastTimestamp: Rule<string> = {
  text: "a time in RFC 3339, not in the future",
  holds: (value) => isRfc3339(value) && Date.parse(value) <= Date.now(),
  condition: (value) => Fn.try([Op.gte(0, Fn.timecmp(value, Fn.plantimestamp())), false]),
};

/** What AWS's own parameters page demands, most of which the provider does not check. */
export function checkMapping(props: MappingProps): Checks {
  const checks = new Checks();
  checks.check("batchSize", props.batchSize, integerBetween(1, 10000), "omit it for 100");
  checks.check(
    "maximumBatchingWindowInSeconds",
    props.maximumBatchingWindowInSeconds,
    integerBetween(0, 300),
    "omit it for 0",
  );
  checks.check(
    "parallelizationFactor",
    props.parallelizationFactor,
    integerBetween(1, 10),
    "omit it for 1",
  );
  checks.check(
    "maximumRetryAttempts",
    props.maximumRetryAttempts,
    unlimitedOrBetween(0, 10000),
    "omit it for 500",
  );
  checks.check(
    "maximumRecordAgeInSeconds",
    props.maximumRecordAgeInSeconds,
    unlimitedOrBetween(60, 604800),
    "omit it for half of the stream's retention, at most a day",
  );
  checks.check(
    "tumblingWindowInSeconds",
    props.tumblingWindowInSeconds,
    integerBetween(0, 900),
    "omit it for none",
  );
  checkStart(checks, props);
  checkTumblingWindow(checks, props);
  checkFilters(checks, props.filterPatterns ?? []);
  props.onFailure?.check(checks);
  return checks;
}

function checkStart(checks: Checks, props: MappingProps): void {
  const { startingPosition: position, startingPositionTimestamp: timestamp } = props;
  checks.check(
    "startingPosition",
    position,
    oneOf(Object.values(StartingPosition)),
    "omit it for TRIM_HORIZON",
  );
  checks.check(
    "startingPositionTimestamp",
    timestamp,
    pastTimestamp,
    "write it as 2026-01-31T08:00:00Z",
  );
  if (position === StartingPosition.AT_TIMESTAMP && timestamp === undefined) {
    checks.refuse(
      requires(
        "startingPosition",
        "startingPositionTimestamp",
        "AT_TIMESTAMP without one",
        "give the time to start from, as 2026-01-31T08:00:00Z",
      ),
    );
  }
  if (
    !Token.isUnresolved(position) &&
    position !== StartingPosition.AT_TIMESTAMP &&
    timestamp !== undefined
  ) {
    checks.refuse(
      requires(
        "startingPositionTimestamp",
        "startingPosition",
        position ?? "the default TRIM_HORIZON",
        "set 'startingPosition' to AT_TIMESTAMP, or omit the timestamp",
      ),
    );
  }
}

function checkTumblingWindow(checks: Checks, props: MappingProps): void {
  const { tumblingWindowInSeconds: seconds, parallelizationFactor: factor } = props;
  if (seconds === undefined || factor === undefined) {
    return;
  }
  const refusal = mutuallyExclusive(
    "tumblingWindowInSeconds",
    "parallelizationFactor",
    `a window of ${textOf(seconds)} with factor ${textOf(factor)}`,
    "a window's state is kept per shard: omit 'parallelizationFactor', or omit the window",
  );
  if (!isLiteral(seconds) || !isLiteral(factor)) {
    checks.preconditions.push({
      condition: Op.or(Op.eq(0, seconds), Op.eq(1, factor)),
      errorMessage: refusal,
    });
  } else if (seconds > 0 && factor > 1) {
    checks.refuse(refusal);
  }
}

function checkFilters(checks: Checks, patterns: readonly unknown[]): void {
  if (patterns.length > MAX_FILTERS) {
    checks.refuse(
      mustBeGiven(
        "filterPatterns",
        `at most ${MAX_FILTERS} patterns`,
        patterns.length,
        "merge some of them with $or",
      ),
    );
  }
  patterns.forEach((pattern, index) => {
    const mistake = filterMistake(pattern);
    const { length } = JSON.stringify(pattern);
    if (mistake) {
      const where = mistake.path === "" ? "" : ` at ${mistake.path}`;
      checks.refuse(invalidFilter(index, mistake.rule, JSON.stringify(pattern) + where));
    } else if (length > MAX_PATTERN_LENGTH) {
      checks.refuse(
        invalidFilter(index, `at most ${MAX_PATTERN_LENGTH} characters of JSON`, String(length)),
      );
    }
  });
}

/** What is allowed, but loses records or time when it goes wrong. */
export function warnOfMapping(
  scope: Construct,
  props: MappingProps,
  enhancedFanOut: boolean,
  retentionPeriodHours: number | undefined,
): void {
  const warn = (text: string): void => Annotations.of(scope).addWarning(text);
  if (props.startingPosition === StartingPosition.LATEST) {
    warn(
      "'startingPosition' is LATEST: records put while the mapping is being made or updated can be missed; TRIM_HORIZON and AT_TIMESTAMP miss none",
    );
  }
  if (props.onFailure?.isNone) {
    warn(
      "'onFailure' is none: records that Lambda gives up on leave no trace; omit it to have a queue made",
    );
  }
  if (props.maximumRetryAttempts === -1 && props.bisectBatchOnFunctionError === false) {
    warn(
      "'maximumRetryAttempts' is -1 without 'bisectBatchOnFunctionError': one bad record blocks its shard until it expires",
    );
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
