import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { CrossAccountConsumer, LambdaCode, ProducerStream } from "cdktf-cross-account-kinesis";

const app = new App();
const stack = new TerraformStack(app, "cross-account-producers");

const account = (name: string, accountId: string) =>
  new AwsProvider(stack, `${name}-account`, {
    alias: name,
    region: "eu-west-1",
    profile: name,
    allowedAccountIds: [accountId],
  });

const stream = new ProducerStream(stack, "events", {
  provider: account("producer", "111111111111"),
  streamName: "events",
});

new CrossAccountConsumer(stack, "analytics", {
  provider: account("analytics", "222222222222"),
  stream,
  consumerName: "analytics",
  code: LambdaCode.fromDirectory("handler/dist"),
});

// An existing role of the web shop's account.
stream.grantWrite("arn:aws:iam::333333333333:role/web-shop");

// The stream's account has granted access; the role's own account must allow it as well.
new IamRolePolicy(stack, "web-shop-writes-events", {
  provider: account("web-shop", "333333333333"),
  role: "web-shop",
  name: "write-events",
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["kinesis:PutRecord", "kinesis:PutRecords"],
        Resource: stream.streamArn,
      },
      {
        Effect: "Allow",
        Action: ["kms:GenerateDataKey"],
        Resource: stream.kmsKeyArn,
        Condition: {
          StringEquals: {
            "kms:ViaService": "kinesis.eu-west-1.amazonaws.com",
            "kms:EncryptionContext:aws:kinesis:arn": stream.streamArn,
          },
        },
      },
    ],
  }),
});

// A whole account, whose administrators decide which of their roles may write.
stream.grantWrite("444444444444");

app.synth();
