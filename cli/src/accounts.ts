import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { createClients, patience, SERVICES, type Clients, type RecordedCall } from "./clients";
import { endpointsOf } from "./endpoints";
import { lookupFailed, describeAwsError } from "./errors";
import { found, unknown, type Fact } from "../../pipeline/fact";

/** Where credentials come from. */
export interface CredentialSource {
  /** Profile of the shared AWS configuration; without one, the credentials of the environment. */
  readonly profile?: string;
  /** Role to assume with those credentials. */
  readonly assumeRole?: { readonly roleArn: string; readonly externalId?: string };
}

/** Credentials of one account that were tried and work. */
export interface Access {
  readonly accountId: string;
  /** ARN of the caller. */
  readonly caller: string;
  /** Whose credentials these are, such as `profile analytics`. */
  readonly credentials: string;
  readonly source: CredentialSource;
  /** Endpoint of every service, if the command line names one. */
  readonly endpoint?: string;
  readonly clients: Clients;
}

/** An AWS account with its clients, if there are credentials for it. */
export interface Account {
  readonly id: string;
  readonly access: Fact<Access>;
}

export interface AccountsOptions {
  readonly endpoint?: string;
  /** Called before each AWS request. */
  readonly onCall?: (call: RecordedCall) => void;
  /** How long AWS may take to answer one attempt of a call (default: 10 s). */
  readonly answerMilliseconds?: number;
  /** How often a call is tried that AWS throttles or fails (default: 3 times). */
  readonly maxAttempts?: number;
}

const describe = ({ profile, assumeRole }: CredentialSource): string => {
  const base = profile ? `profile ${profile}` : "the environment";
  return assumeRole ? `role ${assumeRole.roleArn} (through ${base})` : base;
};

/**
 * Finds credentials by account. Calls sts:GetCallerIdentity for every credential source, so that users
 * name profiles rather than account IDs.
 */
export class Accounts {
  private readonly tried = new Map<string, Promise<Fact<Access>>>();

  constructor(
    private readonly sources: readonly CredentialSource[],
    private readonly options: AccountsOptions = {},
  ) {}

  /** The account of the credentials that were named first. */
  async first(region: string): Promise<Access> {
    const access = await this.tryOut(this.sources[0] ?? {}, region);
    if (access.state !== "found") {
      throw lookupFailed(access.why);
    }
    return access.value;
  }

  /** The account with this id, whether or not any of the credentials belong to it. */
  async of(id: string, region: string): Promise<Account> {
    const tried = await Promise.all(this.sources.map((source) => this.tryOut(source, region)));
    const access = tried.find((one) => one.state === "found" && one.value.accountId === id);
    if (access) {
      return { id, access };
    }
    const others = tried.map((one) =>
      one.state === "found" ? `${one.value.credentials}: account ${one.value.accountId}` : one.why,
    );
    return { id, access: unknown(`no credentials for account ${id} (${others.join("; ")})`) };
  }

  /**
   * Every account for which there are credentials.
   *
   * @throws if a profile has none, since nobody names a profile to have its account left out
   */
  async all(region: string): Promise<Access[]> {
    const tried = await Promise.all(
      this.sources.map(async (source) => ({ source, access: await this.tryOut(source, region) })),
    );
    const found = tried.flatMap(({ source: { profile }, access }) => {
      if (access.state !== "found" && profile !== undefined) {
        throw lookupFailed(access.why);
      }
      return access.state === "found" ? [access.value] : [];
    });
    return [...new Map(found.map((access) => [access.accountId, access])).values()];
  }

  private tryOut(source: CredentialSource, region: string): Promise<Fact<Access>> {
    const key = JSON.stringify([source, region]);
    const known = this.tried.get(key) ?? this.identify(source, region);
    this.tried.set(key, known);
    return known;
  }

  private async identify(source: CredentialSource, region: string): Promise<Fact<Access>> {
    const { endpoint, onCall, answerMilliseconds, maxAttempts } = this.options;
    const credentials = describe(source);
    let accountId = "";
    const endpoints = await endpointsOf(source.profile, SERVICES);
    const clients = createClients(
      {
        ...{ region, endpoint, endpoints, answerMilliseconds },
        ...(maxAttempts !== undefined && { maxAttempts }),
        credentials: this.provider(source, region, endpoint ?? endpoints.sts),
      },
      (service, operation) => onCall?.({ account: accountId, service, operation }),
    );
    try {
      const { Account = "", Arn = "" } = await clients.sts.send(new GetCallerIdentityCommand());
      accountId = Account;
      return found({ accountId, caller: Arn, credentials, source, endpoint, clients });
    } catch (error) {
      return unknown(describeAwsError(error, "sts:GetCallerIdentity", credentials));
    }
  }

  private provider(
    { profile, assumeRole }: CredentialSource,
    region: string,
    endpoint: string | undefined,
  ) {
    const { answerMilliseconds } = this.options;
    const clientConfig = { region, endpoint, requestHandler: patience(answerMilliseconds) };
    const own = fromNodeProviderChain({ profile, clientConfig });
    return assumeRole
      ? fromTemporaryCredentials({
          masterCredentials: own,
          clientConfig,
          params: {
            RoleArn: assumeRole.roleArn,
            ExternalId: assumeRole.externalId,
            RoleSessionName: "cross-account-kinesis",
          },
        })
      : own;
  }
}
