import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import {
  CrossAccountConsumer,
  LambdaCode,
  ProducerStream,
  ReadMode,
} from "cdktf-cross-account-kinesis";

const app = new App();
const code = LambdaCode.fromDirectory("handler/dist");

/** A provider belongs to one stack, so each stack has its own for every account. */
const accountsIn = (stack: TerraformStack) => {
  const account = (name: string, accountId: string) =>
    new AwsProvider(stack, `${name}-account`, {
      alias: name,
      region: "eu-west-1",
      profile: name,
      allowedAccountIds: [accountId],
    });
  return {
    shop: account("shop", "111111111111"),
    analytics: account("analytics", "222222222222"),
    warehouse: account("warehouse", "333333333333"),
  };
};

const orders = new TerraformStack(app, "orders");
{
  const { shop, analytics, warehouse } = accountsIn(orders);
  const stream = new ProducerStream(orders, "orders", {
    provider: shop,
    streamName: "orders",
    retentionPeriodHours: 72,
  });
  new CrossAccountConsumer(orders, "fraud", {
    provider: analytics,
    stream,
    consumerName: "orders-fraud",
    code,
    parallelizationFactor: 4,
  });
  new CrossAccountConsumer(orders, "report", {
    provider: analytics,
    stream,
    consumerName: "orders-report",
    code,
  });
  new CrossAccountConsumer(orders, "shipping", {
    provider: warehouse,
    stream,
    consumerName: "orders-shipping",
    code,
  });
}

const clicks = new TerraformStack(app, "clicks");
{
  const { shop, analytics, warehouse } = accountsIn(clicks);
  const stream = new ProducerStream(clicks, "clicks", { provider: shop, streamName: "clicks" });
  new CrossAccountConsumer(clicks, "report", {
    provider: analytics,
    stream,
    consumerName: "clicks-report",
    code,
    batchSize: 1000,
  });
  new CrossAccountConsumer(clicks, "archive", {
    provider: warehouse,
    stream,
    consumerName: "clicks-archive",
    readMode: ReadMode.SHARED_THROUGHPUT,
    code,
    batchSize: 5000,
    maximumBatchingWindowInSeconds: 300,
  });
}

app.synth();
