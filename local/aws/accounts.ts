import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { IAM } from "@aws-sdk/client-iam";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";
import { parseArn } from "../../cli/src/arns";
import { Cache } from "./cache";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Name of the role that may do everything in its account. It does not have to exist in IAM. */
export const ADMINISTRATOR = "administrator";

/** Identifies callers, and provides SDK clients that call moto as an account's administrator. */
export class Accounts {
  private readonly cache = new Cache();
  private readonly clients = new Map<string, ReturnType<typeof clientsOf>>();

  constructor(private readonly motoUrl: string) {}

  /** SDK clients for the account and Region of an ARN. */
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
    return this.cache.getOrLoad(role, () => this.assume(role));
  }

  /** Assumes a role. moto returns credentials for the role's account even if the role does not exist. */
  async assume(RoleArn: string): Promise<Credentials> {
    const sts = this.sts("localAwsLocalAwsLoc1");
    const { Credentials: credentials } = await sts.assumeRole({
      RoleArn,
      RoleSessionName: "local-aws",
    });
    return {
      accessKeyId: credentials?.AccessKeyId ?? "",
      secretAccessKey: credentials?.SecretAccessKey ?? "",
      sessionToken: credentials?.SessionToken ?? "",
    };
  }

  identity(accessKeyId: string): Promise<{ account: string; caller: string }> {
    return this.cache.getOrLoad(accessKeyId, async () => {
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
  // The Kinesis client uses HTTP/2 by default, which moto does not support. This handler uses HTTP/1.1.
  const { requestHandler } = new STS({ region }).config;
  return {
    cloudwatch: new CloudWatch(settings),
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
