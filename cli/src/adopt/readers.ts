import { paginateListStreamConsumers } from "@aws-sdk/client-kinesis";
import { paginateListEventSourceMappings } from "@aws-sdk/client-lambda";
import { isConsumerArn, isKinesisArn, parseArn } from "../../../pipeline/arn";
import type { Access, Accounts } from "../accounts";
import { describeAwsError, isNotFound, lookupFailed, misuse } from "../errors";
import type { Reference } from "../pipeline";

/**
 * Every mapping, in the accounts for which there are credentials, that reads a stream.
 *
 * @throws if the ARN is no stream's, the stream cannot be read, or nothing reads it
 */
export async function readersOf(streamArn: string, accounts: Accounts): Promise<Reference[]> {
  if (!isKinesisArn(streamArn) || isConsumerArn(streamArn)) {
    throw misuse(
      `'--stream' must be the ARN of a Kinesis stream, got ${streamArn}; copy it from 'aws kinesis describe-stream-summary'`,
    );
  }
  const { region, account: id } = parseArn(streamArn);
  const { access } = await accounts.of(id, region);
  if (access.state !== "found") {
    throw lookupFailed(`${access.why}; name a profile of that account with --stream-profile`);
  }
  const sources = [streamArn, ...(await consumersOf(streamArn, access.value))];
  const all = await accounts.all(region);
  const found = await Promise.all(all.map((one) => mappingsIn(one, sources, region)));
  if (found.flat().length === 0) {
    const ids = all.map(({ accountId }) => accountId).join(", ");
    throw lookupFailed(
      `no event source mapping in account ${ids} (${region}) reads ${streamArn}; name a profile of the account of its readers with --profile`,
    );
  }
  return found.flat();
}

async function consumersOf(
  StreamARN: string,
  { clients: { kinesis: client }, credentials }: Access,
): Promise<string[]> {
  const arns: string[] = [];
  try {
    for await (const { Consumers = [] } of paginateListStreamConsumers({ client }, { StreamARN })) {
      arns.push(...Consumers.map(({ ConsumerARN = "" }) => ConsumerARN));
    }
  } catch (error) {
    throw isNotFound(error)
      ? lookupFailed(
          `'--stream' must be the ARN of a stream that exists, got ${StreamARN}; correct it`,
        )
      : lookupFailed(describeAwsError(error, "kinesis:ListStreamConsumers", credentials));
  }
  return arns;
}

async function mappingsIn(
  { clients: { lambda: client }, credentials }: Access,
  sources: readonly string[],
  region: string,
): Promise<Reference[]> {
  const found: Reference[] = [];
  try {
    for (const EventSourceArn of sources) {
      const pages = paginateListEventSourceMappings({ client }, { EventSourceArn });
      for await (const { EventSourceMappings = [] } of pages) {
        found.push(
          ...EventSourceMappings.map((configuration) => ({
            region,
            functionArn: configuration.FunctionArn ?? "",
            sourceArn: configuration.EventSourceArn ?? "",
            uuid: configuration.UUID,
            configuration,
          })),
        );
      }
    }
  } catch (error) {
    throw lookupFailed(describeAwsError(error, "lambda:ListEventSourceMappings", credentials));
  }
  return found;
}
