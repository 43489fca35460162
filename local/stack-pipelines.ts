import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { setTimeout } from "node:timers/promises";
import { pipelinesIn } from "../pipeline/from-terraform";
import { valueOf } from "../pipeline/fact";
import type { Pipeline } from "../pipeline/pipeline";
import { resourcesOfState } from "../pipeline/terraform/resources";
import { parseState } from "../pipeline/terraform/state";
import type { LocalAws } from "./aws";
import type { Delivery } from "./aws/batch";
import { clientSettings, type Sample } from "./sample";
import type { Terraform } from "./terraform";

/** Finds the pipelines in the state of an applied stack. */
export async function stackPipelines(terraform: Terraform, directory: string): Promise<Pipeline[]> {
  const { resources } = parseState(await terraform.run(directory, "show", "-json"), directory);
  const found = pipelinesIn(resourcesOfState(resources)).map(({ pipeline }) => pipeline);
  if (found.length === 0) {
    throw new Error(
      "the stack must have an aws_lambda_event_source_mapping of a Kinesis stream, got none",
    );
  }
  return found;
}

/** Reason why the record cannot be expected to reach a mapping's function; undefined if it can. */
export function mappingNotAwaitedReason({ mapping }: Pipeline): string | undefined {
  const { State, FilterCriteria } = valueOf(mapping.configuration) ?? {};
  if (State !== "Enabled") {
    return "it is not enabled";
  }
  return FilterCriteria?.Filters?.length ? "its filter_criteria may drop the record" : undefined;
}

/** Waits until a mapping's function has processed the sample, and returns what it logged. */
export async function awaitDelivery(
  aws: LocalAws,
  deliveries: readonly Delivery[],
  { mapping: { uuid }, function: { arn: functionArn } }: Pipeline,
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
      const { LastProcessingResult: result } = await lambda.send(
        new GetEventSourceMappingCommand({ UUID: uuid }),
      );
      throw new Error(
        `${functionArn} did not process the record within ${timeoutSeconds} s; ` +
          `the LastProcessingResult of its mapping is '${result}'`,
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
