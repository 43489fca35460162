import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { ITerraformDependable, Precondition } from "cdktf";
import { Construct } from "constructs";
import { tagsOf } from "../properties/tags";
import type { ConsumerSettings } from "./consumer-properties";
import { wholeSecondsInUtc } from "./timestamps";

/** The ARNs that the mapping connects, and its dependencies. */
export interface MappingTarget {
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly destinationArn?: string;
  readonly maximumRecordAgeInSeconds: number;
  readonly preconditions: Precondition[];
  /** Every permission. Without them Lambda refuses the mapping, after five minutes of retries. */
  readonly dependsOn: ITerraformDependable[];
}

/** Sets every argument, since Lambda keeps the old value of an omitted argument. */
export const createMapping = (
  scope: Construct,
  props: ConsumerSettings,
  target: MappingTarget,
): LambdaEventSourceMapping =>
  new LambdaEventSourceMapping(scope, "mapping", {
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
    maximumRecordAgeInSeconds: target.maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: props.bisectBatchOnFunctionError,
    tumblingWindowInSeconds: props.tumblingWindowInSeconds,
    functionResponseTypes: props.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    filterCriteria: props.filterPatterns?.length
      ? {
          filter: props.filterPatterns.map((pattern) => ({
            pattern: JSON.stringify(pattern),
          })),
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
