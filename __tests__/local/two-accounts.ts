import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  CreateLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateStreamCommand,
  DescribeStreamConsumerCommand,
  KinesisClient,
  PutRecordsCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  type CreateEventSourceMappingCommandInput,
  type CreateFunctionCommandInput,
} from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import type { LocalAws } from "../../local/aws";
import { allow, CONSUMER_ACTIONS, LAMBDA_TRUST, policy, STREAM_ACTIONS } from "./policies";

export { allow, CONSUMER_ACTIONS, policy, STREAM_ACTIONS };

export const PRODUCER = "111111111111";
export const CONSUMER = "222222222222";
export const REGION = "eu-west-1";

/** Longer than anything takes, even if other programs use all processors. */
export const DEADLINE_SECONDS = 240;

/** Waits for a condition. */
export async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + DEADLINE_SECONDS * 1000;
  for (;;) {
    const found = await probe();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${DEADLINE_SECONDS} s: ${probe.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * The SDK clients of one account of a local AWS, or of one that is started before their first call.
 *
 * @param maxAttempts more than one for clients that rest longer than the gateway keeps connections
 */
export function clientsOf(aws: LocalAws | (() => LocalAws), account: string, maxAttempts = 1) {
  const running = (): LocalAws => (typeof aws === "function" ? aws() : aws);
  const settings = {
    endpoint: () => Promise.resolve({ url: new URL(running().url) }),
    region: REGION,
    credentials: () => running().credentials(account),
    maxAttempts,
  };
  return {
    iam: new IAMClient(settings),
    kinesis: new KinesisClient(settings),
    kms: new KMSClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sns: new SNSClient(settings),
    sqs: new SQSClient(settings),
  };
}

export type Clients = ReturnType<typeof clientsOf>;

export async function makeStream(
  { kinesis }: Clients,
  StreamName: string,
  ShardCount = 1,
): Promise<string> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  return `arn:aws:kinesis:${REGION}:${PRODUCER}:stream/${StreamName}`;
}

export async function makeConsumer(
  { kinesis }: Clients,
  StreamARN: string,
  ConsumerName: string,
): Promise<string> {
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }),
  );
  const ConsumerARN = Consumer?.ConsumerARN ?? "";
  await until(async () => {
    const answer = await kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    return answer.ConsumerDescription?.ConsumerStatus === "ACTIVE";
  });
  return ConsumerARN;
}

export async function makeRole(
  { iam }: Clients,
  RoleName: string,
  trust: object = LAMBDA_TRUST,
): Promise<string> {
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }),
  );
  return Role?.Arn ?? "";
}

export async function setRolePolicy(
  { iam }: Clients,
  RoleName: string,
  ...statements: object[]
): Promise<void> {
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: "own",
      PolicyDocument: policy(...statements),
    }),
  );
}

export async function setResourcePolicy(
  { kinesis }: Clients,
  ResourceARN: string,
  ...statements: object[]
): Promise<void> {
  await kinesis.send(
    new PutResourcePolicyCommand({
      ResourceARN,
      Policy: policy(...statements),
    }),
  );
}

export async function makeFunction(
  { lambda }: Clients,
  FunctionName: string,
  Role: string,
  source: string,
  settings: Partial<CreateFunctionCommandInput> = {},
): Promise<string> {
  const ZipFile = zipSync({ "index.js": strToU8(source) });
  const create = new CreateFunctionCommand({
    FunctionName,
    Role,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile },
    ...settings,
  });
  await until(() => lambda.send(create).catch(() => undefined));
  return `arn:aws:lambda:${REGION}:${CONSUMER}:function:${FunctionName}`;
}

export async function makeMapping(
  { lambda }: Clients,
  FunctionName: string,
  EventSourceArn: string,
  settings: Partial<CreateEventSourceMappingCommandInput> = {},
): Promise<string> {
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName,
      EventSourceArn,
      StartingPosition: "TRIM_HORIZON",
      ...settings,
    }),
  );
  await until(async () => (await mapping({ lambda } as Clients, UUID)).State === "Enabled");
  return UUID ?? "";
}

export function mapping({ lambda }: Clients, UUID: string | undefined) {
  return lambda.send(new GetEventSourceMappingCommand({ UUID }));
}

/** A function in account 2 that may read a stream of account 1, with its mapping. */
export async function connect(
  producer: Clients,
  consumer: Clients,
  name: string,
  sourceArn: string,
  source: string,
  settings: {
    mapping?: Partial<CreateEventSourceMappingCommandInput>;
    function?: Partial<CreateFunctionCommandInput>;
    statements?: object[];
  } = {},
): Promise<{ uuid: string; role: string }> {
  const streamArn = sourceArn.replace(/\/consumer\/.*/, "");
  const role = await makeRole(consumer, name);
  const group = `arn:aws:logs:${REGION}:${CONSUMER}:log-group:/aws/lambda/${name}:*`;
  const statements = [
    allow(STREAM_ACTIONS, streamArn),
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], group),
    ...(sourceArn === streamArn ? [] : [allow(CONSUMER_ACTIONS, sourceArn)]),
    ...(settings.statements ?? []),
  ];
  await setRolePolicy(consumer, name, ...statements);
  await consumer.logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
  await makeFunction(consumer, name, role, source, settings.function);
  await setResourcePolicy(producer, streamArn, allow(STREAM_ACTIONS, streamArn, CONSUMER));
  if (sourceArn !== streamArn) {
    await setResourcePolicy(producer, sourceArn, allow(CONSUMER_ACTIONS, sourceArn, role));
  }
  return {
    role,
    uuid: await makeMapping(consumer, name, sourceArn, settings.mapping),
  };
}

export async function put(
  { kinesis }: Clients,
  StreamARN: string,
  records: { key: string; data: unknown }[],
): Promise<void> {
  for (let at = 0; at < records.length; at += 500) {
    await kinesis.send(
      new PutRecordsCommand({
        StreamARN,
        Records: records.slice(at, at + 500).map(({ key, data }) => ({
          PartitionKey: key,
          Data: Buffer.from(typeof data === "string" ? data : JSON.stringify(data)),
        })),
      }),
    );
  }
}

/** All messages in a function's log group. */
export async function messages({ logs }: Clients, name: string): Promise<string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${name}`,
        limit: 10_000,
        nextToken,
      }),
    );
    found.push(...(page.events ?? []).map(({ message = "" }) => message));
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}
