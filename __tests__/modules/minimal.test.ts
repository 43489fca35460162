import { aConsumer, roleIds, synthesize, written } from "../helpers/synthesize";

const ROLE = "aws_iam_role.consumer_role_0791C390";
const ROLE_ID = "consumer_role_0791C390";
const FUNCTION = "aws_lambda_function.consumer_function_6D42922D";
const STREAM = "aws_kinesis_stream.stream_AED765E9";
const CONSUMER = "aws_kinesis_stream_consumer.consumer_34DF5D01";
const KEY = "aws_kms_key.stream_key_D981BCF0";
const KEY_POLICY = "aws_kms_key_policy.stream_key-policy_7334BB69";
const STREAM_POLICY = "aws_kinesis_resource_policy.stream_stream-policy_3513B3A8";
const CONSUMER_POLICY = "aws_kinesis_resource_policy.consumer_consumer-policy_3952B980";
const ROLE_POLICY = "aws_iam_role_policy.consumer_role-policy_96DED8B4";
const LOG_GROUP = "aws_cloudwatch_log_group.consumer_log-group_08DA9D43";
const QUEUE = "aws_sqs_queue.consumer_on-failure-queue_82A27C2E";
const LAMBDA = "data.aws_service_principal.consumer_lambda_1B109A41";
const PARTITION = "data.aws_partition.stream_partition_FCE523B6";

const NAME = "kds-cross-account-stream-efo-consumer";

const READ_STREAM = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];
const READ_CONSUMER = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"];
const VIA_KINESIS = {
  StringEquals: {
    "kms:ViaService": `kinesis.\${element(split(":", ${STREAM}.arn), 3)}.\${${PARTITION}.dns_suffix}`,
    "kms:EncryptionContext:aws:kinesis:arn": `\${${STREAM}.arn}`,
  },
};
const keyArnPart = (part: number) => `\${element(split(":", ${KEY}.arn), ${part})}`;

const policy = (...Statement: object[]): string => written({ Version: "2012-10-17", Statement });

describe("a stream and a consumer with only their required properties", () => {
  const minimal = synthesize(aConsumer);

  it("keeps its Terraform addresses, since changing a construct id is a breaking change", () => {
    expect(minimal.addresses).toEqual(
      [
        ROLE,
        FUNCTION,
        STREAM,
        CONSUMER,
        KEY,
        KEY_POLICY,
        STREAM_POLICY,
        CONSUMER_POLICY,
        ROLE_POLICY,
        "aws_iam_role_policy.consumer_on-failure-policy_90D57B2B",
        LOG_GROUP,
        QUEUE,
        LAMBDA,
        PARTITION,
        "aws_kms_alias.stream_key-alias_599DB55F",
        "aws_lambda_event_source_mapping.consumer_mapping_A05623BE",
      ].sort(),
    );
  });

  it("creates only resources and data sources", () => {
    expect(Object.keys(minimal.document).sort()).toEqual([
      "data",
      "provider",
      "resource",
      "terraform",
    ]);
  });

  it("has no warnings", () => {
    expect(minimal.warnings).toEqual([]);
  });

  it("looks up what differs between AWS partitions", () => {
    expect(minimal.data).toEqual({
      aws_partition: {
        stream_partition_FCE523B6: { provider: "aws.producer" },
      },
      aws_service_principal: {
        consumer_lambda_1B109A41: {
          provider: "aws.consumer",
          service_name: "lambda",
        },
      },
    });
  });

  it("creates an encrypted on-demand stream", () => {
    expect(minimal.only("aws_kinesis_stream")).toEqual({
      provider: "aws.producer",
      name: "kds-cross-account-stream",
      stream_mode_details: { stream_mode: "ON_DEMAND" },
      encryption_type: "KMS",
      kms_key_id: `\${${KEY}.arn}`,
      depends_on: [KEY_POLICY],
    });
  });

  it("creates a key with rotation and an alias", () => {
    expect(minimal.only("aws_kms_key")).toEqual({
      provider: "aws.producer",
      description: "Encrypts the records of Kinesis data stream kds-cross-account-stream",
      enable_key_rotation: true,
      lifecycle: { create_before_destroy: true },
    });
    expect(minimal.only("aws_kms_alias")).toEqual({
      provider: "aws.producer",
      name: "alias/kds-cross-account-stream",
      target_key_id: `\${${KEY}.key_id}`,
    });
  });

  it("lets the account administer the key, and the role decrypt this stream's records", () => {
    expect(minimal.only("aws_kms_key_policy")).toEqual({
      provider: "aws.producer",
      key_id: `\${${KEY}.key_id}`,
      policy: policy(
        {
          Sid: "KeyAdministration",
          Effect: "Allow",
          Principal: { AWS: [`arn:${keyArnPart(1)}:iam::${keyArnPart(4)}:root`] },
          Action: ["kms:*"],
          Resource: "*",
        },
        {
          Sid: `StreamReadersDecrypt${roleIds(ROLE_ID)}`,
          Effect: "Allow",
          Principal: { AWS: [`\${${ROLE}.arn}`] },
          Action: ["kms:Decrypt"],
          Resource: "*",
          // The stream depends on this policy, so its ARN is composed from the key's.
          Condition: {
            StringEquals: {
              "kms:ViaService": `kinesis.${keyArnPart(3)}.\${${PARTITION}.dns_suffix}`,
              "kms:EncryptionContext:aws:kinesis:arn": `arn:${keyArnPart(1)}:kinesis:${keyArnPart(3)}:${keyArnPart(4)}:stream/kds-cross-account-stream`,
            },
          },
        },
      ),
    });
  });

  it("registers the consumer", () => {
    expect(minimal.only("aws_kinesis_stream_consumer")).toEqual({
      provider: "aws.producer",
      name: NAME,
      stream_arn: `\${${STREAM}.arn}`,
    });
  });

  it("gives stream and consumer the blog's policies, which depend on the key policy", () => {
    const common = {
      provider: "aws.producer",
      depends_on: [KEY_POLICY],
    };
    expect(minimal.resources.aws_kinesis_resource_policy).toEqual({
      "stream_stream-policy_3513B3A8": {
        ...common,
        resource_arn: `\${${STREAM}.arn}`,
        policy: policy({
          Sid: `StreamEFOReadStatementID${roleIds(ROLE_ID)}`,
          Effect: "Allow",
          Principal: { AWS: [`\${${ROLE}.arn}`] },
          Action: READ_STREAM,
          Resource: `\${${STREAM}.arn}`,
        }),
      },
      "consumer_consumer-policy_3952B980": {
        ...common,
        lifecycle: { replace_triggered_by: [`${ROLE}.unique_id`] },
        resource_arn: `\${${CONSUMER}.arn}`,
        policy: policy({
          Sid: "ConsumerEFOReadStatementID",
          Effect: "Allow",
          Principal: { AWS: [`\${${ROLE}.arn}`] },
          Action: READ_CONSUMER,
          Resource: `\${${CONSUMER}.arn}`,
        }),
      },
    });
  });

  it("creates a role that Lambda assumes", () => {
    expect(minimal.only("aws_iam_role")).toEqual({
      provider: "aws.consumer",
      name: NAME,
      assume_role_policy: policy({
        Sid: "LambdaAssumesRole",
        Effect: "Allow",
        Principal: { Service: `\${${LAMBDA}.name}` },
        Action: ["sts:AssumeRole"],
      }),
    });
  });

  it("lets the role read, decrypt, report and log, and nothing more", () => {
    const allow = (Sid: string, Action: string[], Resource: string) => ({
      Sid,
      Effect: "Allow",
      Action,
      Resource,
    });
    expect(minimal.named("aws_iam_role_policy", "consumer_role-policy")).toEqual({
      provider: "aws.consumer",
      name: NAME,
      lifecycle: { replace_triggered_by: [`${ROLE}.unique_id`] },
      role: `\${${ROLE}.name}`,
      policy: policy(
        allow("ReadStream", READ_STREAM, `\${${STREAM}.arn}`),
        allow("ReadConsumer", READ_CONSUMER, `\${${CONSUMER}.arn}`),
        {
          ...allow("DecryptRecords", ["kms:Decrypt"], `\${${KEY}.arn}`),
          Condition: VIA_KINESIS,
        },
        allow("ReportFailures", ["sqs:SendMessage"], `\${${QUEUE}.arn}`),
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], `\${${LOG_GROUP}.arn}:*`),
      ),
    });
  });

  it("keeps the destination allowed until the mapping has another one", () => {
    const { policy: document, ...rest } = minimal.named(
      "aws_iam_role_policy",
      "consumer_on-failure-policy",
    );
    expect(rest).toEqual({
      provider: "aws.consumer",
      name: `on-failure-\${sha1("${NAME}")}`,
      role: `\${${ROLE}.name}`,
      depends_on: ["aws_lambda_event_source_mapping.consumer_mapping_A05623BE"],
      lifecycle: { replace_triggered_by: [`${ROLE}.unique_id`] },
    });
    expect(JSON.parse(document as string)).toMatchObject({
      Statement: [{ Sid: "ReportFailures", Resource: `\${${QUEUE}.arn}` }],
    });
  });

  it("creates the log group and the failure queue", () => {
    expect(minimal.only("aws_cloudwatch_log_group")).toEqual({
      provider: "aws.consumer",
      name: `/aws/lambda/${NAME}`,
      retention_in_days: 30,
      lifecycle: { ignore_changes: ["name"] },
    });
    expect(minimal.only("aws_sqs_queue")).toEqual({
      provider: "aws.consumer",
      name_prefix: `${NAME}-on-failure-`,
      message_retention_seconds: 1209600,
      sqs_managed_sse_enabled: true,
      lifecycle: { ignore_changes: ["name", "name_prefix"], create_before_destroy: true },
    });
  });

  it("creates the function", () => {
    expect(minimal.only("aws_lambda_function")).toEqual({
      provider: "aws.consumer",
      function_name: NAME,
      role: `\${${ROLE}.arn}`,
      s3_bucket: "code-bucket",
      s3_key: "consumer.zip",
      handler: "index.handler",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      memory_size: 256,
      timeout: 60,
      tracing_config: { mode: "PassThrough" },
      logging_config: {
        log_format: "JSON",
        log_group: `\${${LOG_GROUP}.name}`,
      },
    });
  });

  it("creates the mapping, which depends on every permission", () => {
    expect(minimal.only("aws_lambda_event_source_mapping")).toEqual({
      provider: "aws.consumer",
      function_name: `\${${FUNCTION}.arn}`,
      event_source_arn: `\${${CONSUMER}.arn}`,
      enabled: true,
      starting_position: "TRIM_HORIZON",
      batch_size: 100,
      maximum_batching_window_in_seconds: 0,
      parallelization_factor: 1,
      maximum_retry_attempts: 500,
      maximum_record_age_in_seconds: 43200,
      bisect_batch_on_function_error: true,
      tumbling_window_in_seconds: 0,
      function_response_types: ["ReportBatchItemFailures"],
      destination_config: {
        on_failure: { destination_arn: `\${${QUEUE}.arn}` },
      },
      depends_on: [KEY_POLICY, STREAM_POLICY, CONSUMER_POLICY, ROLE_POLICY],
      lifecycle: { ignore_changes: ["starting_position", "starting_position_timestamp"] },
    });
  });
});
