import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { deployerPolicies } from "../../../app/permissions/command";
import { policiesOf } from "../../../app/permissions/policies";
import type { Statement } from "../../../app/permissions/statements";
import type { SynthesizedStack } from "../../../app/stack";

const REGION = "eu-west-1";
const ACCOUNTS = { owner: "111111111111", reader: "222222222222" };
const provider = {
  aws: Object.entries(ACCOUNTS).map(([alias, id]) => ({
    alias,
    region: REGION,
    allowed_account_ids: [id],
  })),
};

type Elements = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** A stack of elements of the reader's account, unless they name another provider. */
const stackOf = (resource: Elements): SynthesizedStack => ({
  provider,
  resource: Object.fromEntries(
    Object.entries(resource).map(([type, elements]) => [
      type,
      Object.fromEntries(
        Object.entries(elements).map(([name, element]) => [
          name,
          { provider: "aws.reader", "//": { metadata: { path: `stack/${name}` } }, ...element },
        ]),
      ),
    ]),
  ),
});

/** A statement on one line for its actions, and one for each of its resources and conditions. */
const lines = ({ Sid, Action, Resource, Condition }: Statement): string[] => [
  `${Sid}: ${Action.join(" ")}`,
  ...Resource.map((arn) => `  on ${arn}`),
  ...(Condition ? [`  if ${JSON.stringify(Condition)}`] : []),
];

const allowed = (resource: Elements, account: keyof typeof ACCOUNTS = "reader"): string[] =>
  (policiesOf(stackOf(resource)).get(ACCOUNTS[account]) ?? []).flatMap(({ Statement: all }) =>
    all.flatMap(lines),
  );

describe("the policies of one resource", () => {
  it.each<[string, string, object, string[]]>([
    [
      "an encrypted stream",
      "aws_kinesis_stream",
      { name: "orders", kms_key_id: "1234" },
      [
        "Streams: kinesis:AddTagsToStream kinesis:CreateStream kinesis:DecreaseStreamRetentionPeriod kinesis:DeleteStream kinesis:DescribeStreamSummary kinesis:IncreaseStreamRetentionPeriod kinesis:ListTagsForStream kinesis:RemoveTagsFromStream kinesis:UpdateMaxRecordSize",
        "  on arn:aws:kinesis:eu-west-1:222222222222:stream/orders",
        "ActionsWithoutResourceType: kinesis:DescribeLimits kinesis:DisableEnhancedMonitoring kinesis:EnableEnhancedMonitoring kinesis:UpdateShardCount kinesis:UpdateStreamMode",
        "  on *",
        "StreamEncryption: kinesis:StartStreamEncryption kinesis:StopStreamEncryption",
        "  on arn:aws:kinesis:eu-west-1:222222222222:stream/orders",
        "  on arn:aws:kms:eu-west-1:222222222222:key/1234",
        "Keys: kms:DescribeKey",
        "  on arn:aws:kms:eu-west-1:222222222222:key/1234",
      ],
    ],
    [
      "a stream without encryption",
      "aws_kinesis_stream",
      { name: "orders" },
      [
        "Streams: kinesis:AddTagsToStream kinesis:CreateStream kinesis:DecreaseStreamRetentionPeriod kinesis:DeleteStream kinesis:DescribeStreamSummary kinesis:IncreaseStreamRetentionPeriod kinesis:ListTagsForStream kinesis:RemoveTagsFromStream kinesis:UpdateMaxRecordSize",
        "  on arn:aws:kinesis:eu-west-1:222222222222:stream/orders",
        "ActionsWithoutResourceType: kinesis:DescribeLimits kinesis:DisableEnhancedMonitoring kinesis:EnableEnhancedMonitoring kinesis:UpdateShardCount kinesis:UpdateStreamMode",
        "  on *",
      ],
    ],
    [
      "a registered consumer",
      "aws_kinesis_stream_consumer",
      { name: "efo", stream_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders" },
      [
        "Streams: kinesis:ListStreamConsumers kinesis:RegisterStreamConsumer",
        "  on arn:aws:kinesis:eu-west-1:111111111111:stream/orders",
        "StreamConsumers: kinesis:DeregisterStreamConsumer kinesis:DescribeStreamConsumer kinesis:ListTagsForResource",
        "  on arn:aws:kinesis:eu-west-1:111111111111:stream/orders/consumer/efo:*",
      ],
    ],
    [
      "the policy of a stream",
      "aws_kinesis_resource_policy",
      { resource_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders" },
      [
        "Streams: kinesis:DeleteResourcePolicy kinesis:GetResourcePolicy kinesis:PutResourcePolicy",
        "  on arn:aws:kinesis:eu-west-1:111111111111:stream/orders",
      ],
    ],
    [
      "the policy of a consumer",
      "aws_kinesis_resource_policy",
      { resource_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders/consumer/efo:1" },
      [
        "StreamConsumers: kinesis:DeleteResourcePolicy kinesis:GetResourcePolicy kinesis:PutResourcePolicy",
        "  on arn:aws:kinesis:eu-west-1:111111111111:stream/orders/consumer/efo:1",
      ],
    ],
    [
      "a key",
      "aws_kms_key",
      {},
      [
        "ActionsWithoutResourceType: kms:CreateKey",
        "  on *",
        "Keys: kms:DescribeKey kms:EnableKeyRotation kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource kms:UpdateKeyDescription",
        "  on arn:aws:kms:eu-west-1:222222222222:key/*",
      ],
    ],
    [
      "the policy of a key",
      "aws_kms_key_policy",
      { key_id: "arn:aws:kms:eu-west-1:111111111111:key/1" },
      [
        "Keys: kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags kms:PutKeyPolicy",
        "  on arn:aws:kms:eu-west-1:111111111111:key/1",
      ],
    ],
    [
      "an alias of a key",
      "aws_kms_alias",
      { name: "alias/orders", target_key_id: "1" },
      [
        "KeyAliases: kms:CreateAlias kms:DeleteAlias",
        "  on arn:aws:kms:eu-west-1:222222222222:alias/orders",
        "  on arn:aws:kms:eu-west-1:222222222222:key/1",
        "ActionsWithoutResourceType: kms:ListAliases",
        "  on *",
      ],
    ],
    [
      "a role with a path",
      "aws_iam_role",
      { name: "reader", path: "/team/" },
      [
        "Roles: iam:CreateRole iam:DeleteRole iam:GetRole iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:ListRolePolicies iam:TagRole iam:UntagRole iam:UpdateAssumeRolePolicy",
        "  on arn:aws:iam::222222222222:role/team/reader",
      ],
    ],
    [
      "a role with a permissions boundary",
      "aws_iam_role",
      { name: "reader", permissions_boundary: "arn:aws:iam::222222222222:policy/boundary" },
      [
        "RolesWithBoundary: iam:CreateRole iam:PutRolePermissionsBoundary",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PermissionsBoundary":["arn:aws:iam::222222222222:policy/boundary"]}}',
        "Roles: iam:DeleteRole iam:GetRole iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:ListRolePolicies iam:TagRole iam:UntagRole iam:UpdateAssumeRolePolicy",
        "  on arn:aws:iam::222222222222:role/reader",
      ],
    ],
    [
      "a policy of a role of another program",
      "aws_iam_role_policy",
      { role: "reader" },
      [
        "Roles: iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy",
        "  on arn:aws:iam::222222222222:role/reader",
      ],
    ],
    [
      "an attached policy",
      "aws_iam_role_policy_attachment",
      { role: "reader", policy_arn: "arn:aws:iam::aws:policy/X" },
      [
        "AttachPolicies: iam:AttachRolePolicy",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"ArnEquals":{"iam:PolicyARN":["arn:aws:iam::aws:policy/X"]}}',
        "Roles: iam:ListAttachedRolePolicies",
        "  on arn:aws:iam::222222222222:role/reader",
        "DetachPolicies: iam:DetachRolePolicy",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"ArnEquals":{"iam:PolicyARN":["arn:aws:iam::aws:policy/X"]}}',
      ],
    ],
    [
      "a function of one file",
      "aws_lambda_function",
      { function_name: "fn", role: "arn:aws:iam::222222222222:role/reader" },
      [
        "Functions: lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
      ],
    ],
    [
      "a function with everything",
      "aws_lambda_function",
      {
        function_name: "fn",
        role: "arn:aws:iam::222222222222:role/reader",
        vpc_config: {},
        layers: ["arn:aws:lambda:eu-west-1:333333333333:layer:a:1"],
        s3_bucket: "code",
        s3_key: "fn.zip",
        publish: true,
        kms_key_arn: "arn:aws:kms:eu-west-1:222222222222:key/1",
      },
      [
        "Functions1: lambda:CreateFunction lambda:DeleteFunctionConcurrency lambda:GetFunctionCodeSigningConfig lambda:ListAliases lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
        "ActionsWithoutResourceType: ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs",
        "  on *",
        "Layers: lambda:GetLayerVersion",
        "  on arn:aws:lambda:eu-west-1:333333333333:layer:a:1",
        "CodeObjects: s3:GetObject",
        "  on arn:aws:s3:::code/fn.zip",
        "EnvironmentKeys: kms:CreateGrant kms:Decrypt kms:Encrypt",
        "  on arn:aws:kms:eu-west-1:222222222222:key/1",
        "Functions2: lambda:DeleteFunction lambda:GetFunction lambda:GetFunctionConfiguration lambda:PublishVersion",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn:*",
      ],
    ],
    [
      "a function of a version of an object",
      "aws_lambda_function",
      {
        function_name: "fn",
        role: "arn:aws:iam::222222222222:role/reader",
        s3_bucket: "code",
        s3_key: "fn.zip",
        s3_object_version: "1",
      },
      [
        "Functions: lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
        "CodeObjects: s3:GetObjectVersion",
        "  on arn:aws:s3:::code/fn.zip",
      ],
    ],
    [
      "a function of its account's image",
      "aws_lambda_function",
      {
        function_name: "fn",
        role: "arn:aws:iam::222222222222:role/reader",
        image_uri: "222222222222.dkr.ecr.eu-west-1.amazonaws.com/team/fn:v1",
      },
      [
        "Functions: lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
        "ImageRepositories: ecr:BatchGetImage ecr:GetDownloadUrlForLayer ecr:GetRepositoryPolicy ecr:SetRepositoryPolicy",
        "  on arn:aws:ecr:eu-west-1:222222222222:repository/team/fn",
      ],
    ],
    [
      "a function of another account's image",
      "aws_lambda_function",
      {
        function_name: "fn",
        role: "arn:aws:iam::222222222222:role/reader",
        image_uri: "333333333333.dkr.ecr.eu-west-1.amazonaws.com/team/fn@sha256:1",
      },
      [
        "Functions: lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
        "ImageRepositories: ecr:BatchGetImage ecr:GetDownloadUrlForLayer",
        "  on arn:aws:ecr:eu-west-1:333333333333:repository/team/fn",
      ],
    ],
    [
      "a function of an image that is in no registry of AWS",
      "aws_lambda_function",
      {
        function_name: "fn",
        role: "arn:aws:iam::222222222222:role/reader",
        image_uri: "x222222222222.dkr.ecr.eu-west-1.amazonaws.com/team/fn@sha256:1",
      },
      [
        "Functions: lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags lambda:ListVersionsByFunction lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
        "PassRolesToLambda: iam:PassRole",
        "  on arn:aws:iam::222222222222:role/reader",
        '  if {"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com"]}}',
      ],
    ],
    [
      "an alias of a function",
      "aws_lambda_alias",
      { function_name: "arn:aws:lambda:eu-west-1:222222222222:function:fn", name: "live" },
      [
        "Functions: lambda:CreateAlias lambda:DeleteAlias lambda:GetAlias lambda:UpdateAlias",
        "  on arn:aws:lambda:eu-west-1:222222222222:function:fn",
      ],
    ],
    [
      "a mapping",
      "aws_lambda_event_source_mapping",
      {
        function_name: "arn:aws:lambda:eu-west-1:222222222222:function:fn:live",
        kms_key_arn: "arn:aws:kms:eu-west-1:222222222222:key/1",
      },
      [
        "CreateEventSourceMappings: lambda:CreateEventSourceMapping",
        "  on *",
        '  if {"ArnLike":{"lambda:FunctionArn":["arn:aws:lambda:eu-west-1:222222222222:function:fn","arn:aws:lambda:eu-west-1:222222222222:function:fn:*"]}}',
        "EventSourceMappingTags: lambda:ListTags lambda:TagResource lambda:UntagResource",
        "  on arn:aws:lambda:eu-west-1:222222222222:event-source-mapping:*",
        "FilterKeys: kms:Decrypt kms:DescribeKey kms:GenerateDataKey",
        "  on arn:aws:kms:eu-west-1:222222222222:key/1",
        "EventSourceMappings: lambda:DeleteEventSourceMapping lambda:GetEventSourceMapping lambda:UpdateEventSourceMapping",
        "  on arn:aws:lambda:eu-west-1:222222222222:event-source-mapping:*",
        '  if {"ArnLike":{"lambda:FunctionArn":["arn:aws:lambda:eu-west-1:222222222222:function:fn","arn:aws:lambda:eu-west-1:222222222222:function:fn:*"]}}',
        "ActionsWithoutResourceType: lambda:ListEventSourceMappings",
        "  on *",
      ],
    ],
    [
      "a log group",
      "aws_cloudwatch_log_group",
      { name: "/aws/lambda/fn" },
      [
        "LogGroups: logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteRetentionPolicy logs:PutRetentionPolicy",
        "  on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/fn:*",
        "LogGroupTags: logs:ListTagsForResource logs:TagResource logs:UntagResource",
        "  on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/fn",
        "ActionsWithoutResourceType: logs:DescribeLogGroups",
        "  on *",
      ],
    ],
    [
      "an encrypted log group",
      "aws_cloudwatch_log_group",
      { name: "/aws/lambda/fn", kms_key_id: "1" },
      [
        "LogGroups: logs:AssociateKmsKey logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteRetentionPolicy logs:DisassociateKmsKey logs:PutRetentionPolicy",
        "  on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/fn:*",
        "LogGroupTags: logs:ListTagsForResource logs:TagResource logs:UntagResource",
        "  on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/fn",
        "ActionsWithoutResourceType: logs:DescribeLogGroups",
        "  on *",
      ],
    ],
    [
      "a queue",
      "aws_sqs_queue",
      { name: "failed" },
      [
        "Queues: sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:ListQueueTags sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
        "  on arn:aws:sqs:eu-west-1:222222222222:failed",
      ],
    ],
    [
      "a queue whose name Terraform completes",
      "aws_sqs_queue",
      { name_prefix: "failed-" },
      [
        "Queues: sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:ListQueueTags sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
        "  on arn:aws:sqs:eu-west-1:222222222222:failed",
        "  on arn:aws:sqs:eu-west-1:222222222222:failed-*",
      ],
    ],
    [
      "a queue with a prefix without a hyphen",
      "aws_sqs_queue",
      { name_prefix: "failed" },
      [
        "Queues: sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:ListQueueTags sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
        "  on arn:aws:sqs:eu-west-1:222222222222:failed*",
      ],
    ],
    [
      "an alarm",
      "aws_cloudwatch_metric_alarm",
      { alarm_name: "lag" },
      [
        "Alarms: cloudwatch:DeleteAlarms cloudwatch:ListTagsForResource cloudwatch:PutMetricAlarm cloudwatch:TagResource cloudwatch:UntagResource",
        "  on arn:aws:cloudwatch:eu-west-1:222222222222:alarm:lag",
        "ReadAlarms: cloudwatch:DescribeAlarms",
        "  on arn:aws:cloudwatch:eu-west-1:222222222222:alarm:*",
      ],
    ],
    [
      "a dashboard",
      "aws_cloudwatch_dashboard",
      { dashboard_name: "orders" },
      [
        "Dashboards: cloudwatch:DeleteDashboards cloudwatch:GetDashboard cloudwatch:PutDashboard",
        "  on arn:aws:cloudwatch::222222222222:dashboard/orders",
      ],
    ],
    [
      "a topic",
      "aws_sns_topic",
      { name: "alarms" },
      [
        "Topics: sns:CreateTopic sns:DeleteTopic sns:GetTopicAttributes sns:ListTagsForResource sns:SetTopicAttributes sns:TagResource sns:UntagResource",
        "  on arn:aws:sns:eu-west-1:222222222222:alarms",
      ],
    ],
  ])("allow for %s exactly what Terraform does with it", (_, type, argumentsOf, expected) => {
    expect(allowed({ [type]: { it: argumentsOf } })).toEqual(expected);
  });

  it("are in the policy of its own account, and in no other", () => {
    const stack = { aws_sqs_queue: { it: { provider: "aws.owner", name: "failed" } } };

    expect(allowed(stack)).toEqual([]);
    expect(allowed(stack, "owner").filter((line) => line.startsWith("  on"))).toEqual([
      "  on arn:aws:sqs:eu-west-1:111111111111:failed",
    ]);
  });
});

describe("the policies of a role", () => {
  const boundary = "arn:aws:iam::111111111111:policy/boundary";

  it("do not take a role of the same name in another account for it", () => {
    const namesake = { provider: "aws.owner", name: "reader", permissions_boundary: boundary };

    expect(
      allowed({ aws_iam_role: { namesake }, aws_iam_role_policy: { it: { role: "reader" } } }),
    ).toEqual([
      "Roles: iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy",
      "  on arn:aws:iam::222222222222:role/reader",
    ]);
  });

  it("do not take another role of the account for it", () => {
    const other = { name: "other", permissions_boundary: boundary };

    expect(
      allowed({ aws_iam_role: { other }, aws_iam_role_policy: { it: { role: "reader" } } }),
    ).toContain("Roles2: iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy");
  });

  it("keep its permissions within its boundary, attached policies too", () => {
    const role = { name: "reader", permissions_boundary: boundary };
    const policy_arn = "arn:aws:iam::aws:policy/X";

    expect(
      allowed({
        aws_iam_role: { role },
        aws_iam_role_policy_attachment: { it: { role: "${aws_iam_role.role.name}", policy_arn } },
      }),
    ).toEqual([
      "RolesWithBoundary: iam:CreateRole iam:PutRolePermissionsBoundary",
      "  on arn:aws:iam::222222222222:role/reader",
      `  if {"StringEquals":{"iam:PermissionsBoundary":["${boundary}"]}}`,
      "Roles: iam:DeleteRole iam:GetRole iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:ListRolePolicies iam:TagRole iam:UntagRole iam:UpdateAssumeRolePolicy",
      "  on arn:aws:iam::222222222222:role/reader",
      "AttachPolicies: iam:AttachRolePolicy",
      "  on arn:aws:iam::222222222222:role/reader",
      `  if {"StringEquals":{"iam:PermissionsBoundary":["${boundary}"]},"ArnEquals":{"iam:PolicyARN":["${policy_arn}"]}}`,
      "DetachPolicies: iam:DetachRolePolicy",
      "  on arn:aws:iam::222222222222:role/reader",
      `  if {"ArnEquals":{"iam:PolicyARN":["${policy_arn}"]}}`,
    ]);
  });
});

describe("the statements of several resources", () => {
  it("are joined where they allow the same, and numbered where they do not", () => {
    const queue = (name: string) => ({ name });
    expect(
      allowed({
        aws_sqs_queue: { a: queue("a"), b: queue("b") },
        aws_lambda_alias: {
          c: { function_name: "c", name: "live" },
          d: { function_name: "d", name: "live" },
        },
        aws_cloudwatch_log_group: {
          plain: { name: "plain" },
          secret: { name: "s", kms_key_id: "1" },
        },
      }).filter((line) => !/LogGroupTags|Describe|:log-group:[a-z]+$|on \*$/.test(line)),
    ).toEqual([
      "LogGroups1: logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteRetentionPolicy logs:PutRetentionPolicy",
      "  on arn:aws:logs:eu-west-1:222222222222:log-group:plain:*",
      "  on arn:aws:logs:eu-west-1:222222222222:log-group:s:*",
      "LogGroups2: logs:AssociateKmsKey logs:DisassociateKmsKey",
      "  on arn:aws:logs:eu-west-1:222222222222:log-group:s:*",
      "Functions: lambda:CreateAlias lambda:DeleteAlias lambda:GetAlias lambda:UpdateAlias",
      "  on arn:aws:lambda:eu-west-1:222222222222:function:c",
      "  on arn:aws:lambda:eu-west-1:222222222222:function:d",
      "Queues: sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:ListQueueTags sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
      "  on arn:aws:sqs:eu-west-1:222222222222:a",
      "  on arn:aws:sqs:eu-west-1:222222222222:b",
    ]);
  });

  it("leave out what a pattern covers", () => {
    const prefixed = { name_prefix: "failed-" };
    expect(
      allowed({
        aws_sqs_queue: { prefixed, named: { name: "failed-orders" }, other: { name: "x" } },
      }).slice(1),
    ).toEqual(
      ["failed", "failed-*", "x"].map((name) => `  on arn:aws:sqs:eu-west-1:222222222222:${name}`),
    );
  });
});

describe("conditions of several resources", () => {
  it("are one where a role may do the same under each of them", () => {
    const arn = "arn:aws:lambda:eu-west-1:222222222222:function";
    const mapping = (name: string) => ({ function_name: `${arn}:${name}` });

    expect(
      allowed({ aws_lambda_event_source_mapping: { a: mapping("a"), b: mapping("b") } }),
    ).toContain(
      `  if ${JSON.stringify({ ArnLike: { "lambda:FunctionArn": ["a", "a:*", "b", "b:*"].map((name) => `${arn}:${name}`) } })}`,
    );
  });

  it("are several where they are about different keys", () => {
    const attached = (policy_arn: string) => ({ role: "${aws_iam_role.role.name}", policy_arn });
    const permissions_boundary = "arn:aws:iam::222222222222:policy/boundary";

    const statements = allowed({
      aws_iam_role: { role: { name: "reader", permissions_boundary } },
      aws_iam_role_policy_attachment: { a: attached("a"), b: attached("b") },
    });

    expect(statements.filter((line) => line.startsWith("AttachPolicies"))).toEqual([
      "AttachPolicies1: iam:AttachRolePolicy",
      "AttachPolicies2: iam:AttachRolePolicy",
    ]);
    expect(statements.filter((line) => line.startsWith("DetachPolicies"))).toEqual([
      "DetachPolicies: iam:DetachRolePolicy",
    ]);
  });
});

describe("expressions in arguments", () => {
  const queueNamed = (name: unknown) =>
    allowed({ aws_sqs_queue: { it: { name } }, aws_iam_role: { other: { name: "reader" } } }).find(
      (line) => line.includes(":sqs:"),
    );

  it.each([
    ["${aws_iam_role.other.name}-failed", "reader-failed"],
    ["${aws_iam_role.other.arn}", "arn:aws:iam::222222222222:role/reader"],
    ['${element(split(":", aws_iam_role.other.arn), 4)}-x', "222222222222-x"],
    ['${element(split(":", aws_iam_role.other.arn), 9)}-x', "*-x"],
    ["${aws_iam_role.unknown.name}-failed", "*-failed"],
    ["${var.name}-failed", "*-failed"],
    [{ no: "text" }, "*"],
  ])("are resolved as far as they are known: %j", (name, expected) => {
    expect(queueNamed(name)).toBe(`  on arn:aws:sqs:eu-west-1:222222222222:${expected}`);
  });

  it.each([
    ["of the account", "arn:aws:iam::222222222222:role/team/reader", "team/reader"],
    ["of another account", "arn:aws:iam::333333333333:role/team/reader", "reader"],
    ["whose name only begins so", "arn:aws:iam::222222222222:role/team/reader2", "reader"],
    ["whose name only ends so", "arn:aws:iam::222222222222:role/team/a-reader", "reader"],
  ])("find the path of a role %s in a policy", (_, named, path) => {
    expect(
      allowed({
        aws_iam_role_policy: { it: { role: "reader" } },
        aws_kinesis_resource_policy: {
          policy: {
            provider: "aws.owner",
            resource_arn: "",
            policy: JSON.stringify({ AWS: named }),
          },
        },
      }),
    ).toContain(`  on arn:aws:iam::222222222222:role/${path}`);
  });

  it("fail for a type that is not in the table, unless it is not AWS's", () => {
    expect(allowed({ archive_file: { it: {} } })).toEqual([]);
    expect(() => allowed({ aws_x: { it: {} }, aws_y: { it: {} } })).toThrow(
      "the permissions for aws_x, aws_y are not known; add the type to app/permissions/table.ts",
    );
    const withData = (type: string) =>
      policiesOf({ ...stackOf({}), data: { [type]: {} } }).get(ACCOUNTS.reader);
    const types = [
      "caller_identity",
      "lambda_function",
      "partition",
      "region",
      "service_principal",
    ];
    types.forEach((type) => expect(withData(`aws_${type}`)).toEqual([]));
    expect(() => withData("aws_ami")).toThrow("the permissions for aws_ami are not known");
  });

  it("fail for a provider that names no account", () => {
    expect(() => allowed({ aws_sqs_queue: { it: { provider: "aws.nobody", name: "x" } } })).toThrow(
      "provider aws.nobody of aws_sqs_queue.it must name its account, got none; set its 'allowedAccountIds'",
    );
  });
});

describe("the policies for the state", () => {
  const backend = (more: object) => {
    const s3 = { bucket: "states", key: "orders", region: REGION, ...more };
    const stack = { ...stackOf({}), terraform: { backend: { s3 } } };
    return (policiesOf(stack).get("backend") ?? []).flatMap(({ Statement: all }) =>
      all.flatMap(lines),
    );
  };

  it.each([
    ["arn:aws:kms:eu-west-1:222222222222:key/1", "arn:aws:kms:eu-west-1:222222222222:key/1"],
    ["alias/states", "*"],
  ])("allow the use of its key %s", (kms_key_id, resource) => {
    expect(backend({ kms_key_id }).slice(-2)).toEqual([
      "StateKey: kms:Decrypt kms:GenerateDataKey",
      `  on ${resource}`,
    ]);
    expect(backend({})).toEqual([
      "State: s3:GetObject s3:PutObject",
      "  on arn:aws:s3:::states/orders",
      "StateLock: s3:DeleteObject s3:GetObject s3:PutObject",
      "  on arn:aws:s3:::states/orders.tflock",
      "StateBucket: s3:ListBucket",
      "  on arn:aws:s3:::states",
      '  if {"StringEquals":{"s3:prefix":["env:/","orders"]}}',
    ]);
  });
});

describe("policies that would be longer than IAM allows", () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, index) => `${"a".repeat(60)}-${index}`);
  const policies = (resource: Elements) =>
    (policiesOf(stackOf(resource)).get(ACCOUNTS.reader) ?? []).map(({ Statement: all }) => all);
  const queues = (count: number) =>
    policies({
      aws_sqs_queue: Object.fromEntries(names(count).map((name) => [name, { name }])),
    });

  it("are split by their resources, and allow the same", () => {
    const [few = []] = queues(1);
    const many = queues(100);

    expect(many.length).toBeGreaterThan(1);
    many.forEach((Statement) =>
      expect(JSON.stringify({ Version: "2012-10-17", Statement }).length).toBeLessThanOrEqual(6144),
    );
    const all = many.flat();
    expect(all.map(({ Sid }) => Sid)).toEqual(["QueuesA", "QueuesB"]);
    expect(all.flatMap(({ Resource }) => Resource)).toEqual(
      names(100)
        .map((name) => `arn:aws:sqs:eu-west-1:222222222222:${name}`)
        .sort(),
    );
    all.forEach(({ Action }) => expect(Action).toEqual(few[0]?.Action));
  });

  it("are split by the values of a condition where the resource is one", () => {
    const many = policies({
      aws_lambda_event_source_mapping: Object.fromEntries(
        names(60).map((name) => [
          name,
          { function_name: `arn:aws:lambda:eu-west-1:222222222222:function:${name}` },
        ]),
      ),
    });

    const created = many.flat().filter(({ Sid }) => Sid.startsWith("CreateEventSourceMappings"));
    expect(created.length).toBeGreaterThan(1);
    expect(new Set(created.map(({ Sid }) => Sid)).size).toBe(created.length);
    const values = created.flatMap(({ Condition }) => Condition?.ArnLike?.["lambda:FunctionArn"]);
    expect(values).toHaveLength(120);
    expect(new Set(values).size).toBe(120);
    created.forEach(({ Resource }) => expect(Resource).toEqual(["*"]));
  });

  it("are one that is as long as IAM allows, and no longer", () => {
    const lengthOf = (name: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: policies({ aws_sqs_queue: { it: { name } } }).flat(),
      }).length;
    const room = 6144 - lengthOf("");

    const two = (length: number) =>
      policies({
        aws_sqs_queue: { it: { name: "a".repeat(length) } },
        aws_sns_topic: { it: { name: "a" } },
      });
    expect(two(room)).toHaveLength(2);
    expect(two(10)).toHaveLength(1);
  });
});

describe("the policies that are printed", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  const printed = (resource: Elements, account?: string) => {
    fs.writeFileSync(path.join(directory, "cdk.tf.json"), JSON.stringify(stackOf(resource)));
    const notes: string[] = [];
    const text = deployerPolicies(directory, "json", account, (note) => notes.push(note));
    return { policies: JSON.parse(text) as Record<string, unknown>, notes };
  };
  const queues = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`q${at}`, { name: `${"a".repeat(60)}${at}` }]),
    );

  it("are those of all accounts, or of one", () => {
    const stack = { aws_sqs_queue: queues(1) };

    const all = printed(stack);

    expect(Object.keys(all.policies)).toEqual(Object.values(ACCOUNTS));
    expect(all.notes).toEqual([]);
    expect(printed(stack, ACCOUNTS.reader).policies).toEqual(all.policies[ACCOUNTS.reader]);
  });

  it("are several for an account that needs them, which is said", () => {
    const { policies, notes } = printed({ aws_sqs_queue: queues(100) }, ACCOUNTS.reader);

    expect(notes).toEqual([
      `222222222222 needs ${policies.length as number} policies, since one would be too long: attach them all`,
    ]);
  });

  it("fail for an account that is not there", () => {
    expect(() => printed({}, "333333333333")).toThrow(
      "'--account' must be one of 111111111111, 222222222222, got 333333333333",
    );
  });
});
