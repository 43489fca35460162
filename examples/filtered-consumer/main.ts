import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { App, TerraformStack } from "cdktf";
import {
  CrossAccountConsumer,
  LambdaCode,
  OnFailure,
  ProducerStream,
} from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "filtered-consumer");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: "eu-west-1",
    profile: name,
    allowedAccountIds: [accountId],
  });
const shipping = account("shipping", "222222222222");

const stream = new ProducerStream(stack, "orders", {
  provider: account("producer", "111111111111"),
  streamName: "orders",
});

const failures = new S3Bucket(stack, "failures", {
  provider: shipping,
  bucketPrefix: "shipping-failures-",
});

new CrossAccountConsumer(stack, "shipping", {
  provider: shipping,
  stream,
  consumerName: "shipping",
  code: LambdaCode.fromDirectory("handler/dist"),
  // A record must match one of them. Records that are not JSON are dropped.
  filterPatterns: [
    { data: { type: ["order-paid"], country: ["DE", "AT", "CH"] } },
    {
      data: { type: ["order-paid"], weightGrams: [{ numeric: [">", 30000] }] },
    },
  ],
  maximumRetryAttempts: 10,
  maximumRecordAgeInSeconds: 3600,
  onFailure: OnFailure.s3(failures.arn),
});

app.synth();
