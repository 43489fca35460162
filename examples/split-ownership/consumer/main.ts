import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformOutput, TerraformStack, TerraformVariable } from "cdktf";
import { CrossAccountConsumer, LambdaCode, ProducerStream } from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "consumer");

const provider = new AwsProvider(stack, "analytics-account", {
  alias: "analytics",
  region: "eu-west-1",
  profile: "analytics",
  allowedAccountIds: ["222222222222"],
});

/** An output of producer/main.ts. */
const told = (name: string): string =>
  new TerraformVariable(stack, name, { type: "string" }).stringValue;

const analytics = new CrossAccountConsumer(stack, "analytics", {
  provider,
  // Without a provider, no resource is created in the stream's account.
  stream: ProducerStream.fromAttributes(stack, "clickstream", {
    streamArn: told("stream_arn"),
    kmsKeyArn: told("kms_key_arn"),
  }),
  consumerName: "analytics",
  consumerArn: told("consumer_arn"),
  code: LambdaCode.fromDirectory("handler/dist"),
});

new TerraformOutput(stack, "role_arn", { value: analytics.roleArn });

app.synth();
