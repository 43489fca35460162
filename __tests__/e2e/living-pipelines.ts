import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddTagsToStreamCommand } from "@aws-sdk/client-kinesis";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import * as fs from "node:fs";
import * as path from "node:path";
import type { LocalAws } from "../../local/aws";
import { copyAnyStack } from "../../local/stack-copy";
import { findTerraform } from "../../local/terraform";
import {
  allow,
  clientsOf,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeFunction,
  makeMapping,
  makeStream,
  policy,
  setResourcePolicy,
  STREAM_ACTIONS,
} from "../local/two-accounts";
import { LAMBDA_TRUST } from "../local/policies";
import { scratch } from "../terraform/harness";
import { CONSUMER, PRODUCER, REGION } from "./deployment";

const CODE = "exports.handler = async () => ({ batchItemFailures: [] });";

const LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*");

export const CDK_READER = "AnalyticsStack-ReaderEDA3B9C2-9TzYwXvUtSrQ";
export const SERVERLESS_READER = "orders-dev-read";

/**
 * A stream whose readers are named as AWS CDK and the Serverless Framework do: one with shared
 * throughput, filters and a queue; one registered, with a role in a path. Other principals have access
 * to the stream as well.
 */
export async function makeCdkAndServerless(aws: LocalAws): Promise<string> {
  const producer = clientsOf(aws, PRODUCER);
  const consumer = clientsOf(aws, CONSUMER);
  const stream = "OrdersStack-Orders8A1B2C3D-AbCdEfGh1234";
  const arn = await makeStream(producer, stream, 2);
  await producer.kinesis.send(
    new AddTagsToStreamCommand({ StreamName: stream, Tags: { team: "orders" } }),
  );
  const role = async (RoleName: string, Path: string, PolicyName: string, statements: object[]) => {
    const AssumeRolePolicyDocument = JSON.stringify(LAMBDA_TRUST);
    const create = new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument });
    const { Role } = await consumer.iam.send(create);
    const PolicyDocument = policy(...statements, LOGS);
    await consumer.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    return Role?.Arn ?? "";
  };
  const registered = await makeConsumer(producer, arn, "ordersOrdersDashstreamStreamConsumer");
  const queue = "AnalyticsStack-DeadLetters9F8E7D6C-1a2B3c4D5e6F";
  await consumer.sqs.send(new CreateQueueCommand({ QueueName: queue }));
  const queueArn = `arn:aws:sqs:${REGION}:${CONSUMER}:${queue}`;
  const cdkRole = await role(
    "AnalyticsStack-ReaderServiceRole5E4D3C2B-1Q2W3E4R5T6Y",
    "/",
    "ReaderServiceRoleDefaultPolicy0BC7A4E2",
    [allow(STREAM_ACTIONS, arn), allow(["sqs:SendMessage"], queueArn)],
  );
  const serverlessRole = await role(
    "orders-dev-eu-west-1-lambdaRole",
    "/service/",
    "orders-dev-lambda",
    [allow(STREAM_ACTIONS, arn), allow(CONSUMER_ACTIONS, registered)],
  );
  await makeFunction(consumer, CDK_READER, cdkRole, CODE);
  await makeFunction(consumer, SERVERLESS_READER, serverlessRole, CODE);
  await setResourcePolicy(
    producer,
    arn,
    { Sid: "Readers", ...allow(STREAM_ACTIONS, arn, `arn:aws:iam::${CONSUMER}:root`) },
    allow(["kinesis:PutRecord", "kinesis:PutRecords"], arn, `arn:aws:iam::${CONSUMER}:root`),
    {
      ...allow(["kinesis:DescribeStreamSummary", "kinesis:ListShards"], arn, serverlessRole),
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    },
  );
  await setResourcePolicy(
    producer,
    registered,
    allow(CONSUMER_ACTIONS, registered, `arn:aws:iam::${CONSUMER}:root`),
  );
  await makeMapping(consumer, CDK_READER, arn, {
    BatchSize: 10,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 3,
    ParallelizationFactor: 2,
    FilterCriteria: { Filters: [{ Pattern: '{ "partitionKey": [ { "prefix": "key-" } ] }' }] },
    DestinationConfig: { OnFailure: { Destination: queueArn } },
  });
  await makeMapping(consumer, SERVERLESS_READER, registered, {
    StartingPosition: "LATEST",
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    MaximumBatchingWindowInSeconds: 1,
  });
  return arn;
}

/** Applies the HCL of blog-in-one-stack, in the Region of these tests. */
export async function applyHandWritten(aws: LocalAws): Promise<string> {
  const stack = path.join(scratch(), "stack");
  fs.cpSync(path.join(__dirname, "blog-in-one-stack"), stack, { recursive: true });
  const main = path.join(stack, "main.tf");
  fs.writeFileSync(main, fs.readFileSync(main, "utf8").replaceAll("us-east-1", REGION));
  fs.writeFileSync(path.join(stack, "function.zip"), zipSync({ "index.js": strToU8(CODE) }));
  const { directory } = await copyAnyStack(stack, {
    url: aws.url,
    credentials: (account) => aws.credentials(account),
    directory: scratch(),
    accounts: new Map(),
  });
  const terraform = await findTerraform();
  await terraform.run(directory, "init");
  await terraform.run(directory, "apply", "-auto-approve");
  return directory;
}
