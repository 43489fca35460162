import { LambdaCode } from "../../modules";
import { wireKeys } from "../helpers/wired-key";
import { parsed, synthesize } from "../helpers/synthesize";

describe("a key that the program creates, with the stream's statements in its policy", () => {
  const synthesized = synthesize((stack, providers) =>
    wireKeys(
      stack,
      { ...providers, producerId: "111111111111" },
      LambdaCode.fromS3("code-bucket", "consumer.zip"),
    ),
  );

  it("allows the reader in its policy", () => {
    const [source] =
      synthesized.data.aws_iam_policy_document["stream-key-statements"].source_policy_documents;
    expect(parsed(source)).toMatchObject({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: expect.stringMatching(/^StreamReadersDecrypt\$\{substr\(sha1/),
          Principal: {
            AWS: [expect.stringMatching(/^\$\{aws_iam_role\.analytics_role_.*\.arn\}$/)],
          },
        },
      ],
    });
  });

  it("is a dependency of the mapping, and not of the stream, which its policy refers to", () => {
    const { depends_on: waitsFor } = synthesized.only("aws_lambda_event_source_mapping");
    expect(waitsFor).toContain("aws_kms_key_policy.stream-key-policy");
    expect(synthesized.only("aws_kinesis_stream")).not.toHaveProperty("depends_on");
  });
});
