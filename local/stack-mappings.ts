import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { setTimeout } from "node:timers/promises";
import { readersIn, type Reader } from "../pipeline/from-terraform";
import { parseState } from "../pipeline/terraform/state";
import type { LocalAws } from "./aws";
import type { Delivery } from "./aws/batch";
import { clientSettings, type Sample } from "./sample";
import type { Terraform } from "./terraform";

/** Finds the functions that read a stream in the state of an applied stack. */
export async function stackMappings(terraform: Terraform, directory: string): Promise<Reader[]> {
  const { resources } = parseState(await terraform.run(directory, "show", "-json"), directory);
  const found = readersIn(resources);
  if (found.length === 0) {
    throw new Error(
      "the stack must have an aws_lambda_event_source_mapping of a Kinesis stream, got none",
    );
  }
  return found;
}

/** Reason why the record cannot be expected to reach a mapping's function; undefined if it can. */
export function mappingNotAwaitedReason({ isEnabled, hasFilters }: Reader): string | undefined {
  if (!isEnabled) {
    return "it is not enabled";
  }
  return hasFilters ? "its filter_criteria may drop the record" : undefined;
}

/** Waits until a mapping's function has processed the sample, and returns what it logged. */
export async function awaitDelivery(
  aws: LocalAws,
  deliveries: readonly Delivery[],
  { uuid, functionArn }: Reader,
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
