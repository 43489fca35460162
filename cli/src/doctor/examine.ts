import {
  DescribeStreamConsumerCommand,
  GetResourcePolicyCommand,
  type ConsumerDescription,
  type DescribeStreamConsumerCommandInput,
} from "@aws-sdk/client-kinesis";
import { GetFunctionConfigurationCommand, ListTagsCommand } from "@aws-sdk/client-lambda";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Account } from "../accounts";
import { reservedConcurrencyOf } from "../concurrency";
import { lookUp } from "../look-up";
import { unknown, valueOf, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import type { PipelineWithPolicies } from "../../../pipeline/pipeline";
import type { Destination } from "../../../pipeline/pipeline";
import { parsePolicy, type Policy } from "../../../pipeline/iam/document";
import { examineDestination } from "./destination";
import { examineEncryption } from "./encryption";
import { boundaryOf, identityPoliciesOf, roleOf } from "./role";
import { listOf } from "../../../pipeline/values";

/** Everything that the checks look at. */
export interface Examination extends PipelineWithPolicies<Account> {
  /** The consumer that currently has the name of the mapping's consumer. */
  readonly currentConsumer?: Fact<ConsumerDescription>;
  readonly currentConsumerPolicy?: Fact<Policy>;
  /** Tags of a mapping that has to be recreated, since its consumer does not exist. */
  readonly mappingTags?: Fact<Readonly<Record<string, string>>>;
  /** Whether the function exists at all, if its version or alias does not. */
  readonly unqualified?: Fact<unknown>;
  /** Concurrency that is reserved for the function; -1 if none is. */
  readonly reservedConcurrency: Fact<number>;
  readonly logGroup?: { readonly name: string; readonly exists: Fact<boolean> };
}

/** Looks up what the checks need beyond the pipeline itself. Writes nothing. */
export async function examine(discovered: Pipeline): Promise<Examination> {
  const pipeline = await withDeclaredConsumer(discovered);
  const { stream, consumer, function: fn } = pipeline;
  const { name, account } = fn;
  const configuration = valueOf(fn.configuration);
  const isQualifierLost = fn.qualifier !== undefined && fn.configuration.state === "missing";
  const isMissing = pipeline.mapping.configuration.state === "missing";
  const role = await roleOf(pipeline);
  const [streamPolicy, ofConsumer, ofKey, identityPolicies, boundary, reservedConcurrency] =
    await Promise.all([
      resourcePolicy(stream.account, stream.arn, "the stream's policy"),
      consumer && examineConsumer(pipeline, consumer),
      examineKey(pipeline),
      role && identityPoliciesOf(account, role),
      role && boundaryOf(account, role),
      reservedConcurrencyOf(pipeline),
    ]);
  const destination =
    pipeline.destination ??
    (isMissing ? destinationIn(valueOf(identityPolicies) ?? []) : undefined);
  return {
    pipeline,
    streamPolicy,
    ...ofConsumer,
    ...ofKey,
    role,
    identityPolicies,
    boundary,
    reservedConcurrency,
    ...(ofConsumer?.consumer?.state === "missing" &&
      pipeline.mapping.configuration.state === "found" && {
        mappingTags: await examineTags(pipeline),
      }),
    ...(isQualifierLost && {
      unqualified: await lookUp(account, "lambda:GetFunctionConfiguration", ({ lambda }) =>
        lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
      ),
    }),
    destination: destination && (await examineDestination(pipeline, destination)),
    ...(configuration && {
      logGroup: await examineLogGroup(
        pipeline,
        configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      ),
    }),
  };
}

/** Settings name the registered consumer of a mapping that does not exist, but not its ARN. */
async function withDeclaredConsumer(pipeline: Pipeline): Promise<Pipeline> {
  const { stream, mapping, consumer } = pipeline;
  const { consumerName: name } = mapping.declared ?? {};
  if (name === undefined || consumer || mapping.configuration.state !== "missing") {
    return pipeline;
  }
  const answer = await describeConsumer(pipeline, { StreamARN: stream.arn, ConsumerName: name });
  const { ConsumerARN: arn } = valueOf(answer) ?? {};
  return arn === undefined
    ? pipeline
    : { ...pipeline, consumer: { arn, name }, mapping: { ...mapping, sourceArn: arn } };
}

/** The queue or topic that a role may write to, if there is exactly one. */
function destinationIn(policies: readonly Policy[]): Destination | undefined {
  const services: Readonly<Record<string, Destination["service"] | undefined>> = {
    "sqs:sendmessage": "sqs",
    "sns:publish": "sns",
  };
  const all = policies
    .flatMap(({ statements }) => statements)
    .flatMap(({ Effect: effect, Action, Resource }) =>
      listOf(Action).flatMap((action) => {
        const service = services[action.toLowerCase()];
        return listOf(Resource).flatMap((arn) =>
          effect === "Allow" && service !== undefined && !arn.includes("*")
            ? [{ arn, service }]
            : [],
        );
      }),
    );
  return all.length === 1 ? all[0] : undefined;
}

const describeConsumer = ({ stream }: Pipeline, input: DescribeStreamConsumerCommandInput) =>
  lookUp(stream.account, "kinesis:DescribeStreamConsumer", async ({ kinesis }) => {
    const answer = await kinesis.send(new DescribeStreamConsumerCommand(input));
    return answer.ConsumerDescription;
  });

export function resourcePolicy(
  account: Account,
  ResourceARN: string,
  name: string,
): Promise<Fact<Policy>> {
  return lookUp(account, "kinesis:GetResourcePolicy", async ({ kinesis }) => {
    const { Policy: text } = await kinesis.send(new GetResourcePolicyCommand({ ResourceARN }));
    const policy = text ? parsePolicy(name, text) : undefined;
    return policy?.statements.length ? policy : undefined;
  });
}

async function examineConsumer(
  pipeline: Pipeline,
  { arn, name }: NonNullable<Pipeline["consumer"]>,
): Promise<
  Pick<Examination, "consumer" | "consumerPolicy" | "currentConsumer" | "currentConsumerPolicy">
> {
  const { stream } = pipeline;
  const consumer = await describeConsumer(pipeline, { ConsumerARN: arn });
  if (consumer.state === "found") {
    const consumerPolicy = await resourcePolicy(stream.account, arn, "the consumer's policy");
    return { consumer, consumerPolicy };
  }
  if (consumer.state === "unknown" || stream.summary.state !== "found") {
    return { consumer };
  }
  const currentConsumer = await describeConsumer(pipeline, {
    StreamARN: stream.arn,
    ConsumerName: name,
  });
  const { ConsumerARN: living } = valueOf(currentConsumer) ?? {};
  return {
    consumer,
    currentConsumer,
    ...(living !== undefined && {
      currentConsumerPolicy: await resourcePolicy(stream.account, living, "the consumer's policy"),
    }),
  };
}

const examineTags = ({ function: { account }, mapping }: Pipeline) =>
  lookUp(account, "lambda:ListTags", async ({ lambda }) => {
    const { EventSourceMappingArn: Resource } = valueOf(mapping.configuration) ?? {};
    const { Tags = {} } = await lambda.send(new ListTagsCommand({ Resource }));
    return Tags;
  });

async function examineKey({
  stream,
  role,
}: Pipeline): Promise<Pick<Examination, "key" | "keyPolicy" | "keyGrants">> {
  if (stream.summary.state !== "found") {
    const { why } = stream.summary;
    return { key: unknown(why), keyPolicy: unknown(why), keyGrants: unknown(why) };
  }
  const { EncryptionType: type, KeyId } = stream.summary.value;
  // A key may lie in another account than the stream's; only its ARN says so.
  return type !== "KMS" || KeyId === undefined
    ? {}
    : examineEncryption([stream.account], KeyId, role.arn);
}

async function examineLogGroup(
  { function: { account } }: Pipeline,
  name: string,
): Promise<NonNullable<Examination["logGroup"]>> {
  const exists = await lookUp(account, "logs:DescribeLogGroups", async ({ logs }) => {
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    return logGroups.some((group) => group.logGroupName === name);
  });
  return { name, exists };
}

/** ARN under which the mapping's consumer is registered now, if that is another one. */
export function currentConsumerOf({ pipeline, currentConsumer }: Examination): string | undefined {
  const { ConsumerARN: arn } = valueOf(currentConsumer) ?? {};
  return arn === pipeline.consumer?.arn ? undefined : arn;
}
