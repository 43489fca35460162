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
import { actionOf } from "./iam-actions";

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
  readonly credentials: NonNullable<ConstructorParameters<typeof STSClient>[0]>["credentials"];
}

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

/** The SDK clients of one account, by the service's name in IAM's actions. */
export type Clients = { readonly [K in keyof typeof CLIENTS]: InstanceType<(typeof CLIENTS)[K]> };

/** @param onCall is told of every call before it is sent */
export function createClients(
  settings: ClientSettings,
  onCall: (service: string, operation: string) => void,
): Clients {
  const options = {
    ...settings,
    // Bucket names are no host names of an endpoint that stands for all of AWS.
    forcePathStyle: settings.endpoint !== undefined || process.env.AWS_ENDPOINT_URL !== undefined,
  };
  const entries = Object.entries(CLIENTS).map(([service, Client]) => {
    // The clients differ in their commands only, so one type stands for all of them here.
    const client = new (Client as typeof STSClient)(options);
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
    return [service, client];
  });
  return Object.fromEntries(entries) as Clients;
}
