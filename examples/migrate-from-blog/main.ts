import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack, TerraformVariable } from "cdktf";
import {
  Architecture,
  CrossAccountConsumer,
  LambdaCode,
  ProducerStream,
  StartingPosition,
} from "cdktf-cross-account-kinesis";

const REGION = "eu-west-1";
const PRODUCER_ACCOUNT = "111111111111";
const CONSUMER_ACCOUNT = "222222222222";

/** As the blog's stacks name things; where yours differ, so must these. */
const STREAM = "kds-cross-account-stream";
const CONSUMER = "kds-cross-account-stream-efo-consumer";
const ROLE = "kds-cross-account-stream-consumer-lambda-execution-role";
/** Of the role's inline policy: `aws iam list-role-policies` tells. */
const ROLE_POLICY = "lambda-execution-policy";

const app = new App();
const stack = new TerraformStack(app, "migrate-from-blog");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: REGION,
    profile: name,
    allowedAccountIds: [accountId],
  });
const producer = account("producer", PRODUCER_ACCOUNT);
const analytics = account("analytics", CONSUMER_ACCOUNT);

/** Ids that AWS made: the README says where to read them. */
const told = (name: string): string =>
  new TerraformVariable(stack, name, { type: "string" }).stringValue;
const keyId = told("key_id");
const consumerArn = told("consumer_arn");
const mappingId = told("mapping_id");

const stream = new ProducerStream(stack, "stream", {
  provider: producer,
  streamName: STREAM,
  // The existing value. Do not change mode or number of shards on the day of the migration.
  shardCount: 1,
});
const consumer = new CrossAccountConsumer(stack, "consumer", {
  provider: analytics,
  stream,
  consumerName: CONSUMER,
  roleName: ROLE,
  code: LambdaCode.fromDirectory("handler/dist"),
  // The existing values, which are CloudFormation's defaults.
  architecture: Architecture.X86_64,
  // The existing value. Another one would recreate the mapping.
  startingPosition: StartingPosition.LATEST,
});
// The existing name. With another one, the old policy would be removed before the new one exists.
consumer.rolePolicy.name = ROLE_POLICY;

const streamArn = `arn:aws:kinesis:${REGION}:${PRODUCER_ACCOUNT}:stream/${STREAM}`;
stream.stream.importFrom(STREAM, producer);
stream.key?.importFrom(keyId, producer);
stream.keyPolicy?.importFrom(keyId, producer);
stream.resourcePolicy?.importFrom(streamArn, producer);
consumer.registeredConsumer?.importFrom(consumerArn, producer);
consumer.consumerPolicy?.importFrom(consumerArn, producer);
consumer.role?.importFrom(ROLE, analytics);
consumer.rolePolicy.importFrom(`${ROLE}:${ROLE_POLICY}`, analytics);
consumer.logGroup?.importFrom(`/aws/lambda/${CONSUMER}`, analytics);
consumer.lambdaFunction?.importFrom(CONSUMER, analytics);
consumer.mapping.importFrom(mappingId, analytics);

app.synth();
