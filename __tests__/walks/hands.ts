import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteResourcePolicyCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  GetResourcePolicyCommand,
  ListStreamConsumersCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { DisableKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { DeleteQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import * as fs from "node:fs";
import { PRODUCER, streamArn } from "../e2e/deployment";
import { allow, type Clients, STREAM_ACTIONS } from "../local/two-accounts";
import {
  AUDITOR,
  functionNameOf,
  roleNameOf,
  type Settings,
  streamNameIn,
  textOf,
} from "./settings";
import { type Existing, failureSwitch } from "./world";

/** A consumer or a stream, as the hands find it. */
interface Target {
  readonly account: Clients;
  readonly producer: Clients;
  readonly functionName: string;
  readonly roleName: string;
  readonly consumerName: string;
  readonly streamArn: string;
  readonly switchFile: string;
}

const decoded = (document: string | undefined): string => decodeURIComponent(document ?? "{}");

async function mappingOf({ account, functionName }: Target): Promise<string | undefined> {
  const { EventSourceMappings: [first] = [] } = await account.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  return first?.UUID;
}

async function updateMapping(target: Target, change: object): Promise<void> {
  const UUID = await mappingOf(target);
  await target.account.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
}

async function keyOf({ producer, streamArn: StreamARN }: Target): Promise<string | undefined> {
  const { StreamDescriptionSummary: summary } = await producer.kinesis.send(
    new DescribeStreamSummaryCommand({ StreamARN }),
  );
  return summary?.KeyId;
}

/** Makes a role anew with all that it had, as somebody does who deleted it by mistake. */
async function recreateRole({ account: { iam }, roleName: RoleName }: Target): Promise<void> {
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  const { AttachedPolicies = [] } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  for (const { PolicyArn } of AttachedPolicies) {
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  for (const { PolicyName } of policies) {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: role?.Path,
      AssumeRolePolicyDocument: decoded(role?.AssumeRolePolicyDocument),
    }),
  );
  for (const { PolicyName, PolicyDocument } of policies) {
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: decoded(PolicyDocument) }),
    );
  }
}

/** Lets another team read, as if the policy belonged to nobody else. */
async function allowAuditor({ producer: { kinesis }, streamArn: arn }: Target): Promise<void> {
  const { Policy = '{"Version":"2012-10-17","Statement":[]}' } = await kinesis
    .send(new GetResourcePolicyCommand({ ResourceARN: arn }))
    .catch(() => ({ Policy: undefined }));
  const document = JSON.parse(Policy) as { Statement: object[] };
  const statement = allow(STREAM_ACTIONS, arn, `arn:aws:iam::${AUDITOR}:root`);
  await kinesis.send(
    new PutResourcePolicyCommand({
      ResourceARN: arn,
      Policy: JSON.stringify({ ...document, Statement: [...document.Statement, statement] }),
    }),
  );
}

async function registerAgain({ producer: { kinesis }, ...target }: Target): Promise<void> {
  const { streamArn: StreamARN, consumerName: ConsumerName } = target;
  const { Consumers = [] } = await kinesis.send(new ListStreamConsumersCommand({ StreamARN }));
  if (Consumers.some((one) => one.ConsumerName === ConsumerName)) {
    await kinesis.send(new DeregisterStreamConsumerCommand({ StreamARN, ConsumerName }));
    await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
  }
}

/** What somebody may do in AWS between two deploys. */
export const HANDS = {
  "deletes the mapping": async (target) => {
    const UUID = await mappingOf(target);
    await target.account.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  },
  "disables the mapping": (target) => updateMapping(target, { Enabled: false }),
  "changes the mapping's batch size": (target) => updateMapping(target, { BatchSize: 7 }),
  "removes the mapping's destination": (target) =>
    updateMapping(target, { DestinationConfig: { OnFailure: {} } }),
  "deletes the failure queue": async ({ account: { sqs }, functionName }) => {
    const { QueueUrls = [] } = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: `${functionName}-on-failure-` }),
    );
    for (const QueueUrl of QueueUrls) {
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    }
  },
  "deletes the log group": ({ account: { logs }, functionName }) =>
    logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${functionName}` })),
  "deletes the function": ({ account: { lambda }, functionName: FunctionName }) =>
    lambda.send(new DeleteFunctionCommand({ FunctionName })),
  "allows no concurrency": ({ account: { lambda }, functionName: FunctionName }) =>
    lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    ),
  "recreates the role": recreateRole,
  "deletes the role's policies": async ({ account: { iam }, roleName: RoleName }) => {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
  },
  "registers the consumer again": registerAgain,
  "allows another reader": allowAuditor,
  "deletes the stream's policy": ({ producer: { kinesis }, streamArn: ResourceARN }) =>
    kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN })),
  "disables the key": async (target) =>
    target.producer.kms.send(new DisableKeyCommand({ KeyId: await keyOf(target) })),
  "schedules the key's deletion": async (target) =>
    target.producer.kms.send(new ScheduleKeyDeletionCommand({ KeyId: await keyOf(target) })),
  "breaks the function": ({ switchFile }) => {
    fs.writeFileSync(switchFile, "");
    return Promise.resolve();
  },
  "mends the function": ({ switchFile }) => {
    fs.rmSync(switchFile, { force: true });
    return Promise.resolve();
  },
} as const satisfies Record<string, (target: Target) => Promise<unknown>>;

export type HandName = keyof typeof HANDS;

/**
 * Does it, if there is such a consumer. What it needs may be gone: then nothing happens.
 *
 * @returns why nothing happened
 */
export async function lendHand(
  name: HandName,
  id: string,
  settings: Settings,
  existing: Existing,
  clients: (account: string) => Clients,
): Promise<string | undefined> {
  const consumer = settings.consumers[id];
  const stream = settings.streams[consumer?.stream ?? id];
  if (!consumer || !stream) {
    return "there is no such consumer";
  }
  return HANDS[name]({
    account: clients(consumer.account),
    producer: clients(PRODUCER),
    functionName: functionNameOf(consumer),
    roleName: roleNameOf(consumer),
    consumerName: textOf(consumer.props.consumerName),
    streamArn: streamArn(streamNameIn(stream)),
    switchFile: failureSwitch(textOf(existing.$directory), id),
  }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}
