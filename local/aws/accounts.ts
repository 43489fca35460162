import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { IAM } from "@aws-sdk/client-iam";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";
import { parseArn } from "./requests";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The role that an account's owner, and the local AWS itself, acts as; there need not be one. */
export const ADMINISTRATOR = "administrator";

/** Who calls, and SDK clients that act on moto as an account's administrator. */
export class Accounts {
  private readonly memory = new Memory();
  private readonly clients = new Map<string, ReturnType<typeof clientsOf>>();

  constructor(private readonly motoUrl: string) {}

  /** The clients of the account and region in an ARN. */
  owning(arn: string): ReturnType<typeof clientsOf> {
    const { account, region } = parseArn(arn);
    const key = `${account} ${region}`;
    const credentials = () => this.credentials(account);
    const clients =
      this.clients.get(key) ?? clientsOf(this.motoUrl, region || "us-east-1", credentials);
    this.clients.set(key, clients);
    return clients;
  }

  credentials(account: string): Promise<Credentials> {
    const role = `arn:aws:iam::${account}:role/${ADMINISTRATOR}`;
    return this.memory.remember(role, () => this.assume(role));
  }

  /** In moto, credentials from AssumeRole live in the role's account, whether there is such a role or not. */
  async assume(RoleArn: string): Promise<Credentials> {
    const sts = this.sts("localAwsLocalAwsLoc1");
    const { Credentials: given } = await sts.assumeRole({ RoleArn, RoleSessionName: "local-aws" });
    return {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
  }

  identity(accessKeyId: string): Promise<{ account: string; caller: string }> {
    return this.memory.remember(accessKeyId, async () => {
      const identity = await this.sts(accessKeyId || "none").getCallerIdentity();
      return { account: identity.Account ?? "", caller: identity.Arn ?? "" };
    });
  }

  private sts(accessKeyId: string): STS {
    const credentials = { accessKeyId, secretAccessKey: "unchecked" };
    return new STS({ endpoint: this.motoUrl, region: "us-east-1", credentials });
  }
}

function clientsOf(endpoint: string, region: string, credentials: () => Promise<Credentials>) {
  const settings = { endpoint, region, credentials };
  // The Kinesis client would talk HTTP/2, which moto does not; any other client's handler is HTTP/1.1.
  const { requestHandler } = new STS({ region }).config;
  return {
    iam: new IAM(settings),
    kinesis: new Kinesis({ ...settings, requestHandler }),
    kms: new KMS(settings),
    lambda: new Lambda(settings),
    logs: new CloudWatchLogs(settings),
    s3: new S3({ ...settings, forcePathStyle: true }),
    sns: new SNS(settings),
    sqs: new SQS(settings),
  };
}

/** What was read from moto, good until something is written that could change it. */
export class Memory {
  private readonly entries = new Map<string, Promise<unknown>>();

  forget(): void {
    this.entries.clear();
  }

  /** Loads once per key; a load that failed is tried again next time. */
  remember<T>(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key) as Promise<T> | undefined;
    if (known) return known;
    const loading = load();
    this.entries.set(key, loading);
    loading.catch(() => this.entries.delete(key));
    return loading;
  }
}
