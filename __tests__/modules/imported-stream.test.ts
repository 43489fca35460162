import { TerraformStack } from "cdktf";
import {
  type CrossAccountConsumerProps,
  type IProducerStream,
  ProducerStream,
  type ProducerStreamAttributes,
  ReadMode,
} from "../../modules";
import {
  aConsumer,
  CONSUMER_ARN,
  CONSUMER_NAME,
  KEY_ARN,
  parsed,
  Providers,
  REGION,
  STREAM_ARN,
  STREAM_NAME,
  Synthesized,
  synthesize,
  type Json,
  roleIds,
} from "../helpers/synthesize";

const ROLE = "${aws_iam_role.consumer_role_0791C390.arn}";
const WRITER = "arn:aws:iam::333333333333:role/writer";

type Build = (stream: IProducerStream, stack: TerraformStack, providers: Providers) => void;

const importing = (
  owned: boolean,
  attributes: Partial<ProducerStreamAttributes>,
  build: Build,
): Synthesized =>
  synthesize((stack, providers) => {
    const stream = ProducerStream.fromAttributes(stack, "stream", {
      streamArn: STREAM_ARN,
      provider: owned ? providers.producer : undefined,
      ...attributes,
    });
    build(stream, stack, providers);
  });

const consume =
  (props: Partial<CrossAccountConsumerProps> = {}): Build =>
  (stream, stack, providers) =>
    aConsumer(stack, providers, { stream, ...props });

const outputOf = (synthesized: Synthesized, prefix: string): Json => {
  const found = Object.entries<Json>(synthesized.outputs).filter(([name]) =>
    name.startsWith(prefix),
  );
  expect(found).toHaveLength(1);
  return found[0]![1];
};

describe("ProducerStream.fromAttributes", () => {
  it("knows the stream from its ARN", () => {
    importing(true, { kmsKeyArn: KEY_ARN }, (stream, _stack, providers) => {
      expect(stream.streamArn).toBe(STREAM_ARN);
      expect(stream.streamName).toBe(STREAM_NAME);
      expect(stream.kmsKeyArn).toBe(KEY_ARN);
      expect(stream.provider).toBe(providers.producer);
    });
  });

  describe("with a provider", () => {
    it("registers the consumer and creates both policies", () => {
      const synthesized = importing(true, {}, consume());
      expect(synthesized.only("aws_kinesis_stream_consumer")).toEqual({
        provider: "aws.producer",
        name: CONSUMER_NAME,
        stream_arn: STREAM_ARN,
      });
      const [read] = synthesized.statements("aws_kinesis_resource_policy", "stream");
      expect(read).toMatchObject({
        Sid: `StreamEFOReadStatementID${roleIds("consumer_role_0791C390")}`,
        Principal: { AWS: [ROLE] },
        Resource: STREAM_ARN,
      });
      expect(synthesized.named("aws_kinesis_resource_policy", "consumer").provider).toBe(
        "aws.producer",
      );
      expect(synthesized.all("aws_kinesis_stream")).toEqual([]);
      expect(synthesized.outputs).toEqual({});
    });

    it("puts the policy only where the provider is the owner's", () => {
      const { depends_on: waitsFor, lifecycle } = importing(true, {}, consume()).named(
        "aws_kinesis_resource_policy",
        "stream",
      );
      expect(waitsFor).toEqual(["aws_lambda_function.consumer_function_6D42922D"]);
      const account = "data.aws_caller_identity.stream_account_1F274550.account_id";
      expect(lifecycle.precondition).toEqual([
        {
          condition: `\${(${account} == "111111111111")}`,
          error_message: `'provider' must be in account 111111111111, which owns the stream, got \${${account}}; use the credentials or the ARN of that account`,
        },
      ]);
    });

    it("offers the statements of an encrypted stream's key policy", () => {
      const synthesized = importing(true, { kmsKeyArn: KEY_ARN }, (...all) => {
        consume()(...all);
        all[0].grantWrite(WRITER);
      });
      const condition = {
        StringEquals: {
          "kms:ViaService": `kinesis.${REGION}.\${data.aws_partition.stream_partition_FCE523B6.dns_suffix}`,
          "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
        },
      };
      const { value } = outputOf(synthesized, "stream_key-policy-statements");
      expect(parsed(value)).toEqual([
        {
          Sid: `StreamReadersDecrypt${roleIds("consumer_role_0791C390")}`,
          Effect: "Allow",
          Principal: { AWS: [ROLE] },
          Action: ["kms:Decrypt"],
          Resource: "*",
          Condition: condition,
        },
        {
          Sid: "StreamWritersGenerateDataKey",
          Effect: "Allow",
          Principal: { AWS: [WRITER] },
          Action: ["kms:GenerateDataKey"],
          Resource: "*",
          Condition: condition,
        },
      ]);
      expect(
        synthesized
          .statements("aws_iam_role_policy", "consumer_role-policy")
          .find(({ Sid }) => Sid === "DecryptRecords"),
      ).toMatchObject({ Resource: KEY_ARN, Condition: condition });
    });
  });

  describe("without a provider", () => {
    const unowned = importing(
      false,
      { kmsKeyArn: KEY_ARN },
      consume({ consumerArn: CONSUMER_ARN }),
    );

    it("creates nothing in the stream's account", () => {
      expect(JSON.stringify(unowned.resources)).not.toContain("aws.producer");
      expect(JSON.stringify(unowned.data)).not.toContain("aws.producer");
      expect(unowned.addresses.join()).not.toMatch(/kinesis|kms/);
    });

    it("offers all three policies for the owner to attach", () => {
      expect(Object.keys(unowned.outputs)).toHaveLength(3);
      const stream = outputOf(unowned, "stream_stream-policy");
      expect(stream.description).toBe(
        "For the owner to attach: the stream policy for the readers and writers of stack/stream",
      );
      expect(parsed(stream.value).Statement).toEqual([
        {
          Sid: `StreamEFOReadStatementID${roleIds("consumer_role_0791C390")}`,
          Effect: "Allow",
          Principal: { AWS: [ROLE] },
          Action: [
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
            "kinesis:DescribeStream",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
          ],
          Resource: STREAM_ARN,
        },
      ]);
      const consumer = outputOf(unowned, "consumer_consumer-policy");
      expect(consumer.description).toBe(
        "For the stream's owner to attach: the consumer policy of stack/consumer",
      );
      expect(parsed(consumer.value).Statement).toEqual([
        {
          Sid: "ConsumerEFOReadStatementID",
          Effect: "Allow",
          Principal: { AWS: [ROLE] },
          Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
          Resource: CONSUMER_ARN,
        },
      ]);
      const [decrypt, ...more] = parsed(outputOf(unowned, "stream_key-policy-statements").value);
      expect(more).toEqual([]);
      expect(decrypt.Condition.StringEquals).toEqual({
        "kms:ViaService": `kinesis.${REGION}.\${data.aws_partition.consumer_partition_B7966C29.dns_suffix}`,
        "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
      });
    });

    it("reads through the existing registered consumer", () => {
      expect(unowned.only("aws_lambda_event_source_mapping")).toMatchObject({
        event_source_arn: CONSUMER_ARN,
        depends_on: ["aws_iam_role_policy.consumer_role-policy_96DED8B4"],
      });
      expect(
        unowned.statements("aws_iam_role_policy", "consumer_role-policy").slice(0, 2),
      ).toMatchObject([
        { Sid: "ReadStream", Resource: STREAM_ARN },
        { Sid: "ReadConsumer", Resource: CONSUMER_ARN },
      ]);
    });

    it("needs no consumer to share throughput", () => {
      const readMode = ReadMode.SHARED_THROUGHPUT;
      const synthesized = importing(false, {}, consume({ readMode }));
      expect(Object.keys(synthesized.outputs)).toHaveLength(1);
      expect(synthesized.only("aws_lambda_event_source_mapping")).toMatchObject({
        event_source_arn: STREAM_ARN,
      });
    });

    it("keeps a consumer's addresses if consumers are declared in another order", () => {
      const addresses = (...ids: string[]) =>
        importing(false, { kmsKeyArn: KEY_ARN }, (stream, stack, providers) =>
          ids.forEach((id) =>
            aConsumer(
              stack,
              providers,
              {
                stream,
                consumerName: id,
                readMode: ReadMode.SHARED_THROUGHPUT,
              },
              id,
            ),
          ),
        ).addresses;
      expect(addresses("b", "a")).toEqual(addresses("a", "b"));
      expect(addresses("a", "b")).toEqual(expect.arrayContaining(addresses("b")));
    });
  });
});
