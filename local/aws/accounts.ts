import { randomBytes } from "node:crypto";
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
import { parseArn } from "../../pipeline/arn";
import { Cache } from "./cache";
import { SECRET_HEADER, type Moto } from "./moto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty for an IAM user's access key. */
  readonly sessionToken: string;
}

/** Credentials that the local AWS issued, and whose they are. */
export interface Session {
  readonly credentials: Credentials;
  /** Access key by which moto knows the caller. moto checks neither secrets nor signatures. */
  readonly motoAccessKeyId: string;
  readonly account: string;
  /** ARN of the role session or user. */
  readonly caller: string;
}

/** Name of the role that may do everything in its account. It does not have to exist in IAM. */
const ADMINISTRATOR = "administrator";

export const isAdministrator = (caller: string): boolean =>
  caller.includes(`:assumed-role/${ADMINISTRATOR}/`);

export const administratorOf = (account: string): string =>
  `arn:aws:iam::${account}:role/${ADMINISTRATOR}`;

/** Issues credentials, identifies callers, and provides SDK clients that call moto as administrators. */
export class Accounts {
  private readonly administrators = new Cache();
  private readonly clients = new Map<string, ReturnType<typeof clientsOf>>();
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly moto: Pick<Moto, "url" | "secret">) {}

  /** SDK clients for the account and Region of an ARN. */
  owning(arn: string): ReturnType<typeof clientsOf> {
    const { account, region } = parseArn(arn);
    const key = `${account} ${region}`;
    const credentials = async () => {
      const { motoAccessKeyId } = await this.administrator(account);
      return { accessKeyId: motoAccessKeyId, secretAccessKey: "unchecked" };
    };
    const clients =
      this.clients.get(key) ?? clientsOf(this.moto, region || "us-east-1", credentials);
    this.clients.set(key, clients);
    return clients;
  }

  async credentials(account: string): Promise<Credentials> {
    return (await this.administrator(account)).credentials;
  }

  administrator(account: string): Promise<Session> {
    const role = administratorOf(account);
    return this.administrators.getOrLoad(role, () => this.assume(role));
  }

  /** Starts a role's session. moto does so for any account, even if the role does not exist. */
  async assume(RoleArn: string): Promise<Session> {
    const sts = new STS(settingsOf(this.moto, "us-east-1", SIGNED_FOR_MOTO));
    const { Credentials: credentials, AssumedRoleUser: user } = await sts.assumeRole({
      RoleArn,
      RoleSessionName: "local-aws",
    });
    return this.issue(credentials?.AccessKeyId ?? "", user?.Arn ?? "");
  }

  /** Issues credentials that nobody can guess for a session that moto has started. */
  issue(motoAccessKeyId: string, caller: string): Session {
    return this.add({
      credentials: {
        accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(60).toString("base64"),
      },
      motoAccessKeyId,
      account: parseArn(caller).account,
      caller,
    });
  }

  add(session: Session): Session {
    this.sessions.set(session.credentials.accessKeyId, session);
    return session;
  }

  remove(accessKeyId: string): void {
    this.sessions.delete(accessKeyId);
  }

  /** The session with an access key; undefined if the local AWS did not issue it. */
  session(accessKeyId: string): Session | undefined {
    return this.sessions.get(accessKeyId);
  }
}

const SIGNED_FOR_MOTO = { accessKeyId: "localAwsLocalAwsLoc1", secretAccessKey: "unchecked" };

type CredentialsOfMoto = typeof SIGNED_FOR_MOTO | (() => Promise<typeof SIGNED_FOR_MOTO>);

function settingsOf(
  { url: endpoint, secret }: Pick<Moto, "url" | "secret">,
  region: string,
  credentials: CredentialsOfMoto,
) {
  // The Kinesis client uses HTTP/2 by default, which moto does not support. This handler uses HTTP/1.1.
  const { requestHandler } = new STS({ region }).config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request: { headers: Record<string, string> }, options) => {
    request.headers[SECRET_HEADER] = secret;
    return handle(request, options);
  };
  return { endpoint, region, credentials, requestHandler };
}

function clientsOf(
  moto: Pick<Moto, "url" | "secret">,
  region: string,
  credentials: CredentialsOfMoto,
) {
  const settings = settingsOf(moto, region, credentials);
  return {
    cloudwatch: new CloudWatch(settings),
    iam: new IAM(settings),
    kinesis: new Kinesis(settings),
    kms: new KMS(settings),
    lambda: new Lambda(settings),
    logs: new CloudWatchLogs(settings),
    s3: new S3({ ...settings, forcePathStyle: true }),
    sns: new SNS(settings),
    sqs: new SQS(settings),
  };
}
