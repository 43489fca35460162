import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { ITerraformDependable, Precondition } from "cdktf";
import { Construct } from "constructs";
import { CrossAccountConsumerProps } from "../cross-account-consumer-props";
import { StartingPosition } from "../mapping-props";
import { wholeSecondsInUtc } from "./timestamps";

export interface MappingTarget {
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly destinationArn?: string;
  readonly maximumRecordAgeInSeconds: number;
  readonly preconditions: Precondition[];
  /** Every permission: without them Lambda refuses the mapping, after five minutes of retries. */
  readonly dependsOn: ITerraformDependable[];
}

/** All values are set, since leaving one out later would keep the old one, not AWS's default. */
export const createMapping = (
  scope: Construct,
  props: CrossAccountConsumerProps,
  target: MappingTarget,
): LambdaEventSourceMapping =>
  new LambdaEventSourceMapping(scope, "mapping", {
    provider: props.provider,
    functionName: target.functionArn,
    eventSourceArn: target.eventSourceArn,
    enabled: props.enabled ?? true,
    startingPosition: props.startingPosition ?? StartingPosition.TRIM_HORIZON,
    startingPositionTimestamp: wholeSecondsInUtc(props.startingPositionTimestamp),
    batchSize: props.batchSize ?? 100,
    maximumBatchingWindowInSeconds: props.maximumBatchingWindowInSeconds ?? 0,
    parallelizationFactor: props.parallelizationFactor ?? 1,
    maximumRetryAttempts: props.maximumRetryAttempts ?? 500,
    maximumRecordAgeInSeconds: target.maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: props.bisectBatchOnFunctionError ?? true,
    tumblingWindowInSeconds: props.tumblingWindowInSeconds ?? 0,
    functionResponseTypes:
      props.reportBatchItemFailures === false ? [] : ["ReportBatchItemFailures"],
    filterCriteria: props.filterPatterns?.length
      ? {
          filter: props.filterPatterns.map((pattern) => ({
            pattern: JSON.stringify(pattern),
          })),
        }
      : undefined,
    destinationConfig:
      target.destinationArn === undefined
        ? undefined
        : { onFailure: { destinationArn: target.destinationArn } },
    dependsOn: target.dependsOn,
    lifecycle: {
      // Another start would replace the mapping, which would then deliver records a second time.
      ignoreChanges: ["starting_position", "starting_position_timestamp"],
      ...(target.preconditions.length > 0 && { precondition: target.preconditions }),
    },
    tags: props.tags,
  });
