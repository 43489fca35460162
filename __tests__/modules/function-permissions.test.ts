import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { CrossAccountConsumerProps } from "../../modules";
import { aConsumer, parsed, synthesize } from "../helpers/synthesize";

const consumerOf = (props: Partial<CrossAccountConsumerProps>) =>
  synthesize((stack, providers) => aConsumer(stack, providers, props));

const mapping = "aws_lambda_event_source_mapping";
const TABLE = "arn:aws:dynamodb:eu-central-1:222222222222:table/orders";
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess";
const INSIGHTS = "arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy";
const ROLE = "aws_iam_role.consumer_role_0791C390";
const KEY = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555";
const ACCESS_POINT =
  "arn:aws:elasticfilesystem:eu-central-1:222222222222:access-point/fsap-0a1b2c3d4e5f60718";

describe("the function's own permissions", () => {
  const statements = [
    { sid: "WriteOrders", actions: ["dynamodb:PutItem", "dynamodb:Get*"], resources: [TABLE] },
    {
      actions: ["cloudwatch:*"],
      resources: ["*"],
      conditions: {
        StringEquals: { "cloudwatch:namespace": "orders" },
        "ForAllValues:StringLike": { "aws:TagKeys": ["team", "stage-*"] },
      },
    },
  ];

  it("are an inline policy of the role with the given statements", () => {
    const synthesized = consumerOf({ policyStatements: statements });
    const { policy, ...rest } = synthesized.named(
      "aws_iam_role_policy",
      "consumer_policy-statements",
    );

    expect(rest).toEqual({
      provider: "aws.consumer",
      name: "policy-statements",
      lifecycle: { replace_triggered_by: [`${ROLE}.unique_id`] },
      role: `\${${ROLE}.name}`,
    });
    expect(JSON.parse(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteOrders",
          Effect: "Allow",
          Action: ["dynamodb:PutItem", "dynamodb:Get*"],
          Resource: [TABLE],
        },
        {
          Effect: "Allow",
          Action: ["cloudwatch:*"],
          Resource: ["*"],
          Condition: {
            StringEquals: { "cloudwatch:namespace": "orders" },
            "ForAllValues:StringLike": { "aws:TagKeys": ["team", "stage-*"] },
          },
        },
      ],
    });
  });

  it("are a dependency of the mapping, and not of the function, to which they can refer", () => {
    const synthesized = consumerOf({
      policyStatements: statements,
      managedPolicyArns: [READ_ONLY],
    });
    expect(synthesized.only(mapping).depends_on).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^aws_iam_role_policy\.consumer_policy-statements_/),
        expect.stringMatching(/^aws_iam_role_policy_attachment\.consumer_managed-policy-/),
      ]),
    );
    expect(synthesized.only("aws_lambda_function")).not.toHaveProperty("depends_on");
  });

  it("add no resources if none are given", () => {
    const synthesized = consumerOf({ policyStatements: [], managedPolicyArns: [] });
    expect(synthesized.addresses).toEqual(consumerOf({}).addresses);
  });

  it("attach managed policies at addresses that do not depend on their order", () => {
    const attachments = (managedPolicyArns: string[]) =>
      consumerOf({ managedPolicyArns }).resources.aws_iam_role_policy_attachment;
    const both = attachments([READ_ONLY, INSIGHTS]);

    expect(Object.values(both)).toEqual(
      [READ_ONLY, INSIGHTS].map((policy_arn) => ({
        provider: "aws.consumer",
        lifecycle: { replace_triggered_by: [`${ROLE}.unique_id`] },
        policy_arn,
        role: `\${${ROLE}.name}`,
      })),
    );
    expect(attachments([INSIGHTS, READ_ONLY])).toEqual(both);
    expect(Object.keys(both)).toEqual(expect.arrayContaining(Object.keys(attachments([INSIGHTS]))));
  });

  it("attach a managed policy that the same program creates", () => {
    const synthesized = synthesize((stack, providers) => {
      const policyOf = (id: string) =>
        new IamPolicy(stack, id, { provider: providers.consumer, policy: "{}" }).arn;
      aConsumer(stack, providers, { managedPolicyArns: [policyOf("one"), policyOf("two")] });
    });
    expect(
      synthesized.all("aws_iam_role_policy_attachment").map(({ policy_arn }) => policy_arn),
    ).toEqual(["${aws_iam_policy.one.arn}", "${aws_iam_policy.two.arn}"]);
  });

  it("check an ARN that is a token with a precondition of the mapping", () => {
    const synthesized = synthesize((stack, providers) => {
      const { arn } = new IamPolicy(stack, "one", { provider: providers.consumer, policy: "{}" });
      aConsumer(stack, providers, {
        policyStatements: [{ actions: ["iam:GetPolicy"], resources: [arn] }],
      });
    });
    expect(synthesized.only("aws_lambda_event_source_mapping").lifecycle).toMatchObject({
      precondition: [{ condition: '${can(regex("^([*]|arn:.+)$", aws_iam_policy.one.arn))}' }],
    });
  });

  it("are public fields, like every other resource of the role", () => {
    synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers, {
        policyStatements: statements,
        managedPolicyArns: [READ_ONLY],
        environment: { STAGE: "test" },
        environmentKmsKeyArn: KEY,
      });
      expect(consumer.statementsPolicy?.node.id).toBe("policy-statements");
      expect(consumer.managedPolicies.map(({ policyArn }) => policyArn)).toHaveLength(1);
      expect(consumer.functionPolicy?.node.id).toBe("function-policy");
    });
  });
});

describe("permissions that settings of the function need", () => {
  const functionPolicyOf = (props: Partial<CrossAccountConsumerProps>) => {
    const synthesized = consumerOf(props);
    expect(synthesized.only("aws_lambda_function").depends_on).toEqual([
      expect.stringMatching(/^aws_iam_role_policy\.consumer_function-policy_/),
    ]);
    return synthesized.statements("aws_iam_role_policy", "consumer_function-policy");
  };

  it("include mounting the file system through its access point", () => {
    const statements = functionPolicyOf({
      vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
      fileSystem: { accessPointArn: ACCESS_POINT, localMountPath: "/mnt/data" },
    });
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      "ManageNetworkInterfaces",
      "MountFileSystem",
    ]);
    expect(statements[1]).toEqual({
      Sid: "MountFileSystem",
      Effect: "Allow",
      Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      Resource: "arn:aws:elasticfilesystem:eu-central-1:222222222222:file-system/*",
      Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": ACCESS_POINT } },
    });
  });

  it("include decrypting the environment, without depending on the function", () => {
    const part = (index: number) => `\${element(split(":", ${ROLE}.arn), ${index})}`;
    const statements = functionPolicyOf({
      functionName: "reader",
      environment: { STAGE: "test" },
      environmentKmsKeyArn: KEY,
    });
    expect(statements).toEqual([
      {
        Sid: "DecryptEnvironment",
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: KEY,
        Condition: {
          StringEquals: {
            "kms:EncryptionContext:aws:lambda:FunctionArn": `arn:${part(1)}:lambda:eu-central-1:${part(4)}:function:reader`,
          },
        },
      },
    ]);
  });

  it("include logging, also in an existing log group", () => {
    const synthesized = consumerOf({ existingLogGroupName: "/shared/functions" });
    const home = 'element(split(":", aws_kinesis_stream.stream_AED765E9.arn), 3)';
    const part = (index: number) => `element(split(":", ${ROLE}.arn), ${index})`;
    const { policy } = synthesized.named("aws_iam_role_policy", "consumer_role-policy");
    expect(parsed(policy).Statement).toContainEqual({
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:\${${part(1)}}:logs:\${${home}}:\${${part(4)}}:log-group:/shared/functions:*`,
    });
    expect(synthesized.all("aws_cloudwatch_log_group")).toEqual([]);
    expect(synthesized.only("aws_lambda_function").logging_config).toEqual({
      log_format: "JSON",
      log_group: "/shared/functions",
    });
  });
});
