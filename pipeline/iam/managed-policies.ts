import { parseArn } from "../arn";
import type { Policy } from "./document";

const LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const NETWORK = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"];
const ADDRESSES = ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];
const TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules"];
const SAMPLING = ["xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"];

type Allowed = readonly (readonly [actions: readonly string[], resource: string])[];

/**
 * What AWS's managed policies for functions allow: actions, each with the resources after the
 * partition. None of them has kms:Decrypt or kinesis:DescribeStreamConsumer.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html (September 2026)
 */
const MANAGED: Readonly<Record<string, Allowed>> = {
  AWSLambdaExecute: [
    [["logs:*"], "logs:*:*:*"],
    [["s3:GetObject", "s3:PutObject"], "s3:::*"],
  ],
  "service-role/AWSLambdaBasicExecutionRole": [[LOGS, "*"]],
  "service-role/AWSLambdaBasicDurableExecutionRolePolicy": [
    [[...LOGS, "lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], "*"],
  ],
  "service-role/AWSLambdaKinesisExecutionRole": [
    [
      [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:ListStreams",
        "kinesis:SubscribeToShard",
        ...LOGS,
      ],
      "*",
    ],
  ],
  "service-role/AWSLambdaDynamoDBExecutionRole": [
    [
      [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        ...LOGS,
      ],
      "*",
    ],
  ],
  "service-role/AWSLambdaSQSQueueExecutionRole": [
    [["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", ...LOGS], "*"],
  ],
  "service-role/AWSLambdaVPCAccessExecutionRole": [
    [[...LOGS, ...NETWORK, "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", ...ADDRESSES], "*"],
  ],
  "service-role/AWSLambdaENIManagementAccess": [
    [[...NETWORK, "ec2:DeleteNetworkInterface", ...ADDRESSES], "*"],
  ],
  "service-role/AWSLambdaRole": [[["lambda:InvokeFunction"], "*"]],
  AWSXRayDaemonWriteAccess: [[[...TRACES, ...SAMPLING], "*"]],
  AWSXrayWriteOnlyAccess: [[[...TRACES, ...SAMPLING], "*"]],
  CloudWatchLambdaInsightsExecutionRolePolicy: [
    [["logs:CreateLogGroup"], "*"],
    [["logs:CreateLogStream", "logs:PutLogEvents"], "logs:*:*:log-group:/aws/lambda-insights:*"],
  ],
};

/** A policy of AWS's, by its ARN; undefined if what it allows is not known here. */
export function awsManagedPolicy(policyArn: string): Policy | undefined {
  const { partition, account, resource } = parseArn(policyArn);
  const name = resource.replace(/^policy\//, "");
  const allowed = account === "aws" && Object.hasOwn(MANAGED, name) ? MANAGED[name] : undefined;
  return (
    allowed && {
      name: policyArn,
      statements: allowed.map(([Action, where]) => ({
        Effect: "Allow",
        Action,
        Resource: where === "*" ? where : `arn:${partition}:${where}`,
      })),
      header: { Version: "2012-10-17" },
      place: { managed: policyArn },
    }
  );
}
