import type { EventSourcePosition } from "@aws-sdk/client-lambda";
import {
  isConsumerArn,
  isKinesisArn,
  parseArn,
  parseFunctionArn,
  partitionOf,
  streamArnOf,
  streamNameOf,
  consumerNameOf,
  functionNameIn,
} from "./arn";
import { found } from "./fact";
import { destinationAt, type PipelineWithPolicies } from "./pipeline";
import {
  destinationSettings,
  keyOf,
  notHere,
  resourcePolicyOf,
  roleOf,
} from "./terraform/policies";
import { blocks, number, text, type Values } from "./terraform/resource";
import type { PlacedResource, Resources } from "./terraform/resources";
import { listOf } from "./values";

/** The pipelines in a state or configuration: one for each mapping that reads a Kinesis stream. */
export function pipelinesIn(resources: Resources): PipelineWithPolicies[] {
  return resources.all
    .filter(({ type }) => type === "aws_lambda_event_source_mapping")
    .flatMap((mapping) => listOf(pipelineOf(mapping, resources)));
}

function pipelineOf(
  mapping: PlacedResource,
  resources: Resources,
): PipelineWithPolicies | undefined {
  const { values } = mapping;
  const sourceArn = text(values, "event_source_arn");
  const functionArn = functionArnOf(mapping);
  if (sourceArn === undefined || functionArn === undefined || !isKinesisArn(sourceArn)) {
    return undefined;
  }
  const { all, referredTo } = resources;
  const streamArn = streamArnOf(sourceArn);
  const { region, account: streamAccount } = parseArn(sourceArn);
  const { name, qualifier, unqualifiedArn } = parseFunctionArn(functionArn);
  const fn = all.find(
    ({ type, values: { arn } }) => type === "aws_lambda_function" && arn === unqualifiedArn,
  );
  const roleArn = text(fn?.values, "role");
  const stream = referredTo(streamArn);
  const destination = destinationAt(destinationIn(values));
  const [logging] = blocks(fn?.values.logging_config);
  return {
    pipeline: {
      region,
      stream: {
        arn: streamArn,
        name: streamNameOf(streamArn),
        account: { id: streamAccount },
        summary: stream ? found(summaryOf(stream.values)) : notHere(streamArn),
      },
      ...(isConsumerArn(sourceArn) && {
        consumer: { arn: sourceArn, name: consumerNameOf(sourceArn) },
      }),
      role: { arn: roleArn },
      function: {
        arn: functionArn,
        name,
        qualifier,
        account: { id: parseArn(functionArn).account },
        configuration: fn
          ? found({ FunctionArn: unqualifiedArn, Role: roleArn })
          : notHere(functionArn),
        reservedConcurrentExecutions: reservedIn(fn?.values),
      },
      mapping: {
        uuid: text(values, "uuid") ?? text(values, "id"),
        address: mapping.address,
        sourceArn,
        configuration: found({
          EventSourceArn: sourceArn,
          FunctionArn: functionArn,
          State: values.enabled === false ? "Disabled" : "Enabled",
          FilterCriteria: { Filters: filtersIn(values) },
          ...startOf(values),
          DestinationConfig: { OnFailure: { Destination: destinationIn(values) } },
          MaximumRetryAttempts: number(values, "maximum_retry_attempts"),
          MaximumRecordAgeInSeconds: number(values, "maximum_record_age_in_seconds"),
        }),
      },
      destination,
    },
    streamPolicy: resourcePolicyOf(streamArn, resources),
    ...(isConsumerArn(sourceArn) && { consumerPolicy: resourcePolicyOf(sourceArn, resources) }),
    ...keyOf(stream, resources),
    ...roleOf(roleArn, resources),
    ...(destination && {
      destination: { ...destination, settings: destinationSettings(destination.arn, resources) },
    }),
    logGroup: { name: text(logging, "log_group") ?? `/aws/lambda/${name}` },
  };
}

/** The function's name or ARN is given; `function_arn` is what the provider found it to be. */
function functionArnOf({ values, account, region }: PlacedResource): string | undefined {
  const name = text(values, "function_name");
  const found = text(values, "function_arn");
  if (name === undefined || name.startsWith("arn:")) {
    return name ?? found;
  }
  return functionNameIn(found) === functionNameIn(name)
    ? found
    : `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

const summaryOf = (stream: Values) => ({
  StreamARN: text(stream, "arn"),
  RetentionPeriodHours: number(stream, "retention_period"),
  EncryptionType: stream.encryption_type === "KMS" ? ("KMS" as const) : ("NONE" as const),
  KeyId: text(stream, "kms_key_id"),
});

function startOf(mapping: Values) {
  const time = Date.parse(text(mapping, "starting_position_timestamp") ?? "");
  return {
    StartingPosition: text(mapping, "starting_position") as EventSourcePosition | undefined,
    ...(!Number.isNaN(time) && { StartingPositionTimestamp: new Date(time) }),
  };
}

/** The provider writes -1 if nothing is reserved. */
function reservedIn(fn: Values | undefined): number | undefined {
  const reserved = number(fn, "reserved_concurrent_executions");
  return reserved === -1 ? undefined : reserved;
}

const filtersIn = ({ filter_criteria: criteria }: Values) =>
  blocks(criteria).flatMap(({ filter }) =>
    blocks(filter).map((one) => ({ Pattern: text(one, "pattern") })),
  );

/** Where a mapping reports failures: an ARN, or an expression in a configuration. */
export function destinationIn(mapping: Values | null): string | undefined {
  const [onFailure] = blocks(mapping?.destination_config).flatMap((one) => blocks(one.on_failure));
  return text(onFailure, "destination_arn");
}
