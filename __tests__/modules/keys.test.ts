import { TerraformVariable } from "cdktf";
import { ProducerStream, type ProducerStreamProps, StreamEncryption } from "../../modules";
import { STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf } from "../helpers/sentences";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  KEY_ARN,
  refusals,
  REGION,
  STREAM_ARN,
  type Synthesized,
  synthesize,
  roleIds,
} from "../helpers/synthesize";
import { preconditionOf } from "../helpers/tokens";

const OTHER_KEY = KEY_ARN.replace(/[^/]*$/, "99999999-2222-3333-4444-555555555555");
const CREATED_KEY = "${aws_kms_key.stream_key_D981BCF0.arn}";
const KEY_POLICY = "aws_kms_key_policy.stream_key-policy_7334BB69";
const STREAM = "aws_kinesis_stream.stream_AED765E9";
const { NONE } = StreamEncryption;

const pipeline = (props: Partial<ProducerStreamProps>): Synthesized =>
  synthesize((stack, providers) => {
    const stream = aStream(stack, providers, props);
    stream.grantWrite("333333333333");
    aConsumer(stack, providers, { stream });
  });

const { refuse } = CONSTRUCTS.ProducerStream;

const decryptStatements = (synthesized: Synthesized) =>
  synthesized
    .statements("aws_iam_role_policy", "consumer_role-policy")
    .filter(({ Sid }) => Sid === "DecryptRecords");

const keyPolicySids = (synthesized: Synthesized): string[] =>
  synthesized.statements("aws_kms_key_policy").map(({ Sid }) => Sid);

describe("the keys of a stream", () => {
  describe("a change of encryption", () => {
    it("gives readers and writers access to the key before the stream is encrypted", () => {
      const { resources } = pipeline({});
      expect(Object.values(resources.aws_kinesis_stream)).toMatchObject([
        { depends_on: [KEY_POLICY] },
      ]);
      expect(JSON.stringify(resources.aws_kms_key_policy)).not.toContain("aws_kinesis_stream.");
    });

    it("destroys a key only after the stream has stopped using it", () => {
      expect(pipeline({}).only("aws_kms_key").lifecycle).toEqual({ create_before_destroy: true });
    });

    it.each<Partial<ProducerStreamProps>>([{ encryption: NONE }, { kmsKeyArn: KEY_ARN }])(
      "does not keep the created key with %j",
      (props) => {
        const synthesized = pipeline(props);
        expect(synthesized.all("aws_kms_key")).toEqual([]);
        expect(synthesized.all("aws_kms_key_policy")).toEqual([]);
      },
    );
  });

  describe("retainKey", () => {
    it.each<[Partial<ProducerStreamProps>, object, string | string[]]>([
      [{ encryption: NONE }, { encryption_type: "NONE" }, CREATED_KEY],
      [
        { kmsKeyArn: KEY_ARN },
        { encryption_type: "KMS", kms_key_id: KEY_ARN },
        [KEY_ARN, CREATED_KEY],
      ],
    ])("keeps the created key readable with %j", (props, stream, readable) => {
      const synthesized = pipeline({ ...props, retainKey: true });
      expect(synthesized.only("aws_kinesis_stream")).toMatchObject(stream);
      expect(synthesized.all("aws_kms_key")).toHaveLength(1);
      expect(synthesized.all("aws_kms_alias")).toHaveLength(1);
      expect(keyPolicySids(synthesized)).toEqual([
        "KeyAdministration",
        `StreamReadersDecrypt${roleIds("consumer_role_0791C390")}`,
      ]);
      expect(decryptStatements(synthesized)).toMatchObject([{ Resource: readable }]);
    });

    it("removes the writers' permission only once the stream no longer uses the key", () => {
      const synthesized = pipeline({ encryption: NONE, retainKey: true });
      expect(synthesized.only("aws_kms_key_policy").depends_on).toEqual([STREAM]);
      expect(synthesized.only("aws_kinesis_stream").depends_on).toBeUndefined();
    });

    it("changes nothing as long as the stream uses the created key", () => {
      expect(pipeline({ retainKey: true }).document).toEqual(pipeline({}).document);
    });
  });

  describe("previousKmsKeyArns", () => {
    it.each<[Partial<ProducerStreamProps>, string | string[]]>([
      [{ encryption: NONE, previousKmsKeyArns: [KEY_ARN] }, KEY_ARN],
      [{ kmsKeyArn: OTHER_KEY, previousKmsKeyArns: [KEY_ARN] }, [OTHER_KEY, KEY_ARN]],
      [{ previousKmsKeyArns: [KEY_ARN] }, [CREATED_KEY, KEY_ARN]],
      [{ kmsKeyArn: KEY_ARN }, KEY_ARN],
    ])("lets readers decrypt with the keys of %j", (props, readable) => {
      expect(decryptStatements(pipeline(props))).toMatchObject([{ Resource: readable }]);
    });

    it.each([true, false])("works for an imported stream with its provider given: %s", (owned) => {
      const synthesized = synthesize((stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          previousKmsKeyArns: [KEY_ARN],
          provider: owned ? providers.producer : undefined,
        });
        aConsumer(stack, providers, { stream, consumerArn: owned ? undefined : CONSUMER_ARN });
      });
      expect(decryptStatements(synthesized)).toMatchObject([
        {
          Resource: KEY_ARN,
          Condition: {
            StringEquals: { "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN },
          },
        },
      ]);
    });

    it("fails when it lists the key that the stream uses", () => {
      expect(refuse({ kmsKeyArn: KEY_ARN, previousKmsKeyArns: [KEY_ARN] })).toEqual([
        `'kmsKeyArn' and 'previousKmsKeyArns' are mutually exclusive, got ${KEY_ARN} in both; list only keys that the stream no longer has`,
      ]);
    });

    it("accepts 10", () => {
      const keys = Array.from({ length: 10 }, (_, index) => `${KEY_ARN.slice(0, -2)}${10 + index}`);
      expect(refuse({ previousKmsKeyArns: keys })).toEqual([]);
    });

    it("fails when only Terraform knows how many there are", () => {
      const sentences = refusals((stack, providers) => {
        const variable = new TerraformVariable(stack, "given", {});
        aStream(stack, providers, { previousKmsKeyArns: variable.listValue });
      });
      expect(sentences).toEqual([
        expect.stringMatching(
          /^'previousKmsKeyArns' must be a list whose length is known at synth, got .*; list the ARNs one by one; each of them may be a token$/,
        ),
      ]);
    });

    it("fails when one is not a key ARN or is an AWS managed key", () => {
      const given = ["nonsense", `arn:aws:kms:${REGION}:111111111111:alias/aws/kinesis`];
      expect(propertiesOf(refuse({ previousKmsKeyArns: given }))).toEqual([
        "previousKmsKeyArns[0]",
        "previousKmsKeyArns[1]",
      ]);
    });
  });

  describe("the Region of a key", () => {
    const far = KEY_ARN.replace(REGION, "us-east-1");
    const otherRegion = (property: string, region = REGION, got = far) =>
      `'${property}' must be in the stream's Region ${region}, got ${got}; Kinesis encrypts with keys of the stream's own Region: give the ARN of a key, or of a multi-Region key's replica, in that Region`;

    it("fails when it is not the stream's", () => {
      expect(refuse({ kmsKeyArn: far, previousKmsKeyArns: [`${far}0`] })).toEqual([
        otherRegion("kmsKeyArn"),
        otherRegion("previousKmsKeyArns[0]", REGION, `${far}0`),
      ]);
    });

    it("fails when it is not an imported stream's", () => {
      const sentences = refusals((stack) => {
        ProducerStream.fromAttributes(stack, "stream", { streamArn: STREAM_ARN, kmsKeyArn: far });
      });
      expect(sentences).toEqual([otherRegion("kmsKeyArn")]);
    });

    it("is checked after the format of a key that is a token", () => {
      const { lifecycle } = synthesize((stack, providers) => {
        const variable = new TerraformVariable(stack, "given", {});
        aStream(stack, providers, { kmsKeyArn: variable.stringValue });
      }).only("aws_kinesis_stream");
      expect(lifecycle.precondition).toHaveLength(2);
      expect(lifecycle.precondition[0]).toEqual(
        preconditionOf("kmsKeyArn", STREAM_PROPERTIES.kmsKeyArn),
      );
    });

    it("fails when the key is in another partition", () => {
      const key = KEY_ARN.replace("arn:aws:", "arn:aws-cn:");
      expect(refuse({ kmsKeyArn: key })).toEqual([
        expect.stringContaining(`'kmsKeyArn' must be in the stream's partition aws, got ${key}; `),
      ]);
    });

    it.each([
      ["the key", REGION, '(element(split(":", var.given), 3) == "eu-central-1")', "${var.given}"],
      [
        "the stream's Region",
        "",
        '("us-east-1" == data.aws_region.stream_region_744D0560.id)',
        far,
      ],
    ])("is checked by Terraform if only Terraform knows %s", (_what, region, condition, got) => {
      const { lifecycle } = synthesize((stack, providers) => {
        const variable = new TerraformVariable(stack, "given", {});
        aStream(stack, providers, { kmsKeyArn: region ? variable.stringValue : far });
      }, region).only("aws_kinesis_stream");
      expect(lifecycle.precondition).toContainEqual({
        condition: `\${${condition}}`,
        error_message: otherRegion(
          "kmsKeyArn",
          region || "${data.aws_region.stream_region_744D0560.id}",
          got,
        ),
      });
    });
  });

  describe("protection", () => {
    it("makes Terraform refuse to destroy the stream or its key", () => {
      const synthesized = pipeline({ preventDestroy: true });
      expect(synthesized.only("aws_kinesis_stream").lifecycle).toEqual({ prevent_destroy: true });
      expect(synthesized.only("aws_kms_key").lifecycle).toEqual({
        create_before_destroy: true,
        prevent_destroy: true,
      });
    });

    it("passes the deletion window on to the created key", () => {
      expect(pipeline({ deletionWindowInDays: 7 }).only("aws_kms_key")).toMatchObject({
        deletion_window_in_days: 7,
      });
    });
  });
});
