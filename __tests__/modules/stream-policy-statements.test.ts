import { ProducerStream } from "../../modules";
import { aStream, refusals, STREAM_ARN, synthesize } from "../helpers/synthesize";

const READER = "arn:aws:iam::333333333333:role/inspector";
const STATEMENT = {
  sid: "Inspect",
  principals: ["333333333333", READER],
  actions: ["kinesis:DescribeStreamSummary", "kinesis:ListShards"],
  conditions: { StringEquals: { "aws:PrincipalOrgID": "o-1a2b3c4d5e" } },
};

const refused = (statement: object): string[] =>
  refusals((stack, providers) =>
    aStream(stack, providers).addToResourcePolicy({ ...STATEMENT, ...statement }),
  );

describe("a statement added to a stream's resource policy", () => {
  it("is added after the grants in the stream's policy", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      stream.addToResourcePolicy(STATEMENT);
      stream.grantWrite("444444444444");
    });

    expect(synthesized.statements("aws_kinesis_resource_policy")).toEqual([
      expect.objectContaining({ Sid: "StreamWriteStatementID" }),
      {
        Sid: "Inspect",
        Effect: "Allow",
        Principal: { AWS: ["333333333333", READER] },
        Action: ["kinesis:DescribeStreamSummary", "kinesis:ListShards"],
        Resource: "${aws_kinesis_stream.stream_AED765E9.arn}",
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1a2b3c4d5e" } },
      },
    ]);
  });

  it("does not change the key's policy, and returns the policies to depend on", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      expect(stream.addToResourcePolicy(STATEMENT)).toEqual([
        stream.keyPolicy,
        stream.resourcePolicy,
      ]);
    });

    expect(synthesized.statements("aws_kms_key_policy")).toHaveLength(1);
  });

  it("is offered to the owner of a stream without a provider", () => {
    const { outputs } = synthesize((stack) => {
      ProducerStream.fromAttributes(stack, "imported", {
        streamArn: STREAM_ARN,
      }).addToResourcePolicy(STATEMENT);
    });

    expect(JSON.stringify(outputs)).toContain("Inspect");
  });

  it.each([
    ["no principal", { principals: [] }, /^'statement\.principals' must be a non-empty list/],
    ["a wildcard", { principals: ["*"] }, /^'statement\.principals\[0\]' must name one principal/],
    [
      "a principal in another partition",
      { principals: ["arn:aws-cn:iam::333333333333:root"] },
      /^'statement\.principals\[0\]' must be in the stream's partition/,
    ],
    [
      "an action that cannot be shared",
      { actions: ["kinesis:DeleteStream"] },
      /^'statement\.actions\[0\]' must be one of/,
    ],
    ["a wrong type", { actions: "kinesis:ListShards" }, /^'statement\.actions' must be a list/],
    ["an unknown member", { effect: "Deny" }, /^'statement\.effect'/],
  ])("fails with %s", (_what, statement, sentence) => {
    expect(refused(statement)).toEqual([expect.stringMatching(sentence)]);
  });
});
