import { ProducerStream, StreamEncryption, StreamMode } from "../../modules";
import {
  aConsumer,
  aStream,
  KEY_ARN,
  parsed,
  resolved,
  synthesize,
  type Json,
  roleIds,
} from "../helpers/synthesize";
import type { ProducerStreamProps } from "../../modules";

const WRITER = "arn:aws:iam::333333333333:role/writer";

const streamOf = (props: Partial<ProducerStreamProps>) =>
  synthesize((stack, providers) => aStream(stack, providers, props));

describe("ProducerStream", () => {
  describe("the stream", () => {
    it.each([
      [{}, { stream_mode: "ON_DEMAND" }],
      [{ streamMode: StreamMode.ON_DEMAND }, { stream_mode: "ON_DEMAND" }],
      [{ shardCount: 2 }, { stream_mode: "PROVISIONED" }],
      [{ streamMode: StreamMode.PROVISIONED, shardCount: 2 }, { stream_mode: "PROVISIONED" }],
    ])("has the capacity mode of %j", (props, details) => {
      const stream = streamOf(props).only("aws_kinesis_stream");
      expect(stream.stream_mode_details).toEqual(details);
      expect(stream.shard_count).toBe("shardCount" in props ? props.shardCount : undefined);
    });

    it("passes every other setting to Kinesis", () => {
      const synthesized = streamOf({
        retentionPeriodHours: 168,
        shardLevelMetrics: ["IncomingBytes", "OutgoingBytes"],
        enforceConsumerDeletion: true,
        tags: { team: "data" },
      });
      expect(synthesized.only("aws_kinesis_stream")).toMatchObject({
        retention_period: 168,
        shard_level_metrics: ["IncomingBytes", "OutgoingBytes"],
        enforce_consumer_deletion: true,
        tags: { team: "data" },
      });
      expect(synthesized.only("aws_kms_key").tags).toEqual({ team: "data" });
    });

    it("has no resource policy without grants", () => {
      let made: ProducerStream | undefined;
      const synthesized = synthesize((stack, providers) => {
        made = aStream(stack, providers);
      });
      expect(synthesized.all("aws_kinesis_resource_policy")).toEqual([]);
      expect(made?.resourcePolicy).toBeUndefined();
    });
  });

  describe("encryption", () => {
    it("names the alias after the stream, with hyphens for dots", () => {
      const { name } = streamOf({ streamName: "a.b.c_d-e" }).only("aws_kms_alias");
      expect(name).toBe("alias/a-b-c_d-e");
    });

    it("creates no key without encryption", () => {
      const synthesized = synthesize((stack, providers) => {
        const stream = aStream(stack, providers, {
          encryption: StreamEncryption.NONE,
        });
        expect(stream.key).toBeUndefined();
        expect(stream.keyAlias).toBeUndefined();
        expect(stream.keyPolicy).toBeUndefined();
        expect(stream.kmsKeyArn).toBeUndefined();
        aConsumer(stack, providers, { stream });
      });
      expect(synthesized.only("aws_kinesis_stream")).toMatchObject({
        encryption_type: "NONE",
      });
      expect(synthesized.only("aws_kinesis_stream").kms_key_id).toBeUndefined();
      expect(synthesized.addresses.join()).not.toMatch(/kms|aws_partition/);
      expect(synthesized.named("aws_iam_role_policy", "consumer_role-policy").policy).not.toMatch(
        /kms/,
      );
      expect(synthesized.outputs).toEqual({});
    });

    it("depends on the function, which proves that the role has propagated, if there is no key policy", () => {
      const synthesized = synthesize((stack, providers) => {
        const stream = aStream(stack, providers, {
          encryption: StreamEncryption.NONE,
        });
        aConsumer(stack, providers, { stream });
      });
      for (const policy of synthesized.all("aws_kinesis_resource_policy")) {
        expect(policy.depends_on).toEqual(["aws_lambda_function.consumer_function_6D42922D"]);
      }
    });

    it("leaves an existing key's policy to its owner, and offers the statements", () => {
      const synthesized = synthesize((stack, providers) => {
        const stream = aStream(stack, providers, { kmsKeyArn: KEY_ARN });
        expect(stream.kmsKeyArn).toBe(KEY_ARN);
        expect(stream.key).toBeUndefined();
        aConsumer(stack, providers, { stream });
        stream.grantWrite(WRITER);
      });
      expect(synthesized.only("aws_kinesis_stream")).toMatchObject({
        encryption_type: "KMS",
        kms_key_id: KEY_ARN,
      });
      expect(synthesized.addresses.join()).not.toMatch(/aws_kms/);
      const [output, ...more] = Object.values<Json>(synthesized.outputs);
      expect(more).toEqual([]);
      expect(output.description).toBe(
        "For the owner to attach: the key policy statements for the readers and writers of stack/stream",
      );
      expect(parsed(output.value)).toMatchObject([
        {
          Sid: `StreamReadersDecrypt${roleIds("consumer_role_0791C390")}`,
          Principal: { AWS: ["${aws_iam_role.consumer_role_0791C390.arn}"] },
          Action: ["kms:Decrypt"],
        },
        {
          Sid: "StreamWritersGenerateDataKey",
          Principal: { AWS: [WRITER] },
          Action: ["kms:GenerateDataKey"],
        },
      ]);
      expect(
        synthesized
          .statements("aws_iam_role_policy", "consumer_role-policy")
          .find(({ Sid }) => Sid === "DecryptRecords"),
      ).toMatchObject({ Action: ["kms:Decrypt"], Resource: KEY_ARN });
    });
  });

  it("exposes the resources that it created", () => {
    synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      stream.grantWrite(WRITER);
      expect(resolved(stack, [stream.streamArn, stream.streamName])).toEqual([
        "${aws_kinesis_stream.stream_AED765E9.arn}",
        "${aws_kinesis_stream.stream_AED765E9.name}",
      ]);
      expect(resolved(stack, stream.kmsKeyArn)).toBe("${aws_kms_key.stream_key_D981BCF0.arn}");
      expect(stream.provider).toBe(providers.producer);
      expect(
        [stream.stream, stream.key, stream.keyAlias, stream.keyPolicy, stream.resourcePolicy].map(
          (resource) => resource?.terraformResourceType,
        ),
      ).toEqual([
        "aws_kinesis_stream",
        "aws_kms_key",
        "aws_kms_alias",
        "aws_kms_key_policy",
        "aws_kinesis_resource_policy",
      ]);
    });
  });
});
