import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformVariable } from "cdktf";
import { BACKEND, policiesOf } from "../../../app/permissions/policies";
import {
  LambdaCode,
  OnFailure,
  ProducerStream,
  ReadMode,
  StreamEncryption,
} from "../../../modules";
import {
  aConsumer,
  allowing,
  aStream,
  OWNER,
  READER,
  REGION,
  resourcesOf,
  statementsFor,
  STREAM_ARN,
  synthesized,
} from "./stacks";

const ROLE = `arn:aws:iam::${READER}:role/analytics`;
const KEY = `arn:aws:kms:${REGION}:${OWNER}:key/11111111-2222-3333-4444-555555555555`;
const FUNCTION = `arn:aws:lambda:${REGION}:${READER}:function:analytics`;

describe("the policies of a deployment", () => {
  it("are complete for an existing function that reads an existing stream", () => {
    const stack = synthesized((parts) => {
      const stream = ProducerStream.fromAttributes(parts.stack, "orders", {
        streamArn: STREAM_ARN,
        provider: parts.owner,
      });
      aConsumer(parts, stream, {
        readMode: ReadMode.SHARED_THROUGHPUT,
        onFailure: OnFailure.sns(`arn:aws:sns:${REGION}:${READER}:failures`),
        existingFunction: {
          functionName: "analytics",
          roleName: "analytics",
          roleArn: `arn:aws:iam::${READER}:role/service-role/analytics`,
        },
      });
    });

    const Condition = { ArnLike: { "lambda:FunctionArn": [FUNCTION, `${FUNCTION}:*`] } };
    const mappings = `arn:aws:lambda:${REGION}:${READER}:event-source-mapping:*`;
    expect(Object.fromEntries(policiesOf(stack))).toEqual({
      [OWNER]: [
        {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Streams",
              Effect: "Allow",
              Action: [
                "kinesis:DeleteResourcePolicy",
                "kinesis:GetResourcePolicy",
                "kinesis:PutResourcePolicy",
              ],
              Resource: [STREAM_ARN],
            },
          ],
        },
      ],
      [READER]: [
        {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Roles",
              Effect: "Allow",
              Action: ["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
              Resource: [`arn:aws:iam::${READER}:role/service-role/analytics`],
            },
            {
              Sid: "CreateEventSourceMappings",
              Effect: "Allow",
              Action: ["lambda:CreateEventSourceMapping"],
              Resource: ["*"],
              Condition,
            },
            {
              Sid: "EventSourceMappingTags",
              Effect: "Allow",
              Action: ["lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"],
              Resource: [mappings],
            },
            {
              Sid: "EventSourceMappings",
              Effect: "Allow",
              Action: [
                "lambda:DeleteEventSourceMapping",
                "lambda:GetEventSourceMapping",
                "lambda:UpdateEventSourceMapping",
              ],
              Resource: [mappings],
              Condition,
            },
            {
              Sid: "ActionsWithoutResourceType",
              Effect: "Allow",
              Action: ["lambda:ListEventSourceMappings"],
              Resource: ["*"],
            },
          ],
        },
      ],
    });
  });

  it("name resources that other resources' expressions refer to", () => {
    const stack = synthesized((parts) => {
      aConsumer(parts, aStream(parts));
    });

    expect(resourcesOf(stack, OWNER, "kinesis:PutResourcePolicy")).toEqual([
      `${STREAM_ARN}/consumer/analytics:*`,
      STREAM_ARN,
    ]);
    expect(resourcesOf(stack, READER, "iam:PutRolePolicy")).toEqual([ROLE]);
    expect(resourcesOf(stack, READER, "sqs:CreateQueue")).toEqual([
      `arn:aws:sqs:${REGION}:${READER}:analytics-on-failure`,
      `arn:aws:sqs:${REGION}:${READER}:analytics-on-failure-*`,
    ]);
    expect(resourcesOf(stack, READER, "logs:CreateLogGroup")).toEqual([
      `arn:aws:logs:${REGION}:${READER}:log-group:/aws/lambda/analytics:*`,
    ]);
  });

  it("allow passing only this role, and only to Lambda", () => {
    const stack = synthesized((parts) => {
      aConsumer(parts, aStream(parts));
    });

    expect(allowing(stack, READER, "iam:PassRole")).toEqual([
      {
        Sid: "PassRolesToLambda",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [ROLE],
        Condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } },
      },
    ]);
  });

  it("let roles gain permissions only within their permissions boundary", () => {
    const boundary = `arn:aws:iam::${READER}:policy/boundary`;
    const stack = synthesized((parts) => {
      aConsumer(parts, aStream(parts), { permissionsBoundaryArn: boundary });
    });

    expect(allowing(stack, READER, "iam:CreateRole")).toEqual([
      {
        Sid: "RolesWithBoundary",
        Effect: "Allow",
        Action: ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
        Resource: [ROLE],
        Condition: { StringEquals: { "iam:PermissionsBoundary": [boundary] } },
      },
    ]);
    expect(allowing(stack, READER, "iam:DeleteRolePermissionsBoundary")).toEqual([]);
  });

  it("allow no action on keys if there is no key", () => {
    const stack = synthesized(({ stack: scope, owner: provider }) => {
      const encryption = StreamEncryption.NONE;
      new ProducerStream(scope, "orders", { provider, streamName: "orders", encryption });
    });

    expect(JSON.stringify(statementsFor(stack, OWNER))).not.toMatch(/kms|Encryption/);
  });

  it("allow only reading an existing key", () => {
    const stack = synthesized(({ stack: scope, owner: provider }) => {
      new ProducerStream(scope, "orders", { provider, streamName: "orders", kmsKeyArn: KEY });
    });

    expect(resourcesOf(stack, OWNER, "kinesis:StartStreamEncryption")).toEqual([STREAM_ARN, KEY]);
    expect(JSON.stringify(statementsFor(stack, OWNER)).match(/"kms:\w+/g)).toEqual([
      '"kms:DescribeKey',
    ]);
  });

  it("allow what Lambda does as its caller: subnets, layers, code in S3 and images", () => {
    const layer = `arn:aws:lambda:${REGION}:333333333333:layer:tools:7`;
    const stack = synthesized((parts) => {
      const stream = aStream(parts);
      const vpc = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
      aConsumer(parts, stream, { vpc, layers: [layer] });
      const image = `${READER}.dkr.ecr.${REGION}.amazonaws.com/team/fraud:v1`;
      aConsumer(parts, stream, { code: LambdaCode.fromImage(image) }, "fraud");
    });

    const repository = [`arn:aws:ecr:${REGION}:${READER}:repository/team/fraud`];
    expect(resourcesOf(stack, READER, "ec2:DescribeSubnets")).toEqual(["*"]);
    expect(resourcesOf(stack, READER, "lambda:GetLayerVersion")).toEqual([layer]);
    expect(resourcesOf(stack, READER, "s3:GetObject")).toEqual(["arn:aws:s3:::code/analytics.zip"]);
    expect(resourcesOf(stack, READER, "ecr:BatchGetImage")).toEqual(repository);
    expect(resourcesOf(stack, READER, "ecr:SetRepositoryPolicy")).toEqual(repository);
  });

  it("allow for each function only what it needs if functions differ", () => {
    const stack = synthesized((parts) => {
      const stream = aStream(parts);
      aConsumer(parts, stream);
      const permissionsBoundaryArn = `arn:aws:iam::${READER}:policy/boundary`;
      aConsumer(parts, stream, { permissionsBoundaryArn }, "fraud");
    });

    const puts = allowing(stack, READER, "iam:PutRolePolicy");
    expect(puts.map(({ Sid, Resource }) => [Sid, ...Resource])).toEqual([
      ["Roles1", ROLE],
      ["RolesWithBoundary", `arn:aws:iam::${READER}:role/fraud`],
    ]);
  });

  it("have a wildcard for names known only at apply", () => {
    const stack = synthesized((parts) => {
      const name = new TerraformVariable(parts.stack, "name", { type: "string" });
      aConsumer(parts, aStream(parts), { functionName: `team-${name.stringValue}` });
    });

    expect(resourcesOf(stack, READER, "lambda:CreateFunction")).toEqual([
      `arn:aws:lambda:${REGION}:${READER}:function:team-*`,
    ]);
  });

  it("have ARNs of the Region's partition", () => {
    const stack = synthesized((parts) => {
      aConsumer(parts, aStream(parts));
    }, "cn-north-1");

    expect(JSON.stringify([...policiesOf(stack)])).not.toContain("arn:aws:");
  });

  it("are split if one would be longer than IAM allows, and allow the same", () => {
    const few = synthesized((parts) => {
      aConsumer(parts, aStream(parts));
    });
    const many = synthesized((parts) => {
      const stream = aStream(parts);
      for (let index = 0; index < 60; index++) {
        const readMode = ReadMode.SHARED_THROUGHPUT;
        aConsumer(parts, stream, { readMode }, `a-consumer-with-a-rather-long-name-${index}`);
      }
    });

    const policies = policiesOf(many).get(READER) ?? [];
    expect(policies.length).toBeGreaterThan(1);
    for (const policy of policies) {
      expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6144);
      const sids = policy.Statement.map(({ Sid }) => Sid);
      expect(sids).toEqual([...new Set(sids)]);
    }
    expect(resourcesOf(many, READER, "sqs:CreateQueue")).toHaveLength(120);
    const mappings = allowing(many, READER, "lambda:CreateEventSourceMapping");
    expect(
      mappings.flatMap(({ Condition }) => Condition?.ArnLike?.["lambda:FunctionArn"]),
    ).toHaveLength(120);
    const actionsOf = (stack: typeof few): Set<string> =>
      new Set(statementsFor(stack, READER).flatMap(({ Action }) => Action));
    expect(actionsOf(many)).toEqual(actionsOf(few));
  });

  it("allow the state's credentials to use the state and its lock", () => {
    const stack = {
      ...synthesized((parts) => {
        aStream(parts);
      }),
      terraform: { backend: { s3: { bucket: "states", key: "orders", region: REGION } } },
    };

    expect(statementsFor(stack, BACKEND)).toEqual([
      {
        Sid: "State",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::states/orders"],
      },
      {
        Sid: "StateLock",
        Effect: "Allow",
        Action: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::states/orders.tflock"],
      },
      {
        Sid: "StateBucket",
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: ["arn:aws:s3:::states"],
        Condition: { StringEquals: { "s3:prefix": ["env:/", "orders"] } },
      },
    ]);
  });

  it("fail for a provider that does not name its account", () => {
    const stack = synthesized((parts) => {
      aConsumer(parts, aStream(parts));
    });
    const [owner, ...others] = stack.provider.aws;
    const anonymous = { ...owner!, allowed_account_ids: undefined as unknown as string[] };

    expect(() => policiesOf({ ...stack, provider: { aws: [anonymous, ...others] } })).toThrow(
      /^provider aws\.owner of aws_kinesis_resource_policy\.[\w-]+ must name its account, got none; set its 'allowedAccountIds'$/,
    );
  });

  it("fail for a resource type that is missing from the table", () => {
    const stack = synthesized(({ stack: scope, reader: provider }) => {
      new SqsQueue(scope, "queue", { provider });
      new SnsTopicSubscription(scope, "subscription", {
        provider,
        topicArn: `arn:aws:sns:${REGION}:${READER}:alarms`,
        protocol: "email",
        endpoint: "operations@example.com",
      });
    });

    expect(() => policiesOf(stack)).toThrow(
      "the permissions for aws_sns_topic_subscription are not known; add the type to app/permissions/table.ts",
    );
  });
});
