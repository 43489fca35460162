import { paginateListStreamConsumers, type Consumer } from "@aws-sdk/client-kinesis";
import { paginateListEventSourceMappings } from "@aws-sdk/client-lambda";
import { isConsumerArn, isKinesisArn, parseArn } from "../../pipeline/arn";
import type { Access, Accounts } from "./accounts";
import { describeAwsError, isNotFound, lookupFailed, misuse } from "./errors";
import type { Reference } from "./pipeline";

/**
 * Every mapping, in the accounts for which there are credentials, that reads a stream.
 *
 * @throws if the ARN is no stream's, the stream cannot be read, or nothing reads it
 */
export async function readersOf(streamArn: string, accounts: Accounts): Promise<Reference[]> {
  const found = await findReaders(streamArn, accounts);
  if (found.length === 0) {
    const { region } = parseArn(streamArn);
    throw lookupFailed(
      `no event source mapping in ${await named(accounts, region)} reads ${streamArn}; name a profile of the account of its readers with --profile`,
    );
  }
  return found;
}

/** The same, but it is no error that nothing reads the stream. */
export async function findReaders(streamArn: string, accounts: Accounts): Promise<Reference[]> {
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
  const consumers = await consumersOf(streamArn, access.value);
  const sources = [streamArn, ...consumers.map(({ ConsumerARN = "" }) => ConsumerARN)];
  const all = await accounts.all(region);
  const found = await Promise.all(all.map((one) => mappingsIn(one, region, sources)));
  return found.flat();
}

/** Every mapping, in the accounts for which there are credentials, that reads any Kinesis stream. */
export async function findAllReaders(accounts: Accounts, region: string): Promise<Reference[]> {
  // Credentials that do not work are told, as for a single mapping.
  await accounts.first(region);
  const all = await accounts.all(region);
  const found = (await Promise.all(all.map((one) => mappingsIn(one, region)))).flat();
  const reading = found.filter(({ sourceArn }) => isKinesisArn(sourceArn));
  if (reading.length === 0) {
    throw lookupFailed(
      `no event source mapping in ${await named(accounts, region)} reads a Kinesis stream; name other profiles with --profile, or another Region`,
    );
  }
  return reading;
}

async function named(accounts: Accounts, region: string): Promise<string> {
  const all = await accounts.all(region);
  return `account ${all.map(({ accountId }) => accountId).join(", ")} (${region})`;
}

/** The registered consumers of a stream. */
export async function consumersOf(
  StreamARN: string,
  { clients: { kinesis: client }, credentials }: Access,
): Promise<Consumer[]> {
  const all: Consumer[] = [];
  try {
    for await (const { Consumers = [] } of paginateListStreamConsumers({ client }, { StreamARN })) {
      all.push(...Consumers);
    }
  } catch (error) {
    throw isNotFound(error)
      ? lookupFailed(
          `'--stream' must be the ARN of a stream that exists, got ${StreamARN}; correct it`,
        )
      : lookupFailed(describeAwsError(error, "kinesis:ListStreamConsumers", credentials));
  }
  return all;
}

/** @param sources streams and consumers (default: whatever a mapping reads) */
async function mappingsIn(
  { clients: { lambda: client }, credentials }: Access,
  region: string,
  sources: readonly (string | undefined)[] = [undefined],
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
