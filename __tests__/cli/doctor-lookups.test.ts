import { document, FUNCTION, gone, STREAM } from "./recorded-pipeline";
import { configuration, difference, own, READ, streamPolicy, type Given } from "./doctor-answers";

const MISSING = { "lambda:GetEventSourceMapping": gone() };
const UNNAMED = {
  "lambda:ListEventSourceMappings": () => ({}),
  "lambda:ListAliases": () => ({ Aliases: [] }),
};
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const TOPIC = "arn:aws:sns:eu-west-1:222222222222:failed";
const BUCKET = "arn:aws:s3:::reports";
const to = (Destination: string) =>
  configuration({ DestinationConfig: { OnFailure: { Destination } } });
const mayWrite = (Resource: string | string[], more: object = {}) =>
  own(
    { Effect: "Allow", Action: ["kinesis:*", "kms:*", "logs:*"], Resource: "*" },
    { Effect: "Allow", Action: ["SQS:SendMessage", "sns:Publish"], Resource, ...more },
  );

/** What is different, and what doctor asks and says because of that. */
const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "a role that does not exist",
    [
      {
        "iam:GetRole": gone("NoSuchEntityException"),
        ...streamPolicy({ ...READ, Principal: { AWS: "AROADELETED" } }),
      },
    ],
    [
      "role: role-missing: arn:aws:iam::222222222222:role/reader was not found",
      "not iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, stream's policy, consumer's policy, key's policy, role, role: stream, role: consumer, role: key, role: logs",
    ],
  ],
  [
    "a role that may not be read",
    [{ "iam:GetRole": gone("AccessDenied") }],
    [
      "role: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: stream: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: consumer: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: key: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: logs: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "not iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, role, role: stream, role: consumer, role: key, role: logs",
    ],
  ],
  [
    "a function that does not exist",
    [{ "lambda:GetFunctionConfiguration": gone() }],
    [
      "function: function-missing: lambda:GetFunctionConfiguration failed with ResourceNotFoundException: not there",
      "not iam:GetRole, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, logs:DescribeLogGroups, stream's policy, consumer's policy, key's policy, role, role: stream, role: consumer, role: key, role: logs, function, log group",
    ],
  ],
  [
    "a function that may not be read",
    [{ "lambda:GetFunctionConfiguration": gone("AccessDenied") }],
    [
      "role: unknown profile 222222222222 may not call lambda:GetFunctionConfiguration; --permissions prints the policy that it needs (AWS: not there)",
      "role: stream: unknown profile 222222222222 may not call lambda:GetFunctionConfiguration; --permissions prints the policy that it needs (AWS: not there)",
      "role: consumer: unknown profile 222222222222 may not call lambda:GetFunctionConfiguration; --permissions prints the policy that it needs (AWS: not there)",
      "role: key: unknown profile 222222222222 may not call lambda:GetFunctionConfiguration; --permissions prints the policy that it needs (AWS: not there)",
      "function: unknown profile 222222222222 may not call lambda:GetFunctionConfiguration; --permissions prints the policy that it needs (AWS: not there)",
      "not iam:GetRole, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, logs:DescribeLogGroups, stream's policy, consumer's policy, key's policy, role, role: stream, role: consumer, role: key, role: logs, function, log group",
    ],
  ],
  [
    "an alias without its function",
    [
      {
        ...configuration({ FunctionArn: `${FUNCTION}:live` }),
        "lambda:GetFunctionConfiguration": gone(),
      },
    ],
    [
      String.raw`222222222222 lambda:GetFunctionConfiguration {"FunctionName":"analytics"}`,
      String.raw`222222222222 lambda:GetFunctionConfiguration {"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics:live"}`,
      "function: function-missing: lambda:GetFunctionConfiguration failed with ResourceNotFoundException: not there",
      "not iam:GetRole, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, lambda:GetFunctionConfiguration, logs:DescribeLogGroups, stream's policy, consumer's policy, key's policy, role, role: stream, role: consumer, role: key, role: logs, function, log group",
    ],
  ],
  [
    "an alias",
    [configuration({ FunctionArn: `${FUNCTION}:live` })],
    [
      String.raw`222222222222 lambda:GetFunctionConfiguration {"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics:live"}`,
      "function: ok arn:aws:lambda:eu-west-1:222222222222:function:analytics:live, Active",
      "not lambda:GetFunctionConfiguration, function",
    ],
  ],
  [
    "a mapping that does not exist",
    [MISSING],
    [
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a mapping that settings declare with a consumer",
    [UNNAMED, { sourceArn: STREAM, uuid: undefined, declared: { consumerName: "efo" } }],
    [
      String.raw`111111111111 kinesis:DescribeStreamConsumer {"StreamARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","ConsumerName":"efo"}`,
      String.raw`222222222222 lambda:ListAliases {"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics"}`,
      String.raw`222222222222 lambda:ListEventSourceMappings {"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics"}`,
      "mapping: mapping-missing: function arn:aws:lambda:eu-west-1:222222222222:function:analytics has no mapping that reads arn:aws:kinesis:eu-west-1:111111111111:stream/clicks",
      "not lambda:GetEventSourceMapping, mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a mapping that exists without the consumer of its settings",
    [configuration({ EventSourceArn: STREAM }), { declared: { consumerName: "efo" } }],
    [
      "not kinesis:DescribeStreamConsumer, kinesis:GetResourcePolicy, registered consumer, consumer's policy, role: consumer",
    ],
  ],
  [
    "a lost mapping's topic, by the role's policy",
    [
      {
        ...MISSING,
        ...mayWrite(TOPIC, { Action: "sns:Publish" }),
        "sns:GetTopicAttributes": () => ({}),
      },
    ],
    [
      String.raw`222222222222 sns:GetTopicAttributes {"TopicArn":"arn:aws:sns:eu-west-1:222222222222:failed"}`,
      "role: on-failure: ok allows sns:Publish",
      "on-failure destination: ok arn:aws:sns:eu-west-1:222222222222:failed",
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a lost mapping and a role that may write to two queues",
    [{ ...MISSING, ...mayWrite([QUEUE, `${QUEUE}2`], { Action: "sqs:SendMessage" }) }],
    [
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a lost mapping and a role that may not write to a queue",
    [{ ...MISSING, ...mayWrite(QUEUE, { Effect: "Deny", Action: "sqs:SendMessage" }) }],
    [
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a lost mapping and a role that may write to any queue",
    [{ ...MISSING, ...mayWrite(`${QUEUE}*`, { Action: "sqs:SendMessage" }) }],
    [
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a queue",
    [
      {
        ...to(QUEUE),
        "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
        "sqs:GetQueueAttributes": () => ({}),
      },
    ],
    [
      String.raw`222222222222 sqs:GetQueueAttributes {"QueueUrl":"http://queue","AttributeNames":["Policy","KmsMasterKeyId"]}`,
      String.raw`222222222222 sqs:GetQueueUrl {"QueueName":"failed","QueueOwnerAWSAccountId":"222222222222"}`,
      "role: on-failure: ok allows sqs:SendMessage",
      "on-failure destination: ok arn:aws:sqs:eu-west-1:222222222222:failed",
    ],
  ],
  [
    "a topic",
    [{ ...to(TOPIC), "sns:GetTopicAttributes": () => ({}) }],
    [
      String.raw`222222222222 sns:GetTopicAttributes {"TopicArn":"arn:aws:sns:eu-west-1:222222222222:failed"}`,
      "role: on-failure: ok allows sns:Publish",
      "on-failure destination: ok arn:aws:sns:eu-west-1:222222222222:failed",
    ],
  ],
  [
    "a bucket",
    [
      {
        ...to(BUCKET),
        "s3:HeadBucket": () => ({}),
        "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      },
    ],
    [
      String.raw`222222222222 s3:GetBucketEncryption {"Bucket":"reports"}`,
      String.raw`222222222222 s3:GetBucketPolicy {"Bucket":"reports"}`,
      String.raw`222222222222 s3:HeadBucket {"Bucket":"reports"}`,
      "role: on-failure: ok allows s3:ListBucket, s3:PutObject",
      "on-failure destination: ok arn:aws:s3:::reports",
    ],
  ],
  [
    "a log group that does not exist, which the role may create by name",
    [
      {
        "logs:DescribeLogGroups": () => ({}),
        ...own({
          Effect: "Allow",
          Action: [
            "kinesis:*",
            "kms:*",
            "logs:CreateLogGroup",
            "logs:PutLogEvents",
            "logs:CreateLogStream",
          ],
          Resource: "*",
        }),
      },
    ],
    ["log group: ok /aws/lambda/analytics will be created with the first line", "not log group"],
  ],
  [
    "a managed policy",
    [
      {
        "iam:ListAttachedRolePolicies": () => ({
          AttachedPolicies: [{ PolicyArn: "arn:aws:iam::222222222222:policy/p" }],
        }),
        "iam:GetPolicy": () => ({ Policy: { DefaultVersionId: "v7" } }),
        "iam:GetPolicyVersion": () => ({ PolicyVersion: { Document: document() } }),
      },
    ],
    [
      String.raw`222222222222 iam:GetPolicy {"PolicyArn":"arn:aws:iam::222222222222:policy/p"}`,
      String.raw`222222222222 iam:GetPolicyVersion {"PolicyArn":"arn:aws:iam::222222222222:policy/p","VersionId":"v7"}`,
    ],
  ],
];

describe("doctor", () => {
  it.each(CASES)("asks and says of %s", async (_, given, expected) => {
    expect(await difference(...given)).toEqual(expected);
  });
});
