import { resourcesInConfiguration, resourcesOfState } from "../../../pipeline/terraform/references";

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
        values: { provider: "aws.one", depends_on: ["aws_kms_key.k"] },
        account: "111111111111",
        dependsOn: ["aws_kms_key.k"],
      },
      {
        address: "aws_sqs_queue.failures",
        type: "aws_sqs_queue",
        name: "failures",
        values: { provider: "aws.one" },
        account: "111111111111",
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

  it("has resources in the order of their addresses, with the account in their ARNs", () => {
    expect(all.map(({ address, account }) => [address, account])).toEqual([
      ["aws_cloudwatch_log_group.it", "222222222222"],
      ["aws_iam_role.it", "222222222222"],
      ["aws_iam_role_policy.it", "unknown"],
      ["aws_kinesis_resource_policy.it", "222222222222"],
      ["aws_kms_key.it", "unknown"],
      ["aws_lambda_event_source_mapping.it", "222222222222"],
      ["aws_sns_topic.it", "222222222222"],
      ["aws_sns_topic_policy.it", "222222222222"],
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
