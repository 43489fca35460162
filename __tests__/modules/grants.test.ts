import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { aConsumer, aStream, synthesize } from "../helpers/synthesize";

const WRITER = "arn:aws:iam::333333333333:role/writer";
const READER = "arn:aws:iam::333333333333:role/reader";

describe("ProducerStream", () => {
  describe("grants", () => {
    it("lets writers put records and make data keys", () => {
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
              "kms:ViaService":
                'kinesis.${element(split(":", aws_kinesis_stream.stream_AED765E9.arn), 3)}.${data.aws_partition.stream_partition_FCE523B6.dns_suffix}',
              "kms:EncryptionContext:aws:kinesis:arn": "${aws_kinesis_stream.stream_AED765E9.arn}",
            },
          },
        },
      ]);
    });

    it("adds readers to the consumers' statements, whichever comes first", () => {
      const role = "${aws_iam_role.consumer_role_0791C390.arn}";
      const principals = (first: boolean) => {
        const synthesized = synthesize((stack, providers) => {
          const stream = aStream(stack, providers);
          if (first) stream.grantRead(READER);
          aConsumer(stack, providers, { stream });
          if (!first) stream.grantRead(READER);
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

    it("names a principal once, however often and as which token it is given", () => {
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
      ).toHaveLength(1);
    });

    it("takes an account, its root, a role or a user, in any partition", () => {
      const principals = [
        "333333333333",
        "arn:aws:iam::333333333333:root",
        "arn:aws-cn:iam::333333333333:role/path/writer",
        "arn:aws-us-gov:iam::333333333333:user/bob",
      ];
      const synthesized = synthesize((stack, providers) => {
        const stream = aStream(stack, providers);
        principals.forEach((one) => stream.grantWrite(one));
      });
      const [statement] = synthesized.statements("aws_kinesis_resource_policy");
      expect(statement?.Principal.AWS).toEqual(principals);
    });
  });
});
