import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformOutput, TerraformStack, TerraformVariable } from "cdktf";
import { ProducerStream } from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "producer");

const provider = new AwsProvider(stack, "producer-account", {
  alias: "producer",
  region: "eu-west-1",
  profile: "producer",
  allowedAccountIds: ["111111111111"],
});

// AWS refuses a policy that names a role before it exists, so the account is granted until then.
const reader = new TerraformVariable(stack, "reader", {
  type: "string",
  default: "222222222222",
  description: "Who may read: first the account of the consumer's role, later the role's ARN",
}).stringValue;

const stream = new ProducerStream(stack, "clickstream", {
  provider,
  streamName: "clickstream",
});
stream.grantRead(reader);

const registered = new KinesisStreamConsumer(stack, "analytics", {
  provider,
  name: "analytics",
  streamArn: stream.streamArn,
});
new KinesisResourcePolicy(stack, "analytics-policy", {
  provider,
  resourceArn: registered.arn,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ConsumerEFOReadStatementID",
        Effect: "Allow",
        Principal: { AWS: [reader] },
        Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
        Resource: registered.arn,
      },
    ],
  }),
});

// The values that the other team needs, named like the variables of consumer/main.ts.
new TerraformOutput(stack, "stream_arn", { value: stream.streamArn });
new TerraformOutput(stack, "kms_key_arn", { value: stream.kmsKeyArn });
new TerraformOutput(stack, "consumer_arn", { value: registered.arn });

app.synth();
