import { AWS, CHINA } from "./accounts";
import { policiesOf } from "./policies";
import { Resolver } from "./resolver";
import { Configuration } from "./scenario";

const configuration: Configuration = {
  provider: {
    aws: [
      {
        alias: "owner",
        region: "cn-north-1",
        allowed_account_ids: ["111111111111"],
      },
    ],
  },
  data: { aws_partition: { here: { provider: "aws.owner" } } },
  resource: {
    aws_kinesis_stream: {
      stream_A1: { provider: "aws.owner", name: "clickstream" },
      stranger_A1: { provider: "aws.somebody", name: "clickstream" },
    },
  },
};

describe("Resolver", () => {
  const resolver = new Resolver(configuration, CHINA);

  it.each([
    ["no reference", "no reference"],
    [
      "${aws_kinesis_stream.stream_A1.arn}",
      "arn:aws-cn:kinesis:cn-north-1:111111111111:stream/clickstream",
    ],
    [
      'kinesis.${element(split(":", aws_kinesis_stream.stream_A1.arn), 3)}.${data.aws_partition.here.dns_suffix}',
      "kinesis.cn-north-1.amazonaws.com.cn",
    ],
  ])("resolves %s", (template, text) => {
    expect(resolver.text(template)).toBe(text);
  });

  it.each([
    ["a function", '${replace("a", "b", "c")}', /does not know/],
    ["an attribute", "${aws_kinesis_stream.stream_A1.id}", /does not know/],
    ["a resource", "${aws_kinesis_stream.other.arn}", /does not know/],
    ["a type", "${aws_thing.stream_A1.arn}", /does not know/],
    ["a variable", "${var.stream}", /does not know/],
    ["a nested template", '${"${var.stream}"}', /does not know/],
    ["an index", '${element(split(":", aws_kinesis_stream.stream_A1.arn), 9)}', /out of range/],
    ["a provider", "${aws_kinesis_stream.stranger_A1.arn}", /no provider/],
  ])("fails for %s that it does not know", (_, template, message) => {
    expect(() => resolver.text(template)).toThrow(message);
  });
});

describe("policiesOf", () => {
  const stack = (resource: Configuration["resource"]): Configuration => ({
    ...configuration,
    resource: { ...configuration.resource, ...resource },
  });
  const attachment = (name: string) => ({
    provider: "aws.owner",
    resource_arn: `arn:aws:kinesis:eu-west-1:111111111111:stream/${name}`,
    policy: '{"Statement":[]}',
  });

  it.each([
    [
      "a type of resource that may have a policy",
      { aws_iam_user_policy: { user: {} } },
      /what policies/,
    ],
    [
      "a policy where none is expected",
      { aws_kms_key: { key: { policy: "{}" } } },
      /has a policy in policy/,
    ],
    [
      "two policies on one resource",
      {
        aws_kinesis_resource_policy: {
          one: attachment("clickstream"),
          two: attachment("clickstream"),
        },
      },
      /two policies/,
    ],
  ])("fails for %s", (_, resource, message) => {
    expect(() => policiesOf(stack(resource), AWS)).toThrow(message);
  });
});
