import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { withCall } from "./errors";
import { actionOf } from "../../pipeline/iam/actions";

/** One call that a client made: `service` is the name in IAM's actions. */
export interface RecordedCall {
  readonly account: string;
  readonly service: string;
  readonly operation: string;
}

/** Settings that all clients share. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  /** Endpoints of single services, unless `endpoint` is given, by the service's name in IAM's actions. */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly credentials: NonNullable<ConstructorParameters<typeof STSClient>[0]>["credentials"];
  /** How long AWS may take to answer one attempt of a call (default: 10 s). */
  readonly answerMilliseconds?: number;
  /** How often a call is tried that AWS throttles or fails (default: 3 times). */
  readonly maxAttempts?: number;
}

const CONNECTION_MILLISECONDS = 5000;
const ANSWER_MILLISECONDS = 10_000;
/** A function runs for up to 15 minutes; AWS answers when it has ended. */
const INVOCATION_MILLISECONDS = 16 * 60_000;

/** How long to wait for AWS, so that a call that is not answered becomes an error. */
export const patience = (answerMilliseconds = ANSWER_MILLISECONDS) => ({
  connectionTimeout: Math.min(CONNECTION_MILLISECONDS, answerMilliseconds),
  requestTimeout: answerMilliseconds,
  throwOnRequestTimeout: true,
  // Longest pause within a response over HTTP/1.1; over HTTP/2, requestTimeout limits it.
  socketTimeout: answerMilliseconds,
});

const CLIENTS = {
  cloudwatch: CloudWatchClient,
  iam: IAMClient,
  kinesis: KinesisClient,
  kms: KMSClient,
  lambda: LambdaClient,
  logs: CloudWatchLogsClient,
  s3: S3Client,
  sns: SNSClient,
  sqs: SQSClient,
  sts: STSClient,
} as const;

export const SERVICES = Object.keys(CLIENTS);

/** The SDK clients of one account, by the service's name in IAM's actions. */
export type Clients = {
  readonly [K in keyof typeof CLIENTS]: InstanceType<(typeof CLIENTS)[K]>;
} & {
  /** Only for Invoke: waits as long as a function may run, and never retries. */
  readonly invoke: LambdaClient;
};

/** @param onCall called before each AWS request */
export function createClients(
  { answerMilliseconds, endpoints = {}, ...settings }: ClientSettings,
  onCall: (service: string, operation: string) => void,
): Clients {
  const options = { ...settings, requestHandler: patience(answerMilliseconds) };
  const create = (service: string, Client: unknown, own: object = {}) => {
    const endpoint = settings.endpoint ?? endpoints[service];
    const configuration = {
      ...options,
      ...(endpoint !== undefined && { endpoint }),
      // Custom endpoints do not support virtual-hosted bucket names.
      forcePathStyle: (endpoint ?? process.env.AWS_ENDPOINT_URL) !== undefined,
      ...own,
    };
    // The clients differ only in their commands, so one type stands for all of them here.
    const client = new (Client as typeof STSClient)(configuration);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const operation = (context.commandName ?? "").replace(/Command$/, "");
        onCall(service, operation);
        try {
          return await next(args);
        } catch (error) {
          throw withCall(error, actionOf(service, operation));
        }
      },
      { step: "initialize", name: "nameCall" },
    );
    return client;
  };
  const { socketTimeout: _none, ...invocation } = patience(INVOCATION_MILLISECONDS);
  return {
    ...Object.fromEntries(
      Object.entries(CLIENTS).map(([service, Client]) => [service, create(service, Client)]),
    ),
    invoke: create("lambda", LambdaClient, { maxAttempts: 1, requestHandler: invocation }),
  } as unknown as Clients;
}
