import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { CrossAccountConsumer, LambdaCode, ProducerStream } from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "existing-stream");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: "eu-west-1",
    profile: name,
    allowedAccountIds: [accountId],
  });

const stream = ProducerStream.fromAttributes(stack, "payments", {
  streamArn: "arn:aws:kinesis:eu-west-1:111111111111:stream/payments",
  kmsKeyArn: "arn:aws:kms:eu-west-1:111111111111:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
  provider: account("producer", "111111111111"),
});

// The created resource policy replaces the existing one, so this repeats the existing grants.
stream.grantWrite("arn:aws:iam::333333333333:role/checkout");

new CrossAccountConsumer(stack, "ledger", {
  provider: account("ledger", "222222222222"),
  stream,
  consumerName: "ledger",
  code: LambdaCode.fromDirectory("handler/dist"),
});

app.synth();
