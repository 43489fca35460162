import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Annotations, Fn, ITerraformDependable, Op, Precondition, Token } from "cdktf";
import { Construct } from "constructs";
import { filterWarnings } from "../../pipeline/filter-warnings";
import { isGiven } from "../../pipeline/values";
import { isLiteral, textOf } from "../properties/expressions";
import { customerKeyArn } from "../properties/formats";
import {
  boolean,
  checkedByProvider,
  instance,
  integer,
  integerOrUnlimited,
  list,
  oneOf,
} from "../properties/property-types";
import { Properties } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import { tagsOf } from "../properties/tags";
import { functionRegion } from "./accounts-and-regions";
import type { ConsumerSettings } from "./consumer-properties";
import { checkFilterKey, filterPattern } from "./filter-patterns";
import { MappingProps, StartingPosition } from "./mapping-props";
import { OnFailure } from "./on-failure";
import { hasEnhancedFanOut } from "./registered-consumer";
import { checkStartingPosition, pastTimestamp, wholeSecondsInUtc } from "./starting-position";

const SECONDS_PER_HOUR = 3600;

/** Anything that has an address in Terraform. */
const dependency = instance<ITerraformDependable>(
  "a resource",
  (value) => typeof (value as ITerraformDependable | null | undefined)?.fqn === "string",
);

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export const MAPPING_PROPERTIES = {
  startingPosition: {
    type: checkedByProvider(oneOf(Object.values(StartingPosition))),
    default: StartingPosition.TRIM_HORIZON,
  },
  startingPositionTimestamp: { type: pastTimestamp, fix: "write it as 2026-01-31T08:00:00Z" },
  batchSize: { type: integer(1, 10000), default: 100 },
  maximumBatchingWindowInSeconds: { type: integer(0, 300), default: 0 },
  parallelizationFactor: { type: checkedByProvider(integer(1, 10)), default: 1 },
  maximumRetryAttempts: { type: checkedByProvider(integerOrUnlimited(0, 10000)), default: 500 },
  maximumRecordAgeInSeconds: {
    type: checkedByProvider(integerOrUnlimited(60, 604800)),
    fix: "omit it for half of the stream's retention, at most a day",
  },
  bisectBatchOnFunctionError: { type: boolean(), default: true },
  tumblingWindowInSeconds: {
    type: checkedByProvider(integer(0, 900)),
    default: 0,
    fix: "omit it for none",
  },
  reportBatchItemFailures: { type: boolean(), default: true },
  filterPatterns: {
    type: list(filterPattern, "patterns", { maxItems: 10 }),
    fix: "see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html",
  },
  filterCriteriaKmsKeyArn: { type: customerKeyArn, fix: "omit it for a key of AWS" },
  metrics: {
    type: list(checkedByProvider(oneOf(["EventCount"])), "metrics", { uniqueItems: true }),
    fix: "omit it for none",
  },
  onFailure: {
    type: instance<OnFailure>("an OnFailure", (value) => value instanceof OnFailure),
    fix: "omit it to have a queue created for this consumer",
  },
  enabled: { type: boolean(), default: true },
  dependsOn: { type: list(dependency, "resources"), fix: "give resources of the same stack" },
} as const satisfies Properties<MappingProps>;

const ONE_DAY_SECONDS = 86400;
const HALF_AN_HOUR_SECONDS = 1800;
/** The shortest retention that Kinesis allows, assumed for imported streams. */
export const SHORTEST_RETENTION_HOURS = 24;

/**
 * Half of the stream's retention, at most a day. The report about such a record is only a pointer
 * into the stream, and the other half of the retention is left to read the record.
 */
export const defaultRecordAgeSeconds = (
  retentionPeriodHours: number = SHORTEST_RETENTION_HOURS,
): number =>
  Token.isUnresolved(retentionPeriodHours)
    ? Token.asNumber(Fn.min([ONE_DAY_SECONDS, Op.mul(HALF_AN_HOUR_SECONDS, retentionPeriodHours)]))
    : Math.min(ONE_DAY_SECONDS, HALF_AN_HOUR_SECONDS * retentionPeriodHours);

/** The rules that span several properties of the mapping. */
export function checkMapping(
  checks: PropertyChecks,
  settings: ConsumerSettings,
  given: MappingProps,
): void {
  const region = functionRegion(settings.stream);
  checkStartingPosition(checks, given);
  checkTumblingWindow(checks, given);
  checkFilterKey(checks, settings, region);
  settings.onFailure?._check(checks, region);
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
function warnOfMapping(
  scope: Construct,
  props: ConsumerSettings,
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
  if (props.maximumRetryAttempts === -1 && !props.bisectBatchOnFunctionError) {
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
        (hasEnhancedFanOut(props)
          ? "those whose partition key differs from the aggregate's are dropped and lost"
          : "those whose partition key differs from the aggregate's lose their order"),
    );
  }
}

/** The ARNs that the mapping connects, and its dependencies. */
interface MappingTarget {
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly destinationArn?: string;
  /** Undefined for an imported stream. */
  readonly retentionPeriodHours?: number;
  readonly preconditions: Precondition[];
  /** Every permission. Without them Lambda refuses the mapping, after five minutes of retries. */
  readonly dependsOn: ITerraformDependable[];
}

/** Sets every argument, since Lambda keeps the old value of an omitted argument. */
export function createMapping(
  scope: Construct,
  props: ConsumerSettings,
  target: MappingTarget,
): LambdaEventSourceMapping {
  const { retentionPeriodHours } = target;
  const maximumRecordAgeInSeconds =
    props.maximumRecordAgeInSeconds ?? defaultRecordAgeSeconds(retentionPeriodHours);
  warnOfMapping(scope, { ...props, maximumRecordAgeInSeconds }, retentionPeriodHours);
  return new LambdaEventSourceMapping(scope, "mapping", {
    provider: props.provider,
    functionName: target.functionArn,
    eventSourceArn: target.eventSourceArn,
    enabled: props.enabled,
    startingPosition: props.startingPosition,
    startingPositionTimestamp: wholeSecondsInUtc(props.startingPositionTimestamp),
    batchSize: props.batchSize,
    maximumBatchingWindowInSeconds: props.maximumBatchingWindowInSeconds,
    parallelizationFactor: props.parallelizationFactor,
    maximumRetryAttempts: props.maximumRetryAttempts,
    maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: props.bisectBatchOnFunctionError,
    tumblingWindowInSeconds: props.tumblingWindowInSeconds,
    functionResponseTypes: props.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    filterCriteria: props.filterPatterns?.length
      ? {
          filter: props.filterPatterns.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
        }
      : undefined,
    kmsKeyArn: props.filterCriteriaKmsKeyArn,
    metricsConfig: props.metrics?.length ? { metrics: props.metrics } : undefined,
    destinationConfig:
      target.destinationArn === undefined
        ? undefined
        : { onFailure: { destinationArn: target.destinationArn } },
    dependsOn: [...target.dependsOn, ...(props.dependsOn ?? [])],
    lifecycle: {
      // A changed start would replace the mapping, which would then deliver records again.
      ignoreChanges: ["starting_position", "starting_position_timestamp"],
      ...(target.preconditions.length > 0 && { precondition: target.preconditions }),
    },
    tags: tagsOf(props, "mapping"),
  });
}
