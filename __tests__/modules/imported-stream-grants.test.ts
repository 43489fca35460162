import { App, TerraformStack } from "cdktf";
import { ProducerStream } from "../../modules";
import { KEY_ARN, REGION, STREAM_ARN, synthesize } from "../helpers/synthesize";
import { tmpdir } from "node:os";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";

const WRITER = "arn:aws:iam::555555555555:role/writer";

describe("a grant on an encrypted stream without a provider", () => {
  it("offers key statements that only calls through Kinesis can use", () => {
    const { outputs } = synthesize((stack) => {
      ProducerStream.fromAttributes(stack, "stream", {
        streamArn: STREAM_ARN,
        kmsKeyArn: KEY_ARN,
      }).grantWrite(WRITER);
    });

    const [, offered] = Object.entries(outputs).find(([name]) =>
      name.includes("key-policy-statements"),
    )!;
    expect(JSON.parse((offered as { value: string }).value)).toEqual([
      {
        Sid: "StreamWritersGenerateDataKey",
        Effect: "Allow",
        Principal: { AWS: [WRITER] },
        Action: ["kms:GenerateDataKey"],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:ViaService": `kinesis.${REGION}.\${data.aws_partition.stream_partition_FCE523B6.dns_suffix}`,
            "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
          },
        },
      },
    ]);
  });

  it("fails if the stack has no provider to look up the DNS suffix with", () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), "grants-")) });
    ProducerStream.fromAttributes(new TerraformStack(app, "stack"), "stream", {
      streamArn: STREAM_ARN,
      kmsKeyArn: KEY_ARN,
    }).grantRead(WRITER);

    expect(() => app.synth()).toThrow(
      "1 invalid property (at stack/stream):\n" +
        "  - 'kmsKeyArn' requires 'provider', or any AwsProvider in the stack, got neither; create an AwsProvider in the stack",
    );
  });
});
