import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { StartStreamEncryptionCommand } from "@aws-sdk/client-kinesis";
import {
  CreateAliasCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  type CreateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import type { RecordedCall } from "../../cli/src/clients";
import { run } from "../../cli/src/program";
import type { LocalAws } from "../../local/aws";
import {
  allow,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeFunction,
  makeMapping,
  makeRole,
  makeStream,
  policy,
  PRODUCER,
  REGION,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
  type Clients,
} from "../local/two-accounts";

/** Logs the partition key and the data of every record. */
export const LOGGING = `
exports.handler = async (event) => {
  for (const { kinesis } of event.Records)
    console.log(kinesis.partitionKey, Buffer.from(kinesis.data, "base64").toString());
  return { batchItemFailures: [] };
};`;

export interface World {
  readonly aws: LocalAws;
  readonly producer: Clients;
  readonly consumer: Clients;
  /** A credentials file in which the same profiles are administrators. */
  administrators(): Promise<string>;
  /** Runs the command line with profiles `producer` and `analytics`. */
  cli(...args: string[]): Promise<Outcome>;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The calls that it made, as IAM's actions, with the account. */
  readonly calls: readonly string[];
}

export async function runCli(
  args: string[],
  surroundings: Parameters<typeof run>[1] = {},
): Promise<Outcome> {
  const text = { stdout: "", stderr: "" };
  const writer = (name: keyof typeof text) => ({
    write: (part: string) => {
      text[name] += part;
    },
  });
  const calls: string[] = [];
  const onCall = ({ account, service, operation }: RecordedCall) =>
    calls.push(`${account} ${service}:${operation}`);
  const exitCode = await run(args, {
    stdout: writer("stdout"),
    stderr: writer("stderr"),
    onCall,
    ...surroundings,
  });
  return { exitCode, ...text, calls };
}

/** Options that look at a pipeline from both accounts. */
export const fromBoth = (name: string): string[] => [
  "--function",
  name,
  "--region",
  REGION,
  "--profile",
  "analytics",
  "--stream-profile",
  "producer",
];

export interface Built {
  readonly name: string;
  readonly streamArn: string;
  readonly sourceArn: string;
  readonly role: string;
  readonly keyArn: string;
  readonly queueArn: string;
  readonly uuid: string;
}

export const viaKinesis = (streamArn: string): object => ({
  StringEquals: {
    "kms:ViaService": `kinesis.${REGION}.amazonaws.com`,
    "kms:EncryptionContext:aws:kinesis:arn": streamArn,
  },
});

export const keyPolicy = (...statements: object[]): string =>
  policy({ ...allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`), Sid: "Root" }, ...statements);

/** The role's statements; a fault leaves some out. */
export const roleStatements = (
  built: Omit<Built, "uuid" | "role" | "name">,
  name: string,
): object[] => [
  allow(STREAM_ACTIONS, built.streamArn),
  ...(built.sourceArn === built.streamArn ? [] : [allow(CONSUMER_ACTIONS, built.sourceArn)]),
  { ...allow(["kms:Decrypt"], built.keyArn), Condition: viaKinesis(built.streamArn) },
  allow(["sqs:SendMessage"], built.queueArn),
  allow(
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    `arn:aws:logs:${REGION}:${CONSUMER}:log-group:/aws/lambda/${name}:*`,
  ),
];

/** A pipeline as the library makes it: encrypted, enhanced fan-out unless said otherwise, a queue. */
export async function build(
  { producer, consumer }: World,
  name: string,
  {
    isShared = false,
    source = LOGGING,
    mapping = {},
    shards = 1,
    statements = [],
    alias,
  }: {
    isShared?: boolean;
    source?: string;
    mapping?: Partial<CreateEventSourceMappingCommandInput>;
    shards?: number;
    statements?: object[];
    /** Alias of the function's first version, which the mapping invokes. */
    alias?: string;
  } = {},
): Promise<Built> {
  const role = await makeRole(consumer, name);
  const streamArn = await makeStream(producer, name, shards);
  const { KeyMetadata: key } = await producer.kms.send(new CreateKeyCommand({}));
  const keyArn = key?.Arn ?? "";
  const decrypt = { ...allow(["kms:Decrypt"], "*", role), Condition: viaKinesis(streamArn) };
  await producer.kms.send(
    new PutKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default", Policy: keyPolicy(decrypt) }),
  );
  await producer.kinesis.send(
    new StartStreamEncryptionCommand({
      StreamName: name,
      EncryptionType: "KMS",
      KeyId: keyArn,
    }),
  );
  const sourceArn = isShared ? streamArn : await makeConsumer(producer, streamArn, `${name}-efo`);
  await setResourcePolicy(producer, streamArn, allow(STREAM_ACTIONS, streamArn, role));
  if (!isShared) {
    await setResourcePolicy(producer, sourceArn, allow(CONSUMER_ACTIONS, sourceArn, role));
  }
  await consumer.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const queueArn = `arn:aws:sqs:${REGION}:${CONSUMER}:${name}`;
  const resources = { streamArn, sourceArn, keyArn, queueArn };
  await setRolePolicy(consumer, name, ...roleStatements(resources, name), ...statements);
  await consumer.logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
  await makeFunction(consumer, name, role, source);
  if (alias !== undefined) {
    const FunctionName = name;
    const { Version } = await consumer.lambda.send(new PublishVersionCommand({ FunctionName }));
    await consumer.lambda.send(
      new CreateAliasCommand({ FunctionName, Name: alias, FunctionVersion: Version }),
    );
  }
  const uuid = await until(() =>
    makeMapping(consumer, alias === undefined ? name : `${name}:${alias}`, sourceArn, {
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: queueArn } },
      ...mapping,
    }).catch(() => undefined),
  );
  return { name, role, uuid, ...resources };
}

/** A mapping that is changing cannot be deleted until it has changed. */
export async function deleteMappings({ lambda }: Clients, FunctionName: string): Promise<void> {
  const list = new ListEventSourceMappingsCommand({ FunctionName });
  await until(async () => {
    const { EventSourceMappings: all = [] } = await lambda.send(list);
    for (const { UUID } of all) {
      await lambda.send(new DeleteEventSourceMappingCommand({ UUID })).catch(() => undefined);
    }
    return all.length === 0;
  });
}

/** Puts a value of a minute ago, as AWS would emit it. */
export async function emit(
  { aws }: World,
  account: string,
  Namespace: string,
  MetricName: string,
  dimensions: Record<string, string>,
  Value: number,
): Promise<void> {
  const settings = { endpoint: aws.url, region: REGION };
  const credentials = await aws.credentials(account);
  const Dimensions = Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: value }));
  await new CloudWatchClient({ ...settings, credentials }).send(
    new PutMetricDataCommand({
      Namespace,
      MetricData: [{ MetricName, Dimensions, Value, Timestamp: new Date(Date.now() - 60_000) }],
    }),
  );
}
