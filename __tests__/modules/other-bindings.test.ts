import { TerraformProvider } from "cdktf";
import type { Construct } from "constructs";
import { ProducerStream } from "../../modules";
import {
  aConsumer,
  aStream,
  KEY_ARN,
  refusals,
  STREAM_ARN,
  synthesize,
} from "../helpers/synthesize";

interface Arguments {
  readonly alias: string;
  readonly region?: string;
}

/** The provider class of other bindings, which shares only the framework's base class. */
class OtherProvider extends TerraformProvider {
  constructor(
    scope: Construct,
    private readonly given: Arguments,
    terraformResourceType = "aws",
  ) {
    super(scope, `other-${given.alias}`, { terraformResourceType, terraformProviderSource: "aws" });
  }

  public override get alias(): string {
    return this.given.alias;
  }

  public get region(): string | undefined {
    return this.given.region;
  }

  protected override synthesizeAttributes() {
    return { ...this.given };
  }
}

describe("the AwsProvider of other bindings", () => {
  it("is used for every resource of its account", () => {
    const synthesized = synthesize((stack, providers) => {
      const producer = new OtherProvider(stack, { alias: "first", region: "eu-central-1" });
      const provider = new OtherProvider(stack, { alias: "second", region: "eu-central-1" });
      aConsumer(stack, providers, {
        provider,
        stream: aStream(stack, providers, { provider: producer }),
      });
    });
    expect(synthesized.only("aws_kinesis_stream").provider).toBe("aws.first");
    expect(synthesized.only("aws_lambda_event_source_mapping").provider).toBe("aws.second");
  });

  it("has its Region compared with the stream's", () => {
    expect(
      refusals((stack, providers) => {
        const provider = new OtherProvider(stack, { alias: "second", region: "us-west-2" });
        aConsumer(stack, providers, { provider });
      }),
    ).toEqual([
      expect.stringContaining("must be in the stream's Region eu-central-1, got us-west-2"),
    ]);
  });

  it("is used for lookups if the stack has no other provider", () => {
    const { data } = synthesize((stack) => {
      stack.node.children.forEach(({ node }) => stack.node.tryRemoveChild(node.id));
      new OtherProvider(stack, { alias: "only" });
      const stream = ProducerStream.fromAttributes(stack, "stream", {
        streamArn: STREAM_ARN,
        kmsKeyArn: KEY_ARN,
      });
      stream.grantRead("arn:aws:iam::333333333333:role/reader");
    });
    expect(Object.values(data.aws_partition ?? {})).toEqual([{ provider: "aws.only" }]);
  });

  it("is refused if it is not a provider of AWS", () => {
    expect(
      refusals((stack, providers) => {
        const provider = new OtherProvider(stack, { alias: "other" }, "google");
        aConsumer(stack, providers, { provider });
      }),
    ).toEqual([
      expect.stringContaining(
        "'provider' must be an AwsProvider, got an instance of OtherProvider",
      ),
    ]);
  });
});
