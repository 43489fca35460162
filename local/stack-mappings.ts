import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { setTimeout } from "node:timers/promises";
import type { LocalAws } from "./aws";
import type { Delivery } from "./aws/batch";
import { clientSettings, type Sample } from "./sample";
import type { Terraform } from "./terraform";

/** An event source mapping of a Kinesis stream in another account. */
export interface StackMapping {
  readonly address: string;
  readonly uuid: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly isEnabled: boolean;
  readonly hasFilters: boolean;
}

interface StateModule {
  readonly resources?: readonly {
    readonly address: string;
    readonly type: string;
    readonly values: Record<string, unknown>;
  }[];
  readonly child_modules?: readonly StateModule[];
}

const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

/** Finds the mappings across accounts in the state of an applied stack. */
export async function stackMappings(
  terraform: Terraform,
  directory: string,
): Promise<StackMapping[]> {
  const { values } = JSON.parse(await terraform.run(directory, "show", "-json")) as {
    values?: { root_module: StateModule };
  };
  const modules = (module: StateModule): StateModule[] => [
    module,
    ...(module.child_modules ?? []).flatMap(modules),
  ];
  const found = modules(values?.root_module ?? {})
    .flatMap(({ resources = [] }) => resources)
    .filter(({ type }) => type === "aws_lambda_event_source_mapping")
    .map(({ address, values: mapping }) => ({
      address,
      uuid: String(mapping.uuid),
      streamArn: String(mapping.event_source_arn).replace(/\/consumer\/.*$/, ""),
      functionArn: String(mapping.function_arn),
      isEnabled: mapping.enabled !== false,
      hasFilters: ((mapping.filter_criteria as unknown[] | undefined) ?? []).length > 0,
    }))
    .filter(({ streamArn }) => streamArn.includes(":kinesis:"))
    .filter(({ streamArn, functionArn }) => accountOf(streamArn) !== accountOf(functionArn));
  if (found.length === 0) {
    throw new Error(
      "the stack must have an aws_lambda_event_source_mapping of a Kinesis stream in another account, got none",
    );
  }
  return found;
}

/** Reason why the record cannot be expected to reach a mapping's function; undefined if it can. */
export function mappingNotAwaitedReason({
  isEnabled,
  hasFilters,
}: StackMapping): string | undefined {
  if (!isEnabled) {
    return "it is not enabled";
  }
  return hasFilters ? "its filter_criteria may drop the record" : undefined;
}

/** Waits until a mapping's function has processed the sample, and returns what it logged. */
export async function awaitDelivery(
  aws: LocalAws,
  deliveries: readonly Delivery[],
  { uuid, functionArn }: StackMapping,
  { partitionKey }: Sample,
  timeoutSeconds = 60,
): Promise<string[]> {
  const lambda = new LambdaClient(clientSettings(aws, functionArn));
  const isDelivered = () =>
    deliveries
      .filter((delivery) => delivery.functionArn === functionArn)
      .some(({ records }) => records.some((record) => record.partitionKey === partitionKey));
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (!isDelivered()) {
    if (Date.now() > deadline) {
      const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }));
      throw new Error(
        `${functionArn} did not process the record within ${timeoutSeconds} s; ` +
          `the LastProcessingResult of its mapping is '${mapping.LastProcessingResult}'`,
      );
    }
    await setTimeout(100);
  }
  await aws.flushLogs();
  const { LoggingConfig: logging } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionArn }),
  );
  const { events = [] } = await new CloudWatchLogsClient(clientSettings(aws, functionArn))
    .send(new FilterLogEventsCommand({ logGroupName: logging?.LogGroup }))
    // The role may not be allowed to write logs.
    .catch(() => ({ events: [] }));
  return events.map(({ message = "" }) => message.trimEnd());
}
