import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface ClientSettings {
  endpoint: string;
  region: string;
  credentials: () => Promise<Credentials>;
  forcePathStyle: boolean;
  requestHandler: STSClient["config"]["requestHandler"];
}

/** Who calls, and SDK clients that act on moto as an account's own administrator. */
export class Accounts {
  private readonly clients = new Map<string, unknown>();
  private readonly sessions = new Map<string, Promise<Credentials>>();
  private readonly identities = new Map<
    string,
    Promise<{ account: string; caller: string }>
  >();

  // The Kinesis client would talk HTTP/2, which moto does not; any other client's handler is HTTP/1.1.
  private readonly http1 = new STSClient({ region: "us-east-1" }).config
    .requestHandler;

  constructor(private readonly motoUrl: string) {}

  readonly iam = this.clientsOf(IAMClient);
  readonly kinesis = this.clientsOf(KinesisClient);
  readonly kms = this.clientsOf(KMSClient);
  readonly lambda = this.clientsOf(LambdaClient);
  readonly logs = this.clientsOf(CloudWatchLogsClient);
  readonly s3 = this.clientsOf(S3Client);
  readonly sns = this.clientsOf(SNSClient);
  readonly sqs = this.clientsOf(SQSClient);

  /** In moto, credentials from AssumeRole live in the role's account, whether there is such a role or not. */
  credentials(account: string, role = "administrator"): Promise<Credentials> {
    const arn = `arn:aws:iam::${account}:role/${role}`;
    return once(this.sessions, arn, () => this.assume(arn));
  }

  async assume(roleArn: string, session = "local-aws"): Promise<Credentials> {
    const sts = this.sts("localAwsLocalAwsLoc1");
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: session }),
    );
    return {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
  }

  identity(accessKeyId: string): Promise<{ account: string; caller: string }> {
    return once(this.identities, accessKeyId, async () => {
      const answer = await this.sts(accessKeyId || "none").send(
        new GetCallerIdentityCommand({}),
      );
      return { account: answer.Account ?? "", caller: answer.Arn ?? "" };
    });
  }

  private sts(accessKeyId: string): STSClient {
    return new STSClient({
      endpoint: this.motoUrl,
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey: "unchecked" },
    });
  }

  private clientsOf<T>(
    Client: new (settings: ClientSettings) => T,
  ): (account: string, region: string) => T {
    return (account, region) => {
      const key = `${Client.name} ${account} ${region}`;
      const made =
        this.clients.get(key) ??
        new Client({
          endpoint: this.motoUrl,
          region,
          credentials: () => this.credentials(account),
          forcePathStyle: true,
          requestHandler: this.http1,
        });
      this.clients.set(key, made);
      return made as T;
    };
  }
}

/** Loads once per key; a load that failed is tried again next time. */
export function once<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  load: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  return loading;
}

/** What was read from moto, good until something is written that could change it. */
export class Memory {
  private readonly entries = new Map<string, Promise<unknown>>();

  forget(): void {
    this.entries.clear();
  }

  remember<T>(key: string, load: () => Promise<T>): Promise<T> {
    return once(this.entries as Map<string, Promise<T>>, key, load);
  }
}
