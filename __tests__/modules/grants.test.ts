import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { aConsumer, aStream, refusals, synthesize } from "../helpers/synthesize";

const WRITER = "arn:aws:iam::333333333333:role/writer";
const keyArnPart = (part: number) =>
  `\${element(split(":", aws_kms_key.stream_key_D981BCF0.arn), ${part})}`;
const READER = "arn:aws:iam::333333333333:role/reader";

describe("ProducerStream", () => {
  describe("grants", () => {
    it("lets writers put records and generate data keys", () => {
      const synthesized = synthesize((stack, providers) => {
        aStream(stack, providers).grantWrite(WRITER);
      });
      expect(synthesized.statements("aws_kinesis_resource_policy")).toEqual([
        {
          Sid: "StreamWriteStatementID",
          Effect: "Allow",
          Principal: { AWS: [WRITER] },
          Action: ["kinesis:PutRecord", "kinesis:PutRecords"],
          Resource: "${aws_kinesis_stream.stream_AED765E9.arn}",
        },
      ]);
      const [, ...use] = synthesized.statements("aws_kms_key_policy");
      expect(use).toEqual([
        {
          Sid: "StreamWritersGenerateDataKey",
          Effect: "Allow",
          Principal: { AWS: [WRITER] },
          Action: ["kms:GenerateDataKey"],
          Resource: "*",
          Condition: {
            StringEquals: {
              "kms:ViaService": `kinesis.${keyArnPart(3)}.\${data.aws_partition.stream_partition_FCE523B6.dns_suffix}`,
              "kms:EncryptionContext:aws:kinesis:arn": `arn:${keyArnPart(1)}:kinesis:${keyArnPart(3)}:${keyArnPart(4)}:stream/kds-cross-account-stream`,
            },
          },
        },
      ]);
    });

    it("adds readers to the consumers' statements, whether granted before or after", () => {
      const role = "${aws_iam_role.consumer_role_0791C390.arn}";
      const principals = (first: boolean) => {
        const synthesized = synthesize((stack, providers) => {
          const stream = aStream(stack, providers);
          if (first) {
            stream.grantRead(READER);
          }
          aConsumer(stack, providers, { stream });
          if (!first) {
            stream.grantRead(READER);
          }
        });
        const [statement, ...more] = synthesized.statements(
          "aws_kinesis_resource_policy",
          "stream",
        );
        expect(more).toEqual([]);
        const [, decrypt] = synthesized.statements("aws_kms_key_policy");
        expect(decrypt?.Principal).toEqual(statement?.Principal);
        expect(decrypt?.Action).toEqual(["kms:Decrypt"]);
        return statement?.Principal.AWS;
      };
      expect(principals(true)).toEqual([READER, role]);
      expect(principals(false)).toEqual([role, READER]);
    });

    it("names a principal once, even if it is granted repeatedly or as different tokens", () => {
      const synthesized = synthesize((stack, providers) => {
        const stream = aStream(stack, providers);
        const { role } = aConsumer(stack, providers, { stream });
        const writer = new IamRole(stack, "writer", {
          provider: providers.other,
          assumeRolePolicy: "{}",
        });
        stream.grantRead(role?.arn ?? "");
        stream.grantRead(READER);
        stream.grantRead(READER);
        stream.grantWrite(writer.arn);
        stream.grantWrite(writer.arn);
      });
      const statements = synthesized.statements("aws_kinesis_resource_policy", "stream");
      expect(statements.map(({ Principal }) => Principal.AWS)).toEqual([
        ["${aws_iam_role.consumer_role_0791C390.arn}", READER],
        ["${aws_iam_role.writer.arn}"],
      ]);
      expect(
        synthesized.named("aws_kinesis_resource_policy", "stream").lifecycle.precondition,
      ).toHaveLength(2);
    });

    it.each([
      ["aws", "eu-central-1"],
      ["aws-cn", "cn-north-1"],
      ["aws-us-gov", "us-gov-west-1"],
      ["aws-iso", "us-iso-east-1"],
      ["aws-iso-b", "us-isob-east-1"],
    ])(
      "accepts an account, its root, a role or a user of partition %s in %s",
      (partition, region) => {
        const principals = [
          "333333333333",
          `arn:${partition}:iam::333333333333:root`,
          `arn:${partition}:iam::333333333333:role/path/writer`,
          `arn:${partition}:iam::333333333333:user/bob`,
        ];
        const synthesized = synthesize((stack, providers) => {
          const stream = aStream(stack, providers);
          principals.forEach((one) => stream.grantWrite(one));
        }, region);
        const [statement] = synthesized.statements("aws_kinesis_resource_policy");
        expect(statement?.Principal.AWS).toEqual(principals);
      },
    );

    it("fails when a principal is in another partition", () => {
      const sentences = refusals((stack, providers) => {
        aStream(stack, providers).grantRead("arn:aws-cn:iam::333333333333:root");
      });
      expect(sentences).toEqual([
        "'principalArn' must be in the stream's partition aws, got arn:aws-cn:iam::333333333333:root; accounts of different AWS partitions cannot share a stream: correct the ARN",
      ]);
    });

    it("has Terraform compare the partitions if only Terraform knows the stream's", () => {
      const { lifecycle } = synthesize((stack, providers) => {
        aStream(stack, providers).grantRead("arn:aws-cn:iam::333333333333:root");
      }, "").only("aws_kinesis_resource_policy");
      expect(lifecycle.precondition).toEqual([
        {
          condition:
            '${("aws-cn" == element(split(":", aws_kinesis_stream.stream_AED765E9.arn), 1))}',
          error_message: expect.stringContaining("must be in the stream's partition ${element("),
        },
      ]);
    });
  });
});
