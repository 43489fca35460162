import { evaluate } from "../../pipeline/iam/evaluate";
import { lambdaRequest } from "../../pipeline/iam/lambda-request";
import { awsManagedPolicy } from "../../pipeline/iam/managed-policies";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const LOG_STREAM = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/fn:log-stream:x";

const outcome = (name: string, action: string, resource: string): string | undefined => {
  const policy = awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`);
  const role = {
    roleArn: "arn:aws:iam::222222222222:role/reader",
    hasBoundary: false,
    functionName: "fn",
  };
  const request = lambdaRequest(role, { action, resource }, { arn: STREAM, region: "eu-west-1" });
  return policy && evaluate([policy], request).outcome;
};

describe("AWS's managed policies for functions", () => {
  it.each([
    ["service-role/AWSLambdaBasicExecutionRole", "logs:PutLogEvents", LOG_STREAM, "allowed"],
    ["service-role/AWSLambdaBasicExecutionRole", "kinesis:GetRecords", STREAM, "denied"],
    ["service-role/AWSLambdaKinesisExecutionRole", "kinesis:GetRecords", STREAM, "allowed"],
    ["service-role/AWSLambdaKinesisExecutionRole", "kinesis:SubscribeToShard", STREAM, "allowed"],
    ["service-role/AWSLambdaKinesisExecutionRole", "kms:Decrypt", "arn:aws:kms:::key/1", "denied"],
    [
      "service-role/AWSLambdaKinesisExecutionRole",
      "kinesis:DescribeStreamConsumer",
      STREAM,
      "denied",
    ],
    ["service-role/AWSLambdaVPCAccessExecutionRole", "logs:CreateLogStream", LOG_STREAM, "allowed"],
    ["service-role/AWSLambdaSQSQueueExecutionRole", "sqs:SendMessage", "arn:aws:sqs:::q", "denied"],
    ["AWSLambdaExecute", "s3:PutObject", "arn:aws:s3:::failures/x", "allowed"],
    ["AWSLambdaExecute", "logs:PutLogEvents", LOG_STREAM, "allowed"],
    ["CloudWatchLambdaInsightsExecutionRolePolicy", "logs:PutLogEvents", LOG_STREAM, "denied"],
    ["AWSXRayDaemonWriteAccess", "xray:PutTraceSegments", "*", "allowed"],
  ])("say of %s and %s on %s: %#", (name, action, resource, expected) => {
    expect(outcome(name, action, resource)).toBe(expected);
  });

  it("are in the partition of their ARN", () => {
    const policy = awsManagedPolicy("arn:aws-cn:iam::aws:policy/AWSLambdaExecute");
    expect(policy?.statements.map(({ Resource }) => Resource)).toEqual([
      "arn:aws-cn:logs:*:*:*",
      "arn:aws-cn:s3:::*",
    ]);
  });

  it.each([
    "arn:aws:iam::222222222222:policy/AWSLambdaExecute",
    "arn:aws:iam::aws:policy/AmazonKinesisFullAccess",
    "arn:aws:iam::aws:policy/toString",
  ])("do not include %s", (arn) => {
    expect(awsManagedPolicy(arn)).toBeUndefined();
  });
});
