import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { ProducerStream } from "../../modules";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  type Json,
  KEY_ARN,
  Providers,
  STREAM_ARN,
  Synthesized,
  synthesize,
} from "../helpers/synthesize";
import { preconditions } from "../helpers/tokens";

const WRITER = "arn:aws:iam::555555555555:role/writer";

describe("grants of a stream", () => {
  /** A stream without a provider, with a grant to a token before or after its consumer. */
  const split = (grantFirst: boolean): Synthesized =>
    synthesize((stack, providers) => {
      const writer = new TerraformVariable(stack, "given", {}).stringValue;
      const stream = ProducerStream.fromAttributes(stack, "stream", {
        streamArn: STREAM_ARN,
        kmsKeyArn: KEY_ARN,
      });
      const steps = [
        () => stream.grantWrite(writer),
        () => aConsumer(stack, providers, { stream, consumerArn: CONSUMER_ARN }),
      ];
      (grantFirst ? steps : steps.reverse()).forEach((step) => step());
    });

  it("have the same preconditions and lookups before and after the consumer", () => {
    const [before, after] = [split(true), split(false)];

    expect(preconditions(after)).toEqual(preconditions(before));
    expect(preconditions(after).consumer_mapping).toHaveLength(2);
    expect(after.addresses).toEqual(before.addresses);
  });

  it("keep the lifecycle that the user sets on the resource policy", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      const given = new TerraformVariable(stack, "given", {}).stringValue;
      stream.grantRead(WRITER);
      stream.resourcePolicy!.lifecycle = {
        preventDestroy: true,
        precondition: [{ condition: "${true}", errorMessage: "of the user" }],
      };
      stream.grantWrite(given);
    });

    const { lifecycle } = synthesized.only("aws_kinesis_resource_policy");
    expect(lifecycle.prevent_destroy).toBe(true);
    expect((lifecycle.precondition as Json[]).map((one) => one.error_message)).toEqual([
      "of the user",
      expect.stringContaining("'principalArn' must be an account id"),
      expect.stringContaining("'principalArn' must be in the stream's partition"),
    ]);
  });

  it("are the same if the stack is synthesized twice", () => {
    let stack: TerraformStack | undefined;
    synthesize((scope, providers) => {
      stack = scope;
      const stream = aStream(scope, providers, { kmsKeyArn: KEY_ARN });
      stream.grantWrite(new TerraformVariable(scope, "given", {}).stringValue);
      aConsumer(scope, providers, { stream });
    });

    expect(Testing.synth(stack!)).toBe(Testing.synth(stack!));
  });

  it.each<[string, (stack: TerraformStack, providers: Providers) => ProducerStream, string[]]>([
    [
      "a created key",
      (stack, providers) => aStream(stack, providers),
      ["aws_kms_key_policy.stream_key-policy", "aws_kinesis_resource_policy.stream_stream-policy"],
    ],
    [
      "a given key",
      (stack, providers) => aStream(stack, providers, { kmsKeyArn: KEY_ARN }),
      ["aws_kinesis_resource_policy.stream_stream-policy"],
    ],
  ])("return the policies that allow them with %s", (_key, create, expected) => {
    const { data } = synthesize((stack, providers) => {
      new DataAwsCallerIdentity(stack, "writer", {
        provider: providers.other,
        dependsOn: create(stack, providers).grantWrite(WRITER),
      });
    });

    const { depends_on } = data.aws_caller_identity.writer;
    expect((depends_on as string[]).map((one) => one.replace(/_[0-9A-F]{8}$/, ""))).toEqual(
      expected,
    );
  });

  it("are readable as documents for the owners of stream and key", () => {
    const synthesized = synthesize((stack) => {
      const stream = ProducerStream.fromAttributes(stack, "stream", {
        streamArn: STREAM_ARN,
      });
      stream.grantWrite(WRITER);
      new TerraformVariable(stack, "policy", { default: stream.resourcePolicyDocument });
      new TerraformVariable(stack, "statements", { default: stream.keyPolicyStatements });
    });

    const { policy, statements } = synthesized.document.variable;
    expect(JSON.parse(policy.default)).toMatchObject({
      Statement: [{ Sid: "StreamWriteStatementID", Principal: { AWS: [WRITER] } }],
    });
    expect(JSON.parse(statements.default)).toEqual([]);
  });
});
