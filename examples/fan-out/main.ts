import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import {
  CrossAccountConsumer,
  LambdaCode,
  ProducerStream,
  ReadMode,
} from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "fan-out");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: "eu-west-1",
    profile: name,
    allowedAccountIds: [accountId],
  });

const stream = new ProducerStream(stack, "orders", {
  provider: account("producer", "111111111111"),
  streamName: "orders",
  retentionPeriodHours: 72,
});

const code = LambdaCode.fromDirectory("handler/dist");

// Must process each order at once, so it has its own 2 MB/s per shard.
new CrossAccountConsumer(stack, "fraud", {
  provider: account("fraud", "222222222222"),
  stream,
  consumerName: "fraud",
  code,
  parallelizationFactor: 4,
});

new CrossAccountConsumer(stack, "analytics", {
  provider: account("analytics", "333333333333"),
  stream,
  consumerName: "analytics",
  code,
  maximumBatchingWindowInSeconds: 10,
});

// May be late, so it reads large batches from the shared throughput at no extra cost.
new CrossAccountConsumer(stack, "archive", {
  provider: account("archive", "444444444444"),
  stream,
  consumerName: "archive",
  readMode: ReadMode.SHARED_THROUGHPUT,
  code,
  batchSize: 5000,
  maximumBatchingWindowInSeconds: 300,
});

app.synth();
