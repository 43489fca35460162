import {
  Architecture,
  type CrossAccountConsumerProps,
  ReadMode,
  StreamEncryption,
  StartingPosition,
  TracingMode,
} from "../../modules";
import { aConsumer, aStream, CONSUMER_NAME, resolved, synthesize } from "../helpers/synthesize";

const consumerOf = (props: Partial<CrossAccountConsumerProps>, region?: string) =>
  synthesize((stack, providers) => aConsumer(stack, providers, props), region);

describe("CrossAccountConsumer", () => {
  it("exposes the resources that it created", () => {
    synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers);
      expect(
        resolved(stack, [
          consumer.functionName,
          consumer.functionArn,
          consumer.roleArn,
          consumer.logGroupName,
          consumer.consumerArn,
          consumer.onFailureQueueUrl,
        ]),
      ).toEqual([
        "${aws_lambda_function.consumer_function_6D42922D.function_name}",
        "${aws_lambda_function.consumer_function_6D42922D.arn}",
        "${aws_iam_role.consumer_role_0791C390.arn}",
        "${aws_cloudwatch_log_group.consumer_log-group_08DA9D43.name}",
        "${aws_kinesis_stream_consumer.consumer_34DF5D01.arn}",
        "${aws_sqs_queue.consumer_on-failure-queue_82A27C2E.url}",
      ]);
      expect(
        [
          consumer.registeredConsumer,
          consumer.consumerPolicy,
          consumer.role,
          consumer.logGroup,
          consumer.lambdaFunction,
          consumer.rolePolicy,
          consumer.onFailureQueue,
          consumer.mapping,
        ].map((resource) => resource?.terraformResourceType),
      ).toEqual([
        "aws_kinesis_stream_consumer",
        "aws_kinesis_resource_policy",
        "aws_iam_role",
        "aws_cloudwatch_log_group",
        "aws_lambda_function",
        "aws_iam_role_policy",
        "aws_sqs_queue",
        "aws_lambda_event_source_mapping",
      ]);
    });
  });

  it("registers no consumer with shared throughput", () => {
    const synthesized = synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers, {
        readMode: ReadMode.SHARED_THROUGHPUT,
      });
      expect(consumer.consumerArn).toBeUndefined();
      expect(consumer.registeredConsumer).toBeUndefined();
      expect(consumer.consumerPolicy).toBeUndefined();
    });
    expect(synthesized.all("aws_kinesis_stream_consumer")).toEqual([]);
    expect(synthesized.all("aws_kinesis_resource_policy")).toHaveLength(1);
    expect(
      synthesized.statements("aws_iam_role_policy", "consumer_role-policy").map(({ Sid }) => Sid),
    ).toEqual(["ReadStream", "DecryptRecords", "ReportFailures", "WriteLogs"]);
    expect(synthesized.only("aws_lambda_event_source_mapping")).toMatchObject({
      event_source_arn: "${aws_kinesis_stream.stream_AED765E9.arn}",
      depends_on: [
        "aws_kms_key_policy.stream_key-policy_7334BB69",
        "aws_kinesis_resource_policy.stream_stream-policy_3513B3A8",
        "aws_iam_role_policy.consumer_role-policy_96DED8B4",
      ],
    });
  });

  it("gives all consumers of a stream access with one policy, which depends on the key policy and on no function", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      ["one", "two"].forEach((id) =>
        aConsumer(
          stack,
          providers,
          {
            stream,
            consumerName: id,
            provider: id === "two" ? providers.other : providers.consumer,
          },
          id,
        ),
      );
    });
    const roles = Object.keys(synthesized.resources.aws_iam_role).map(
      (name) => `\${aws_iam_role.${name}.arn}`,
    );
    expect(roles).toHaveLength(2);
    const [read, ...more] = synthesized.statements("aws_kinesis_resource_policy", "stream");
    expect(more).toEqual([]);
    expect(read?.Principal.AWS).toEqual(roles);
    expect(synthesized.statements("aws_kms_key_policy")[1]?.Principal.AWS).toEqual(roles);
    expect(synthesized.named("aws_kinesis_resource_policy", "stream").depends_on).toEqual([
      "aws_kms_key_policy.stream_key-policy_7334BB69",
    ]);
    for (const [index, id] of ["one", "two"].entries()) {
      const [through] = synthesized.statements("aws_kinesis_resource_policy", `${id}_`);
      expect(through?.Principal.AWS).toEqual([roles[index]]);
    }
  });

  it("makes policies depend on the functions if there is no key policy to prove that roles have propagated", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers, { encryption: StreamEncryption.NONE });
      aConsumer(stack, providers, { stream, consumerName: "one" }, "one");
      aConsumer(stack, providers, { stream, consumerName: "two" }, "two");
    });
    const functions = Object.keys(synthesized.resources.aws_lambda_function).map(
      (name) => `aws_lambda_function.${name}`,
    );
    const dependencies = (prefix: string) =>
      synthesized.named("aws_kinesis_resource_policy", prefix).depends_on;
    expect(dependencies("stream")).toEqual(functions);
    expect(dependencies("one_")).toEqual([functions[0]]);
    expect(dependencies("two_")).toEqual([functions[1]]);
  });

  it("passes the function's settings to Lambda", () => {
    const synthesized = consumerOf({
      functionName: "analytics",
      roleName: "analytics-role",
      handler: "main.run",
      runtime: "python3.13",
      architecture: Architecture.X86_64,
      memorySizeMb: 512,
      timeoutSeconds: 120,
      environment: { TABLE: "orders" },
      layers: ["arn:aws:lambda:eu-central-1:222222222222:layer:lib:1"],
      reservedConcurrentExecutions: 0,
      logRetentionDays: 0,
      permissionsBoundaryArn: "arn:aws:iam::222222222222:policy/boundary",
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_lambda_function")).toMatchObject({
      function_name: "analytics",
      handler: "main.run",
      runtime: "python3.13",
      architectures: ["x86_64"],
      memory_size: 512,
      timeout: 120,
      environment: { variables: { TABLE: "orders" } },
      layers: ["arn:aws:lambda:eu-central-1:222222222222:layer:lib:1"],
      reserved_concurrent_executions: 0,
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_iam_role")).toMatchObject({
      name: "analytics-role",
      permissions_boundary: "arn:aws:iam::222222222222:policy/boundary",
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_cloudwatch_log_group")).toMatchObject({
      name: "/aws/lambda/analytics",
      retention_in_days: 0,
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_sqs_queue")).toMatchObject({
      name_prefix: "analytics-on-failure-",
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_kinesis_stream_consumer").name).toBe(CONSUMER_NAME);
    expect(synthesized.named("aws_iam_role_policy", "consumer_role-policy").name).toBe(
      CONSUMER_NAME,
    );
  });

  it("names the role after the function unless roleName is given", () => {
    const { name } = consumerOf({ functionName: "f" }).only("aws_iam_role");
    expect(name).toBe("f");
  });

  it.each([
    [
      { vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] } },
      {
        vpc_config: { subnet_ids: ["subnet-1"], security_group_ids: ["sg-1"] },
      },
      {
        Sid: "ManageNetworkInterfaces",
        Effect: "Allow",
        Action: [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
        ],
        Resource: "*",
      },
    ],
    [
      { tracing: TracingMode.ACTIVE },
      { tracing_config: { mode: "Active" } },
      {
        Sid: "SendTraces",
        Effect: "Allow",
        Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        Resource: "*",
      },
    ],
  ])(
    "creates the function for %j only once its role has the permissions",
    (props, config, statement) => {
      const synthesized = consumerOf(props);
      const [name] = Object.keys(synthesized.resources.aws_iam_role_policy).filter((name) =>
        name.startsWith("consumer_function-policy"),
      );
      expect(synthesized.only("aws_lambda_function")).toMatchObject({
        ...config,
        depends_on: [`aws_iam_role_policy.${name}`],
      });
      expect(synthesized.named("aws_iam_role_policy", "consumer_function-policy")).toEqual({
        provider: "aws.consumer",
        name: "function",
        role: "${aws_iam_role.consumer_role_0791C390.name}",
        policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
        lifecycle: { replace_triggered_by: ["aws_iam_role.consumer_role_0791C390.unique_id"] },
      });
    },
  );

  it("passes the mapping's settings to Lambda", () => {
    const synthesized = consumerOf({
      enabled: false,
      startingPosition: StartingPosition.AT_TIMESTAMP,
      startingPositionTimestamp: "2026-01-31T08:00:00Z",
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      tags: { team: "data" },
    });
    expect(synthesized.only("aws_lambda_event_source_mapping")).toMatchObject({
      enabled: false,
      starting_position: "AT_TIMESTAMP",
      starting_position_timestamp: "2026-01-31T08:00:00Z",
      bisect_batch_on_function_error: false,
      function_response_types: [],
      tags: { team: "data" },
    });
  });
});
