import { App, Duration, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kinesis from "aws-cdk-lib/aws-kinesis";
import * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import * as logs from "aws-cdk-lib/aws-logs";
import * as sqs from "aws-cdk-lib/aws-sqs";

/**
 * The pipeline of cdktf.json in AWS CDK. A stack belongs to one account, so there are two, and what
 * one needs of the other is passed as a name.
 */
const REGION = "us-east-1";
const STREAM_NAME = "kds-cross-account-stream";
const CONSUMER_NAME = "kds-cross-account-stream-efo-consumer";
const ROLE_NAME = "kds-cross-account-stream-consumer-lambda-execution-role";
const STREAM_ARN = `arn:aws:kinesis:${REGION}:111111111111:stream/${STREAM_NAME}`;

const app = new App({ outdir: process.env.CDKTF_OUTDIR ?? "cdk.out", analyticsReporting: false });
const producer = new Stack(app, "producer", { env: { account: "111111111111", region: REGION } });
const consumer = new Stack(app, "consumer", { env: { account: "222222222222", region: REGION } });

const reader = new iam.ArnPrincipal(`arn:aws:iam::222222222222:role/${ROLE_NAME}`);
const ofStream = {
  StringEquals: {
    "kms:ViaService": `kinesis.${REGION}.amazonaws.com`,
    "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
  },
};
const readActions = [
  "DescribeStreamSummary",
  "ListShards",
  "DescribeStream",
  "GetRecords",
  "GetShardIterator",
];
const consumerActions = ["DescribeStreamConsumer", "SubscribeToShard"];
const named = (actions: readonly string[]) => actions.map((action) => `kinesis:${action}`);

const key = new kms.Key(producer, "key", {
  alias: STREAM_NAME,
  description: `Encrypts the records of Kinesis data stream ${STREAM_NAME}`,
  enableKeyRotation: true,
});
key.addToResourcePolicy(
  new iam.PolicyStatement({
    sid: "StreamReadersDecrypt",
    principals: [reader],
    actions: ["kms:Decrypt"],
    resources: ["*"],
    conditions: ofStream,
  }),
);
const stream = new kinesis.Stream(producer, "stream", {
  streamName: STREAM_NAME,
  streamMode: kinesis.StreamMode.ON_DEMAND,
  encryptionKey: key,
});
stream.addToResourcePolicy(
  new iam.PolicyStatement({
    sid: "StreamEFOReadStatementID",
    principals: [reader],
    actions: named(readActions),
    resources: [stream.streamArn],
  }),
);
const registered = new kinesis.StreamConsumer(producer, "consumer", {
  stream,
  streamConsumerName: CONSUMER_NAME,
});
registered.addToResourcePolicy(
  new iam.PolicyStatement({
    sid: "ConsumerEFOReadStatementID",
    principals: [reader],
    actions: named(consumerActions),
    resources: [registered.streamConsumerArn],
  }),
);

const consumerArn = `${STREAM_ARN}/consumer/${CONSUMER_NAME}:1700000000`;
const logGroup = new logs.LogGroup(consumer, "log-group", {
  logGroupName: `/aws/lambda/${CONSUMER_NAME}`,
  retention: logs.RetentionDays.ONE_MONTH,
});
const queue = new sqs.Queue(consumer, "on-failure-queue", {
  queueName: `${CONSUMER_NAME}-on-failure`,
  retentionPeriod: Duration.days(14),
  encryption: sqs.QueueEncryption.SQS_MANAGED,
});
const allow = (sid: string, actions: string[], resource: string, conditions = {}) =>
  new iam.PolicyStatement({ sid, actions, resources: [resource], conditions });
const role = new iam.Role(consumer, "role", {
  roleName: ROLE_NAME,
  assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
  inlinePolicies: {
    [CONSUMER_NAME]: new iam.PolicyDocument({
      statements: [
        allow("ReadStream", named(readActions), STREAM_ARN),
        allow("ReadConsumer", named(consumerActions), consumerArn),
        allow(
          "DecryptRecords",
          ["kms:Decrypt"],
          `arn:aws:kms:${REGION}:111111111111:key/*`,
          ofStream,
        ),
        allow("ReportFailures", ["sqs:SendMessage"], queue.queueArn),
        allow(
          "WriteLogs",
          ["logs:CreateLogStream", "logs:PutLogEvents"],
          `${logGroup.logGroupArn}:*`,
        ),
      ],
    }),
  },
});
const fn = new lambda.Function(consumer, "function", {
  functionName: CONSUMER_NAME,
  role,
  code: lambda.Code.fromAsset("handler/dist"),
  handler: "index.handler",
  runtime: lambda.Runtime.NODEJS_22_X,
  architecture: lambda.Architecture.ARM_64,
  memorySize: 256,
  timeout: Duration.seconds(60),
  logGroup,
  loggingFormat: lambda.LoggingFormat.JSON,
});
new lambda.EventSourceMapping(consumer, "mapping", {
  target: fn,
  eventSourceArn: consumerArn,
  startingPosition: lambda.StartingPosition.TRIM_HORIZON,
  batchSize: 100,
  bisectBatchOnError: true,
  reportBatchItemFailures: true,
  maxRecordAge: Duration.hours(12),
  retryAttempts: 500,
  parallelizationFactor: 1,
  onFailure: new SqsDlq(queue),
});

app.synth();
