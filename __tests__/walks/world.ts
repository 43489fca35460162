import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import * as path from "node:path";
import {
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  OnFailure,
  ProducerStream,
  type ProducerStreamProps,
} from "../../modules";
import { codeOf } from "../e2e/changes/code";
import { CONSUMER, PRODUCER, REGION } from "../e2e/deployment";
import { allow, type Clients, makeFunction, makeRole, policy } from "../local/two-accounts";
import { scratch, synthesize } from "../terraform/harness";
import { NARROW_BOUNDARY } from "./properties";
import {
  AUDITOR,
  NEIGHBOUR,
  type Json,
  type Props,
  type Settings,
  textOf,
  WRITER,
} from "./settings";

/** What exists before the first step, by the name that settings call it. */
export type Existing = Readonly<Record<string, Json>>;

/** The file that makes a function fail while it exists. */
export const failureSwitch = (directory: string, id: string): string =>
  path.join(directory, `${id}.fails`);

/** Code that works with windows and without, and fails while its switch is there. */
const sourceOf = (version: string, directory: string, id: string): string =>
  `// The ${version} version.
const fs = require("node:fs");
exports.handler = exports.run = async (event) => {
  if (fs.existsSync(${JSON.stringify(failureSwitch(directory, id))})) {
    throw new Error("cannot process anything");
  }
  return { batchItemFailures: [], ...(event.window && { state: event.state ?? {} }) };
};`;

const root = (account: string): string => `arn:aws:iam::${account}:root`;

/** Creates what settings refer to: keys, destinations, a function, policies. */
export async function createExisting(
  clients: (account: string) => Clients,
  start: Date,
): Promise<Existing> {
  const [producer, consumer, neighbour] = [PRODUCER, CONSUMER, NEIGHBOUR].map(clients) as [
    Clients,
    Clients,
    Clients,
  ];
  const createKey = async ({ kms }: Clients, Policy?: string): Promise<string> => {
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ Policy }));
    return key?.Arn ?? "";
  };
  const shared = policy(
    allow(["kms:*"], "*", root(PRODUCER)),
    ...[CONSUMER, NEIGHBOUR, AUDITOR].map((account) => allow(["kms:Decrypt"], "*", root(account))),
    allow(["kms:GenerateDataKey"], "*", root(WRITER)),
  );
  const createPolicy = async (PolicyName: string, ...statements: object[]): Promise<string> => {
    const PolicyDocument = policy(...statements);
    const { Policy } = await consumer.iam.send(
      new CreatePolicyCommand({ PolicyName, PolicyDocument }),
    );
    return Policy?.Arn ?? "";
  };
  const roleArn = await makeRole(consumer, "echo");
  await makeFunction(
    consumer,
    "echo",
    roleArn,
    "exports.handler = async () => ({ batchItemFailures: [] });",
  );
  await consumer.sqs.send(new CreateQueueCommand({ QueueName: "failures" }));
  const { TopicArn = "" } = await consumer.sns.send(new CreateTopicCommand({ Name: "failures" }));
  await consumer.s3.send(
    new CreateBucketCommand({
      Bucket: "failures",
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
  for (const { logs } of [consumer, neighbour]) {
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/shared/functions" }));
  }
  return {
    $start: start.toISOString(),
    $directory: scratch(),
    "$key-1": await createKey(producer, shared),
    "$key-2": await createKey(producer, shared),
    "$own-key": await createKey(consumer),
    $queue: `arn:aws:sqs:${REGION}:${CONSUMER}:failures`,
    $topic: TopicArn,
    $bucket: "arn:aws:s3:::failures",
    $table: `arn:aws:dynamodb:${REGION}:${CONSUMER}:table/orders`,
    $boundary: await createPolicy("boundary", allow(["*"], "*")),
    [NARROW_BOUNDARY]: await createPolicy("narrow", allow(["logs:*", "sqs:*", "kms:*"], "*")),
    $echo: { functionName: "echo", roleName: "echo", roleArn },
  };
}

const resolve = (value: Json, existing: Existing): Json => {
  if (typeof value === "string") {
    return existing[value] ?? value;
  }
  if (Array.isArray(value)) {
    return value.map((one: Json) => resolve(one, existing));
  }
  return typeof value === "object" && value !== null ? resolveAll(value as Props, existing) : value;
};

const resolveAll = (props: Props, existing: Existing): Record<string, Json> =>
  Object.fromEntries(Object.entries(props).map(([name, one]) => [name, resolve(one, existing)]));

function destination(value: Json | undefined, existing: Existing): OnFailure | undefined {
  const arn = (name: string): string => textOf(existing[name]);
  switch (value) {
    case "none":
      return OnFailure.none();
    case "queue":
      return OnFailure.queue();
    case "encrypted queue":
      return OnFailure.queue({ kmsKeyArn: arn("$own-key") });
    case "sqs":
      return OnFailure.sqs(arn("$queue"));
    case "sns":
      return OnFailure.sns(arn("$topic"));
    case "s3":
      return OnFailure.s3(arn("$bucket"));
    default:
      return undefined;
  }
}

/**
 * Synthesizes settings, and returns the stack's directory.
 *
 * @throws if the library refuses them
 */
export function synthesizeSettings(settings: Settings, existing: Existing): string {
  return synthesize((stack, providerOf) => {
    // Declared always, since Terraform needs the provider to destroy resources in the account.
    const providers = new Map<string, AwsProvider>(
      [PRODUCER, CONSUMER, NEIGHBOUR].map((account) => [
        account,
        providerOf(`account-${account}`, account),
      ]),
    );
    const created = new Map<string, ProducerStream>();
    for (const [id, { props, writers, readers }] of Object.entries(settings.streams)) {
      const given = resolveAll(props, existing) as unknown as ProducerStreamProps;
      const provider = providers.get(PRODUCER)!;
      const scope = new Construct(stack, `streams-${id}`);
      const stream = new ProducerStream(scope, "stream", { ...given, provider });
      writers.forEach((account) => stream.grantWrite(root(account)));
      readers.forEach((account) => stream.grantRead(root(account)));
      created.set(id, stream);
    }
    for (const [id, { stream, account, props }] of Object.entries(settings.consumers)) {
      const { onFailure, code, ...rest } = props;
      const given = resolveAll(rest, existing) as unknown as CrossAccountConsumerProps;
      const source = sourceOf(textOf(code ?? "first"), textOf(existing.$directory), id);
      new CrossAccountConsumer(stack, id, {
        ...given,
        provider: providers.get(account)!,
        stream: created.get(stream)!,
        code: given.existingFunction ? undefined : codeOf(source),
        onFailure: destination(onFailure, existing),
      });
    }
  }, REGION);
}
