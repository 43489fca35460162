import { Fn, ITerraformDependable, Op } from "cdktf";
import { compilePattern, FilterMistake } from "../../pipeline/filter-pattern";
import { customerKeyArn } from "../properties/formats";
import {
  boolean,
  checkedByProvider,
  instance,
  integer,
  integerOrUnlimited,
  Kind,
  list,
  oneOf,
  text,
} from "../properties/kinds";
import { Properties } from "../properties/property";
import { MappingProps, StartingPosition } from "./mapping-props";
import { OnFailure } from "./on-failure";

const MAX_PATTERN_LENGTH = 4096;
const RFC3339 = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$";

/** Date.parse alone reads February 30 as March 2, and 24:00 as 00:00 of the next day. */
const isRfc3339 = (value: string): boolean => {
  const given = value.slice(0, "2026-01-31T08:00:00".length);
  const time = Date.parse(`${given}Z`);
  return (
    new RegExp(RFC3339).test(value) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(given)
  );
};

const pastTimestamp = text(
  "a time in RFC 3339, not in the future",
  (value) => isRfc3339(value) && Date.parse(value) <= Date.now(),
  (value) => Fn.try([Op.gte(0, Fn.timecmp(value, Fn.plantimestamp())), false]),
  { type: "string", pattern: RFC3339 },
);

function mistakeIn(pattern: unknown): FilterMistake | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error as FilterMistake;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
const filterPattern: Kind<Record<string, unknown>> = {
  rule: "an object with at least one key",
  schema: { type: "object", minProperties: 1 },
  read: (value, report) => {
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

/** Anything that has an address in Terraform. */
const dependency = instance<ITerraformDependable>(
  "a resource",
  (value) => typeof (value as ITerraformDependable | null | undefined)?.fqn === "string",
);

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export const MAPPING_PROPERTIES = {
  startingPosition: {
    kind: checkedByProvider(oneOf(Object.values(StartingPosition))),
    default: StartingPosition.TRIM_HORIZON,
  },
  startingPositionTimestamp: { kind: pastTimestamp, fix: "write it as 2026-01-31T08:00:00Z" },
  batchSize: { kind: integer(1, 10000), default: 100 },
  maximumBatchingWindowInSeconds: { kind: integer(0, 300), default: 0 },
  parallelizationFactor: { kind: checkedByProvider(integer(1, 10)), default: 1 },
  maximumRetryAttempts: { kind: checkedByProvider(integerOrUnlimited(0, 10000)), default: 500 },
  maximumRecordAgeInSeconds: {
    kind: checkedByProvider(integerOrUnlimited(60, 604800)),
    fix: "omit it for half of the stream's retention, at most a day",
  },
  bisectBatchOnFunctionError: { kind: boolean(), default: true },
  tumblingWindowInSeconds: {
    kind: checkedByProvider(integer(0, 900)),
    default: 0,
    fix: "omit it for none",
  },
  reportBatchItemFailures: { kind: boolean(), default: true },
  filterPatterns: {
    kind: list(filterPattern, "patterns", { maxItems: 10 }),
    fix: "see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html",
  },
  filterCriteriaKmsKeyArn: { kind: customerKeyArn, fix: "omit it for a key of AWS" },
  metrics: {
    kind: list(checkedByProvider(oneOf(["EventCount"])), "metrics", { uniqueItems: true }),
    fix: "omit it for none",
  },
  onFailure: {
    kind: instance<OnFailure>("an OnFailure", (value) => value instanceof OnFailure),
    fix: "omit it to have a queue created for this consumer",
  },
  enabled: { kind: boolean(), default: true },
  dependsOn: { kind: list(dependency, "resources"), fix: "give resources of the same stack" },
} as const satisfies Properties<MappingProps>;
