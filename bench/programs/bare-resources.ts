import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsServicePrincipal } from "@cdktf/provider-aws/lib/data-aws-service-principal";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { AssetType, type ITerraformDependable, TerraformAsset, type TerraformStack } from "cdktf";
import { CONSUMER_ACTIONS, READ_ACTIONS, document, statement } from "./bare-policies";
import { BareStream } from "./bare-stream";
import { CODE, type Accounts, type Size } from "./pipelines";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

const reportFailures = (queue: SqsQueue) =>
  statement("ReportFailures", ["sqs:SendMessage"], queue.arn);

/** A policy does not survive the role that it names or belongs to. */
const replacedWith = (role?: IamRole) => ({
  replaceTriggeredBy: role ? [`aws_iam_role.${role.friendlyUniqueId}.unique_id`] : [],
});

/**
 * The resources of the library's pipelines, made of the provider's own classes.
 *
 * @param isNaive wires them as the chapters of a guide: each kind of resource waits for all of the kinds
 *   before it, and the key's policy is an argument of the key, which therefore waits for the roles
 */
export function bareResources(
  stack: TerraformStack,
  { producer, consumerOf }: Accounts,
  { streams: count, consumers, memorySizeMb }: Size,
  isNaive: boolean,
): void {
  const archiver = new ArchiveProvider(stack, "archive");
  const roles = range(consumers).map((index) => {
    const provider = consumerOf(index);
    const name = `consumer-${index}`;
    const lambda = new DataAwsServicePrincipal(stack, `${name}-lambda`, {
      provider,
      serviceName: "lambda",
    });
    const trust = statement("LambdaAssumesRole", ["sts:AssumeRole"], undefined, {
      Service: lambda.name,
    });
    return new IamRole(stack, `${name}-role`, {
      provider,
      name,
      assumeRolePolicy: document(trust),
    });
  });
  /** What an element waits for: what its arguments need, or the whole chapter before. */
  const after = (chapter: readonly ITerraformDependable[], ...own: ITerraformDependable[]) =>
    isNaive ? [...chapter] : own;
  const registered: KinesisStreamConsumer[] = [];
  const streams = range(count).map((at) => {
    const readers = roles.filter((_, index) => index % count === at).map(({ arn }) => arn);
    const chapters = isNaive ? { key: roles, policy: registered } : undefined;
    return new BareStream(stack, producer, `stream-${at}`, readers, chapters);
  });
  const streamOf = (index: number): BareStream => {
    const stream = streams[index % count];
    if (!stream) {
      throw new Error(`'streams' must be at least 1, got ${count}`);
    }
    return stream;
  };
  registered.push(
    ...roles.map((_, index) => {
      const name = `consumer-${index}`;
      const { stream } = streamOf(index);
      return new KinesisStreamConsumer(stack, name, {
        provider: producer,
        name,
        streamArn: stream.arn,
        ...(isNaive && { dependsOn: streams.map((one) => one.stream) }),
      });
    }),
  );
  const consumerPolicies = registered.map((consumer, index) => {
    const { arn } = consumer;
    const { keyPolicy } = streamOf(index);
    const principal = { AWS: [roles[index]?.arn] };
    return new KinesisResourcePolicy(stack, `consumer-${index}-policy`, {
      provider: producer,
      resourceArn: arn,
      policy: document(statement("ReadConsumer", CONSUMER_ACTIONS, arn, principal)),
      lifecycle: replacedWith(roles[index]),
      dependsOn: after(registered, ...(keyPolicy ? [keyPolicy] : [])),
    });
  });
  const policies = [...consumerPolicies, ...streams.map(({ policy }) => policy)];
  const functions = roles.map((role, index) => {
    const provider = consumerOf(index);
    const name = `consumer-${index}`;
    const waits = isNaive ? { dependsOn: policies } : {};
    const logGroup = new CloudwatchLogGroup(stack, `${name}-log-group`, {
      provider,
      name: `/aws/lambda/${name}`,
      retentionInDays: 30,
      lifecycle: { ignoreChanges: ["name"] },
      ...waits,
    });
    const queue = new SqsQueue(stack, `${name}-queue`, {
      provider,
      namePrefix: `${name}-on-failure-`,
      messageRetentionSeconds: 1209600,
      sqsManagedSseEnabled: true,
      lifecycle: { ignoreChanges: ["name", "name_prefix"], createBeforeDestroy: true },
      ...waits,
    });
    const { stream, key, condition } = streamOf(index);
    const rolePolicy = new IamRolePolicy(stack, `${name}-role-policy`, {
      provider,
      role: role.name,
      name,
      policy: document(
        statement("ReadStream", READ_ACTIONS, stream.arn),
        statement("ReadConsumer", CONSUMER_ACTIONS, registered[index]?.arn),
        statement("DecryptRecords", ["kms:Decrypt"], key.arn, undefined, condition),
        reportFailures(queue),
        statement("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], `${logGroup.arn}:*`),
      ),
      lifecycle: replacedWith(role),
    });
    const asset = new TerraformAsset(stack, `${name}-code`, {
      path: CODE,
      type: AssetType.DIRECTORY,
    });
    const archive = new DataArchiveFile(stack, `${name}-archive`, {
      provider: archiver,
      type: "zip",
      sourceDir: `\${path.module}/${asset.path}`,
      outputPath: `\${path.module}/${asset.path}.zip`,
      outputFileMode: "0644",
    });
    const lambda = new LambdaFunction(stack, `${name}-function`, {
      provider,
      functionName: name,
      role: role.arn,
      filename: archive.outputPath,
      sourceCodeHash: archive.outputBase64Sha256,
      handler: "index.handler",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      memorySize: index === consumers - 1 ? memorySizeMb : 256,
      timeout: 60,
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      tracingConfig: { mode: "PassThrough" },
      ...waits,
    });
    return { lambda, queue, role, rolePolicy };
  });
  const proofs = functions.flatMap(({ lambda, rolePolicy }) => [lambda, rolePolicy]);
  functions.forEach(({ lambda, queue, role, rolePolicy }, index) => {
    const { keyPolicy, policy } = streamOf(index);
    const own = [consumerPolicies[index], keyPolicy].filter((one) => one !== undefined);
    const mapping = new LambdaEventSourceMapping(stack, `consumer-${index}-mapping`, {
      provider: consumerOf(index),
      functionName: lambda.arn,
      eventSourceArn: registered[index]?.arn,
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      maximumRecordAgeInSeconds: 43200,
      maximumRetryAttempts: 500,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      tumblingWindowInSeconds: 0,
      enabled: true,
      destinationConfig: { onFailure: { destinationArn: queue.arn } },
      lifecycle: { ignoreChanges: ["starting_position", "starting_position_timestamp"] },
      dependsOn: after(proofs, policy, rolePolicy, ...own),
    });
    new IamRolePolicy(stack, `consumer-${index}-on-failure-policy`, {
      provider: consumerOf(index),
      role: role.name,
      name: `consumer-${index}-on-failure`,
      policy: document(reportFailures(queue)),
      lifecycle: replacedWith(role),
      dependsOn: [mapping],
    });
  });
}
