import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type EventSourceMappingConfiguration,
} from "@aws-sdk/client-lambda";
import type { Account, Accounts } from "./accounts";
import {
  consumerNameOf,
  parseFunctionArn,
  isConsumerArn,
  parseArn,
  streamArnOf,
  streamNameOf,
} from "../../pipeline/arn";
import { lookupFailed } from "./errors";
import { inTurns } from "./in-turns";
import { lookUp } from "./look-up";
import { found, missing, valueOf, type Fact } from "../../pipeline/fact";
import { mappingsOf } from "./mappings";
import type { Pipeline, Reference } from "./pipeline";
import { destinationAt } from "../../pipeline/pipeline";

/**
 * Reads the resources around each mapping.
 *
 * @throws if there are usable credentials for neither account of a pipeline
 */
export function discover(
  references: readonly Reference[],
  accounts: Accounts,
): Promise<Pipeline[]> {
  return inTurns(references, (reference) => discoverOne(reference, accounts));
}

async function discoverOne(reference: Reference, accounts: Accounts): Promise<Pipeline> {
  const { region } = reference;
  const functionAccount = await accounts.of(parseArn(reference.functionArn).account, region);
  const streamAccount = await accounts.of(parseArn(reference.sourceArn).account, region);
  if (functionAccount.access.state !== "found" && streamAccount.access.state !== "found") {
    throw lookupFailed(
      `there are no usable credentials for the account of function ${reference.functionArn} or of its stream: ${functionAccount.access.why}`,
    );
  }
  const mapping = await mappingOf(reference, functionAccount);
  const sourceArn = valueOf(mapping)?.EventSourceArn ?? reference.sourceArn;
  const functionArn = valueOf(mapping)?.FunctionArn ?? reference.functionArn;
  const { name, qualifier } = parseFunctionArn(functionArn);
  const [stream, configuration] = await Promise.all([
    streamAt(sourceArn, streamAccount),
    lookUp(functionAccount, "lambda:GetFunctionConfiguration", ({ lambda }) =>
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionArn })),
    ),
  ]);
  const destinationArn =
    mapping.state === "found"
      ? mapping.value.DestinationConfig?.OnFailure?.Destination
      : reference.destinationArn;
  return {
    region,
    ...stream,
    role: { arn: valueOf(configuration)?.Role ?? reference.roleArn },
    function: { arn: functionArn, name, qualifier, account: functionAccount, configuration },
    mapping: {
      uuid: valueOf(mapping)?.UUID ?? reference.uuid,
      sourceArn,
      configuration: mapping,
      ...(reference.declared && { declared: reference.declared }),
    },
    destination: destinationAt(destinationArn),
  };
}

export async function streamAt(
  sourceArn: string,
  account: Account,
): Promise<Pick<Pipeline, "stream" | "consumer">> {
  const StreamARN = streamArnOf(sourceArn);
  const summary = await lookUp(account, "kinesis:DescribeStreamSummary", async ({ kinesis }) => {
    const answer = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }));
    return answer.StreamDescriptionSummary;
  });
  return {
    stream: { arn: StreamARN, name: streamNameOf(StreamARN), account, summary },
    ...(isConsumerArn(sourceArn) && {
      consumer: { arn: sourceArn, name: consumerNameOf(sourceArn) },
    }),
  };
}

/** The current mapping: by its UUID if that is known, else by its function and stream. */
async function mappingOf(
  { configuration, uuid, functionArn, sourceArn }: Reference,
  account: Account,
): Promise<Fact<EventSourceMappingConfiguration>> {
  if (configuration) {
    return found(configuration);
  }
  if (uuid !== undefined) {
    return lookUp(account, "lambda:GetEventSourceMapping", ({ lambda }) =>
      lambda.send(new GetEventSourceMappingCommand({ UUID: uuid })),
    );
  }
  const all = await lookUp(account, "lambda:ListEventSourceMappings", ({ lambda }) =>
    mappingsOf(lambda, functionArn),
  );
  if (all.state !== "found") {
    return all;
  }
  const mapping = all.value.find(
    ({ EventSourceArn: arn = "" }) => streamArnOf(arn) === streamArnOf(sourceArn),
  );
  return mapping
    ? found(mapping)
    : missing(`function ${functionArn} has no mapping that reads ${streamArnOf(sourceArn)}`);
}
