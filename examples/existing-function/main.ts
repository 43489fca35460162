import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { CrossAccountConsumer, ProducerStream } from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "existing-function");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: "eu-west-1",
    profile: name,
    allowedAccountIds: [accountId],
  });

const stream = new ProducerStream(stack, "clickstream", {
  provider: account("producer", "111111111111"),
  streamName: "clickstream",
});

new CrossAccountConsumer(stack, "report", {
  provider: account("reporting", "222222222222"),
  stream,
  consumerName: "report",
  existingFunction: {
    functionName: "daily-report",
    roleName: "daily-report-role",
    roleArn: "arn:aws:iam::222222222222:role/service-role/daily-report-role",
  },
  // This function returns no list of failures, so Lambda retries the whole batch.
  reportBatchItemFailures: false,
});

app.synth();
