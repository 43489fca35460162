import { resourcesInConfiguration } from "../../../pipeline/terraform/configuration";
import { resourcesOfState } from "../../../pipeline/terraform/resources";

const read = (...files: object[]) =>
  resourcesInConfiguration(files.map((file) => JSON.stringify(file)));

const stream = (provider?: string) => ({
  resource: { aws_kinesis_stream: { it: { name: "clicks", provider } } },
});

describe("a Terraform configuration", () => {
  it("has resources, in the order of their addresses, with the account of their provider", () => {
    const { all } = read(
      { provider: { aws: [{ alias: "one", allowed_account_ids: ["111111111111"] }] } },
      {
        resource: {
          aws_sqs_queue: { failures: { provider: "aws.one" } },
          aws_kinesis_stream: { it: { provider: "aws.one", depends_on: ["aws_kms_key.k"] } },
        },
      },
    );

    expect(all).toEqual([
      {
        address: "aws_kinesis_stream.it",
        type: "aws_kinesis_stream",
        name: "it",
        values: {
          provider: "aws.one",
          depends_on: ["aws_kms_key.k"],
          arn: "arn:aws:kinesis::111111111111:stream/${aws_kinesis_stream.it.name}",
        },
        account: "111111111111",
        region: "",
        dependsOn: ["aws_kms_key.k"],
      },
      {
        address: "aws_sqs_queue.failures",
        type: "aws_sqs_queue",
        name: "failures",
        values: {
          provider: "aws.one",
          arn: "arn:aws:sqs::111111111111:${aws_sqs_queue.failures.name}",
        },
        account: "111111111111",
        region: "",
        dependsOn: [],
      },
    ]);
  });

  it.each([
    ["its alias", { aws: [{ alias: "one" }] }, "aws.one", "one"],
    ["the provider's name without an alias", { aws: {} }, undefined, "aws"],
    ["the account of the only provider", { aws: { allowed_account_ids: ["1"] } }, undefined, "1"],
    ["what the resource says of a provider that is not there", undefined, "aws.two", "aws.two"],
  ])("names an account by %s", (_, provider, named, account) => {
    expect(read({ provider }, stream(named)).all[0]?.account).toBe(account);
  });

  it("follows an expression that refers to a resource", () => {
    const { referredTo } = read({}, stream());

    expect(referredTo("${aws_kinesis_stream.it.arn}")?.address).toBe("aws_kinesis_stream.it");
    expect(referredTo("${aws_kinesis_stream.other.arn}")).toBeUndefined();
    expect(referredTo("x${aws_kinesis_stream.it.arn}")).toBeUndefined();
    expect(referredTo("arn:aws:kinesis:eu-west-1:111111111111:stream/clicks")).toBeUndefined();
    expect(referredTo(undefined)).toBeUndefined();
  });
});

describe("an expression in a Terraform configuration", () => {
  const AWS = {
    alias: "one",
    region: "cn-north-1",
    allowed_account_ids: ["111111111111"],
  };
  const valueOf = (expression: string) =>
    read({
      provider: { aws: AWS },
      data: {
        aws_partition: { here: { provider: "aws.one" } },
        aws_region: { here: { provider: "aws.one" }, elsewhere: {} },
        aws_caller_identity: { here: { provider: "aws.one" } },
        aws_service_principal: { lambda: { provider: "aws.one", service_name: "lambda" } },
      },
      resource: {
        aws_kinesis_stream: { it: { provider: "aws.one", name: "clicks" } },
        aws_kinesis_stream_consumer: {
          it: { provider: "aws.one", name: "efo", stream_arn: "${aws_kinesis_stream.it.arn}" },
        },
        aws_kms_key: { it: { provider: "aws.one" } },
        aws_iam_role: {
          named: { provider: "aws.one", name: "reader", path: "/pipelines/" },
          it: { provider: "aws.one", name_prefix: "reader-" },
        },
        aws_lambda_function: { it: { provider: "aws.one", function_name: "reader" } },
        aws_lambda_alias: {
          it: {
            provider: "aws.one",
            function_name: "${aws_lambda_function.it.arn}",
            name: "live",
          },
          named: {
            provider: "aws.one",
            function_name: "${aws_lambda_function.it.function_name}",
            name: "live",
          },
        },
        aws_cloudwatch_log_group: { it: { provider: "aws.one", name: "/reader" } },
        aws_s3_bucket: { it: { provider: "aws.one", bucket: "failed" } },
        aws_sns_topic: { it: { provider: "aws.one", name: "failed" } },
        aws_ssm_parameter: { subject: { list: [{ value: expression }], number: 1 } },
      },
    }).all.find(({ name }) => name === "subject")?.values;

  it.each([
    ["${aws_kinesis_stream.it.arn}", "arn:aws-cn:kinesis:cn-north-1:111111111111:stream/clicks"],
    [
      "${aws_kinesis_stream_consumer.it.arn}",
      "arn:aws-cn:kinesis:cn-north-1:111111111111:stream/clicks/consumer/efo:${aws_kinesis_stream_consumer.it.creation_timestamp}",
    ],
    [
      "${aws_kms_key.it.arn}",
      "arn:aws-cn:kms:cn-north-1:111111111111:key/${aws_kms_key.it.key_id}",
    ],
    ["${aws_iam_role.named.arn}", "arn:aws-cn:iam::111111111111:role/pipelines/reader"],
    ["${aws_iam_role.it.arn}", "arn:aws-cn:iam::111111111111:role/reader-${aws_iam_role.it.name}"],
    ["${aws_lambda_function.it.arn}", "arn:aws-cn:lambda:cn-north-1:111111111111:function:reader"],
    [
      "${aws_lambda_alias.it.arn} ${aws_lambda_alias.named.arn}",
      "arn:aws-cn:lambda:cn-north-1:111111111111:function:reader:live arn:aws-cn:lambda:cn-north-1:111111111111:function:reader:live",
    ],
    [
      "${aws_cloudwatch_log_group.it.arn}:*",
      "arn:aws-cn:logs:cn-north-1:111111111111:log-group:/reader:*",
    ],
    ["${aws_s3_bucket.it.arn}", "arn:aws-cn:s3:::failed"],
    ["${aws_sns_topic.it.arn}", "arn:aws-cn:sns:cn-north-1:111111111111:failed"],
    ['${element(split(":", aws_kms_key.it.arn), 4)}', "111111111111"],
    ["${data.aws_partition.here.partition}", "aws-cn"],
    ["kinesis.${data.aws_partition.here.dns_suffix}", "kinesis.amazonaws.com.cn"],
    ["${data.aws_region.here.name}", "cn-north-1"],
    ["${data.aws_caller_identity.here.account_id}", "111111111111"],
    ["${data.aws_service_principal.lambda.name}", "lambda.amazonaws.com"],
  ])("%s is what the arguments determine", (expression, value) => {
    expect(valueOf(expression)).toEqual({ list: [{ value }], number: 1 });
  });

  it.each([
    "${aws_kms_key.it.key_id}",
    "${aws_iam_role.it.unique_id}",
    "${aws_kinesis_stream.other.arn}",
    "${aws_ssm_parameter.subject.arn}",
    '${element(split(":", aws_ssm_parameter.subject.arn), 4)}',
    "${data.aws_region.elsewhere.name}",
    "${data.aws_partition.here.id}",
    "${var.stream_arn}",
  ])("%s stays as it is until the apply", (value) => {
    expect(valueOf(value)).toEqual({ list: [{ value }], number: 1 });
  });
});

describe("a Terraform state", () => {
  const role = "arn:aws:iam::222222222222:role/reader";
  const logs = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/reader";
  const topic = "arn:aws:sns:eu-west-1:222222222222:alarms";
  const fn = "arn:aws:lambda:eu-west-1:222222222222:function:reader";
  const resource = (type: string, values: object) => ({
    address: `${type}.it`,
    type,
    name: "it",
    values: { ...values },
    dependsOn: [],
  });
  const { all, referredTo } = resourcesOfState([
    resource("aws_iam_role_policy", { id: "reader:it", name: "reader" }),
    resource("aws_iam_role", { arn: role, name: "reader" }),
    resource("aws_cloudwatch_log_group", { arn: logs, name: "reader" }),
    resource("aws_kinesis_resource_policy", { resource_arn: logs }),
    resource("aws_sns_topic", { arn: topic }),
    resource("aws_sns_topic_policy", { arn: topic }),
    resource("aws_kms_key", { key_id: "k-1" }),
    resource("aws_lambda_event_source_mapping", { function_arn: fn }),
  ]);

  it("has resources in the order of their addresses, with the account and Region in their ARNs", () => {
    expect(all.map(({ address, account, region }) => [address, account, region])).toEqual([
      ["aws_cloudwatch_log_group.it", "222222222222", "eu-west-1"],
      ["aws_iam_role.it", "222222222222", ""],
      ["aws_iam_role_policy.it", "unknown", ""],
      ["aws_kinesis_resource_policy.it", "222222222222", "eu-west-1"],
      ["aws_kms_key.it", "unknown", ""],
      ["aws_lambda_event_source_mapping.it", "222222222222", "eu-west-1"],
      ["aws_sns_topic.it", "222222222222", "eu-west-1"],
      ["aws_sns_topic_policy.it", "222222222222", "eu-west-1"],
    ]);
  });

  it("refers to resources by ARN, and to roles by name", () => {
    const values = [role, "reader", `${logs}:*`, topic, "k-1", `${topic}:*:x`, 1, undefined];

    expect(values.map((value) => referredTo(value)?.address)).toEqual([
      "aws_iam_role.it",
      "aws_iam_role.it",
      "aws_cloudwatch_log_group.it",
      "aws_sns_topic.it",
      "aws_kms_key.it",
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a role whose name two accounts have", () => {
  const resource = (address: string, values: object, dependsOn: string[] = []) => {
    const [type = "", name = ""] = address.split(".");
    return { address, type, name, values: { ...values }, dependsOn };
  };
  const roleIn = (account: string) => ({
    name: "reader",
    arn: `arn:aws:iam::${account}:role/reader`,
  });
  const owners = ({ all, referredTo }: ReturnType<typeof resourcesOfState>) =>
    all
      .filter(({ type }) => type === "aws_iam_role_policy")
      .map((one) => referredTo(one.values.role, one)?.address);

  it("is the one that the policy was created after, in a state", () => {
    const found = resourcesOfState([
      resource("aws_iam_role.a", roleIn("222222222222")),
      resource('aws_iam_role.b["x"]', roleIn("333333333333")),
      resource("aws_iam_role_policy.a", { role: "reader" }, ["aws_iam_role.a"]),
      resource("aws_iam_role_policy.b", { role: "reader" }, ["aws_iam_role.b"]),
    ]);

    expect(owners(found)).toEqual(["aws_iam_role.a", 'aws_iam_role.b["x"]']);
  });

  it("is the one of the policy's account, in a configuration", () => {
    const ids = { a: "222222222222", b: "333333333333" };
    const found = read({
      provider: {
        aws: Object.entries(ids).map(([alias, id]) => ({ alias, allowed_account_ids: [id] })),
      },
      resource: {
        aws_iam_role: {
          a: { provider: "aws.a", name: "reader" },
          b: { provider: "aws.b", name: "reader" },
        },
        aws_iam_role_policy: {
          a: { provider: "aws.a", role: "${aws_iam_role.a.name}" },
          b: { provider: "aws.b", role: "reader" },
        },
      },
    });

    expect(owners(found)).toEqual(["aws_iam_role.a", "aws_iam_role.b"]);
  });
});
