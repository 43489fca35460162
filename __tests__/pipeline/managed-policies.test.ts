import { listOf } from "../../pipeline/values";
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

  const LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
  const INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"];
  const ADDRESSES = ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];
  const TRACES = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
  ];
  const streamActions = (service: string, ...more: string[]) =>
    ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams", ...more].map(
      (name) => `${service}:${name}`,
    );

  it.each<[string, [string[], string][]]>([
    [
      "AWSLambdaExecute",
      [
        [["logs:*"], "arn:aws:logs:*:*:*"],
        [["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::*"],
      ],
    ],
    ["service-role/AWSLambdaBasicExecutionRole", [[LOGS, "*"]]],
    [
      "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
      [[[...LOGS, "lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], "*"]],
    ],
    [
      "service-role/AWSLambdaKinesisExecutionRole",
      [
        [
          [
            ...streamActions("kinesis", "DescribeStreamSummary", "ListShards", "SubscribeToShard"),
            ...LOGS,
          ],
          "*",
        ],
      ],
    ],
    [
      "service-role/AWSLambdaDynamoDBExecutionRole",
      [[[...streamActions("dynamodb"), ...LOGS], "*"]],
    ],
    [
      "service-role/AWSLambdaSQSQueueExecutionRole",
      [[["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", ...LOGS], "*"]],
    ],
    [
      "service-role/AWSLambdaVPCAccessExecutionRole",
      [
        [
          [
            ...[...LOGS, ...INTERFACES, ...ADDRESSES],
            ...["ec2:DescribeSubnets", "ec2:DeleteNetworkInterface"],
          ],
          "*",
        ],
      ],
    ],
    [
      "service-role/AWSLambdaENIManagementAccess",
      [[[...INTERFACES, ...ADDRESSES, "ec2:DeleteNetworkInterface"], "*"]],
    ],
    ["service-role/AWSLambdaRole", [[["lambda:InvokeFunction"], "*"]]],
    ["AWSXRayDaemonWriteAccess", [[TRACES, "*"]]],
    ["AWSXrayWriteOnlyAccess", [[TRACES, "*"]]],
    [
      "CloudWatchLambdaInsightsExecutionRolePolicy",
      [
        [["logs:CreateLogGroup"], "*"],
        [
          ["logs:CreateLogStream", "logs:PutLogEvents"],
          "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*",
        ],
      ],
    ],
  ])("have everything that %s allows", (name, allowed) => {
    const arn = `arn:aws:iam::aws:policy/${name}`;
    const { statements = [], ...policy } = awsManagedPolicy(arn) ?? {};

    expect(policy).toEqual({
      name: arn,
      header: { Version: "2012-10-17" },
      place: { managed: arn },
    });
    expect(
      statements.map(({ Action, ...more }) => ({ ...more, Action: [...listOf(Action)].sort() })),
    ).toEqual(
      allowed.map(([Action, Resource]) => ({
        Effect: "Allow",
        Action: [...Action].sort(),
        Resource,
      })),
    );
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
    "arn:aws:iam::aws:policy/x/policy/AWSLambdaExecute",
  ])("do not include %s", (arn) => {
    expect(awsManagedPolicy(arn)).toBeUndefined();
  });
});
