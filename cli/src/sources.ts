import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type EventSourceMappingConfiguration,
} from "@aws-sdk/client-lambda";
import { STSClient } from "@aws-sdk/client-sts";
import { Accounts, type Access, type AccountsOptions, type CredentialSource } from "./accounts";
import { isKinesisArn, parseArn } from "../../pipeline/arn";
import { lookupFailed, describeAwsError, isNotFound, misuse } from "./errors";
import { mappingsOf } from "./mappings";
import type { Reference } from "./pipeline";
import { findAllReaders, findReaders } from "./readers";
import { readState, referencesInState } from "./state";

/** The options that say which pipelines a command is about, and with which credentials. */
export interface SourceOptions {
  readonly function?: string;
  readonly mapping?: string;
  readonly state?: string;
  readonly stream?: string;
  readonly all?: boolean;
  readonly name?: string;
  readonly region?: string;
  readonly profile?: readonly string[];
  readonly streamProfile?: string;
  readonly endpointUrl?: string;
}

/** What was named: the mappings, and the credentials that look at them. */
export interface Source {
  readonly references: readonly Reference[];
  readonly accounts: Accounts;
}

/** What the settings declare: the mappings, and the credentials of every account. */
interface Declared {
  readonly references: readonly Reference[];
  readonly credentials: readonly CredentialSource[];
}

/** Reads one deployment of the settings, by its name if there are several. */
export type SettingsReader = (name?: string) => Declared | Promise<Declared>;

/** Many readers are many calls, which AWS throttles for a while. */
export const MANY_ATTEMPTS = 10;

export async function findSource(
  options: SourceOptions,
  settings: SettingsReader | undefined,
  accountsOptions: Omit<AccountsOptions, "endpoint"> = {},
): Promise<Source> {
  const given = (["function", "mapping", "state", "stream", "all"] as const).filter(
    (one) => options[one],
  );
  if (given.length > 1) {
    const [first, second] = given;
    throw misuse(
      `'--${first}' and '--${second}' are mutually exclusive, got both; omit one of them`,
    );
  }
  const isBroad = options.stream !== undefined || options.all;
  const accounts = namedAccounts(options, {
    ...accountsOptions,
    ...(isBroad && { maxAttempts: MANY_ATTEMPTS }),
  });
  if (options.function !== undefined || options.mapping !== undefined) {
    const references = await ask(options, accounts);
    await checkStreamProfile(options, references, accounts);
    return { references, accounts };
  }
  if (options.stream !== undefined) {
    return { references: await findReaders(options.stream, accounts), accounts };
  }
  if (options.all) {
    const region = await regionOf(options);
    return { references: await findAllReaders(accounts, region), accounts };
  }
  if (options.state !== undefined) {
    const references = referencesInState(await readState(options.state), options.state);
    return { references, accounts };
  }
  if (!settings) {
    throw misuse(
      "one of '--function', '--mapping' and '--state' must be given, got none; name the Lambda function, for example",
    );
  }
  const { references, credentials } = await settings(options.name);
  const isNamed = options.profile !== undefined || options.streamProfile !== undefined;
  return {
    references,
    accounts: isNamed
      ? accounts
      : new Accounts(credentials, { endpoint: options.endpointUrl, ...accountsOptions }),
  };
}

/** The accounts of the profiles that are named, and of the environment. */
export function namedAccounts(
  { profile: ofFunctions = [], streamProfile, endpointUrl: endpoint }: SourceOptions,
  options: Omit<AccountsOptions, "endpoint"> = {},
): Accounts {
  const profiles = [...ofFunctions, ...(streamProfile === undefined ? [] : [streamProfile])];
  // Without a profile for the function's account, its credentials are those of the environment.
  const environment = ofFunctions.length === 0 ? [{}] : [];
  return new Accounts([...environment, ...profiles.map((profile) => ({ profile }))], {
    endpoint,
    ...options,
  });
}

/** Asks the function's account for the mappings. */
async function ask(options: SourceOptions, accounts: Accounts): Promise<Reference[]> {
  const region = await regionOf(options);
  const access = await accounts.first(region);
  const found =
    options.function === undefined
      ? [await mappingOf(options.mapping ?? "", access, region)]
      : await mappingsOfFunction(options.function, access, region);
  return found.map((configuration) => ({
    region,
    functionArn: configuration.FunctionArn ?? "",
    sourceArn: configuration.EventSourceArn ?? "",
    uuid: configuration.UUID,
    configuration,
  }));
}

async function regionOf({
  region,
  function: name = "",
  profile = [],
}: SourceOptions): Promise<string> {
  const known = region ?? (name.startsWith("arn:") ? parseArn(name).region : undefined);
  try {
    return known ?? (await new STSClient({ profile: profile[0] }).config.region());
  } catch {
    throw misuse(
      "'--region' must be given, got nothing, and neither the environment nor the profile has one; add --region",
    );
  }
}

async function mappingOf(
  UUID: string,
  { clients, accountId, credentials }: Access,
  region: string,
): Promise<EventSourceMappingConfiguration> {
  const mapping = await clients.lambda
    .send(new GetEventSourceMappingCommand({ UUID }))
    .catch((error: unknown) => {
      throw isNotFound(error)
        ? lookupFailed(
            `'--mapping' must be the UUID of an event source mapping in account ${accountId} (${region}), got ${UUID}, which does not exist there; correct it, or name another profile or Region`,
          )
        : lookupFailed(describeAwsError(error, "lambda:GetEventSourceMapping", credentials));
    });
  if (!isKinesisArn(mapping.EventSourceArn)) {
    throw misuse(
      `'--mapping' must be a mapping that reads a Kinesis stream, got ${UUID}, which reads ${mapping.EventSourceArn ?? "a source without an ARN"}; name another mapping`,
    );
  }
  return mapping;
}

async function mappingsOfFunction(
  name: string,
  { clients: { lambda }, accountId, credentials }: Access,
  region: string,
): Promise<EventSourceMappingConfiguration[]> {
  const owner = name.startsWith("arn:") ? parseArn(name).account : accountId;
  if (owner !== accountId) {
    throw lookupFailed(
      `the credentials of ${credentials} are those of account ${accountId}, but function ${name} is in account ${owner}; name a profile of that account with --profile`,
    );
  }
  const call = <T>(action: string, answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw isNotFound(error)
        ? lookupFailed(
            `'--function' must be the name or ARN of a Lambda function in account ${accountId} (${region}), got ${name}, which does not exist there; correct the name, or name another profile or Region`,
          )
        : lookupFailed(describeAwsError(error, action, credentials));
    });
  const get = new GetFunctionConfigurationCommand({ FunctionName: name });
  await call("lambda:GetFunctionConfiguration", lambda.send(get));
  const all = await call("lambda:ListEventSourceMappings", mappingsOf(lambda, name));
  const reading = all.filter(({ EventSourceArn: arn }) => isKinesisArn(arn));
  if (reading.length === 0) {
    const others = all.map(({ EventSourceArn: arn = "a source without an ARN" }) => arn).join(", ");
    throw lookupFailed(
      `function ${name} in account ${accountId} (${region}) has no event source mapping that reads a Kinesis stream (it reads: ${others || "nothing"}); create one, or name another function`,
    );
  }
  return reading;
}

/** A profile that was named for the stream's account must belong to it. */
async function checkStreamProfile(
  { streamProfile }: SourceOptions,
  references: readonly Reference[],
  accounts: Accounts,
): Promise<void> {
  for (const { sourceArn, region } of streamProfile === undefined ? [] : references) {
    const { id, access } = await accounts.of(parseArn(sourceArn).account, region);
    if (access.state !== "found") {
      throw lookupFailed(
        `'--stream-profile' must be a profile of account ${id}, which owns ${sourceArn}, got ${streamProfile}: ${access.why}; name a profile of that account, or omit --stream-profile`,
      );
    }
  }
}
