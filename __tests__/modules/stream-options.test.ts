import { StreamEncryption } from "../../modules";
import { STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import { CONSTRUCTS } from "../helpers/constructs";
import { sentenceAbout } from "../helpers/sentences";
import { withVersion } from "../helpers/provider-version";
import { withTokens } from "../helpers/tokens";
import { aConsumer, aStream, KEY_ARN, refusals, roleIds, synthesize } from "../helpers/synthesize";

const { refuse } = CONSTRUCTS.ProducerStream;
const WRITER = "arn:aws:iam::333333333333:role/writer";

describe("the key that a stream creates", () => {
  it("is rotated in the given period", () => {
    const made = synthesize((stack, providers) =>
      aStream(stack, providers, { keyRotationPeriodInDays: 90 }),
    );
    expect(made.only("aws_kms_key")).toMatchObject({
      enable_key_rotation: true,
      rotation_period_in_days: 90,
    });
    expect(synthesize(aStream).only("aws_kms_key")).not.toHaveProperty("rotation_period_in_days");
  });

  it("has the given alias", () => {
    const made = synthesize((stack, providers) =>
      aStream(stack, providers, { keyAliasName: "alias/orders/records" }),
    );
    expect(made.only("aws_kms_alias").name).toBe("alias/orders/records");
  });

  it.each(["orders", "alias/a.b"])("cannot have the alias %s", (keyAliasName) => {
    expect(refuse({ keyAliasName })).toEqual([
      sentenceAbout("keyAliasName", STREAM_PROPERTIES.keyAliasName, keyAliasName),
    ]);
  });

  it("cannot have an alias of AWS", () => {
    expect(refuse({ keyAliasName: "alias/aws/kinesis" })).toEqual([
      expect.stringMatching(/^'keyAliasName' must be an alias of your own, got /),
    ]);
  });

  it.each([
    ["deletionWindowInDays", 7],
    ["keyRotationPeriodInDays", 90],
    ["keyAliasName", "alias/orders"],
  ])("is required by %s", (property, value) => {
    const refuseWith = (more: object) => refuse({ [property]: value, ...more });
    const sentence = (got: string) =>
      `'${property}' requires 'retainKey', got ${got}; it is about the key created by this construct: omit it, or set 'retainKey' to keep that key`;
    const encryption = StreamEncryption.NONE;
    expect(refuseWith({ kmsKeyArn: KEY_ARN })).toEqual([sentence(`kmsKeyArn ${KEY_ARN}`)]);
    expect(refuseWith({ encryption })).toEqual([sentence("encryption NONE")]);
    expect(refuseWith({ encryption, retainKey: true })).toEqual([]);
  });
});

describe("maxRecordSizeKib", () => {
  it("is omitted from the stack unless it is given, since older providers do not know it", () => {
    const made = withTokens(({ number }, stack, { producer, ...providers }) => {
      const newer = { ...providers, producer: withVersion(producer, "6.25.0") };
      aStream(stack, newer, { streamName: "literal", maxRecordSizeKib: 10240 }, "literal");
      aStream(stack, newer, { streamName: "token", maxRecordSizeKib: number }, "token");
      aStream(stack, newer, { streamName: "none" }, "none");
    });
    const sizeOf = (id: string) => made.named("aws_kinesis_stream", id).max_record_size_in_kib;
    expect([sizeOf("literal"), sizeOf("token"), sizeOf("none")]).toEqual([
      10240,
      "${var.given}",
      undefined,
    ]);
  });

  const refuseWithBindings = (version: string): string[] =>
    refusals((stack, { producer, ...providers }) =>
      aStream(
        stack,
        { ...providers, producer: withVersion(producer, version) },
        { maxRecordSizeKib: 2048 },
      ),
    );

  it.each(["5.100.0", "6.0.0", "6.19.9"])("is refused with bindings of %s", (version) => {
    expect(refuseWithBindings(version)).toEqual([
      `'maxRecordSizeKib' requires AWS provider 6.20, got bindings for ${version}; install newer bindings, or omit it for 1024 KiB`,
    ]);
  });

  it.each(["6.20.0", "7.0.0"])("is accepted with bindings of %s", (version) => {
    expect(refuseWithBindings(version)).toEqual([]);
  });
});

describe("a writer that lists shards", () => {
  const statementsOf = (options?: { listShards?: boolean }) =>
    synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      aConsumer(stack, providers, { stream });
      stream.grantWrite(WRITER, options);
    });

  it("may describe the stream and list its shards, in addition to putting records", () => {
    const synthesized = statementsOf({ listShards: true });
    const [, write, list] = synthesized.statements("aws_kinesis_resource_policy", "stream");
    expect(write).toMatchObject({ Sid: "StreamWriteStatementID", Principal: { AWS: [WRITER] } });
    expect(list).toEqual({
      Sid: "StreamListShardsStatementID",
      Effect: "Allow",
      Principal: { AWS: [WRITER] },
      Action: ["kinesis:DescribeStreamSummary", "kinesis:ListShards"],
      Resource: "${aws_kinesis_stream.stream_AED765E9.arn}",
    });
  });

  it.each([[undefined], [{}], [{ listShards: false }]])("only puts records with %j", (options) => {
    const sids = statementsOf(options)
      .statements("aws_kinesis_resource_policy", "stream")
      .map(({ Sid }) => Sid);
    expect(sids).toEqual([
      `StreamEFOReadStatementID${roleIds("consumer_role_0791C390")}`,
      "StreamWriteStatementID",
    ]);
  });
});
