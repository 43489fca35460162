import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack, Testing } from "cdktf";
import { CrossAccountConsumer, LambdaCode, ProducerStream } from "../../modules";
import { REGION, STREAM_ARN } from "../helpers/synthesize";

const code = LambdaCode.fromS3("code", "function.zip");

const provider = (stack: TerraformStack, alias?: string): AwsProvider =>
  new AwsProvider(stack, alias ?? "default", { alias, region: REGION });

/** Two stacks of one app. */
const twoStacks = (): [TerraformStack, TerraformStack] => {
  const app: App = Testing.app();
  return [new TerraformStack(app, "here"), new TerraformStack(app, "there")];
};

const providerOfThere =
  "'provider' must be in stack here like the construct it is passed to, got one of stack there; create an AwsProvider for that account in stack here";

describe("elements of another stack", () => {
  it("are refused as the provider of a stream", () => {
    const [here, there] = twoStacks();
    expect(
      () =>
        new ProducerStream(here, "stream", {
          provider: provider(there, "producer"),
          streamName: "orders",
        }),
    ).toThrow(providerOfThere);
  });

  it("are refused as the provider of an imported stream", () => {
    const [here, there] = twoStacks();
    expect(() =>
      ProducerStream.fromAttributes(here, "stream", {
        provider: provider(there, "producer"),
        streamArn: STREAM_ARN,
      }),
    ).toThrow(providerOfThere);
  });

  it.each(["consumer", undefined])(
    "are refused as the provider of a consumer, with the alias %s",
    (alias) => {
      const [here, there] = twoStacks();
      const stream = new ProducerStream(here, "stream", {
        provider: provider(here, alias),
        streamName: "orders",
      });
      expect(
        () =>
          new CrossAccountConsumer(here, "reader", {
            provider: provider(there, alias),
            stream,
            consumerName: "reader",
            code,
          }),
      ).toThrow(`1 invalid property (at here/reader):\n  - ${providerOfThere}`);
    },
  );

  it("are refused as the stream of a consumer, with a hint to import the stream", () => {
    const [here, there] = twoStacks();
    const stream = new ProducerStream(there, "stream", {
      provider: provider(there, "producer"),
      streamName: "orders",
    });
    expect(
      () =>
        new CrossAccountConsumer(here, "reader", {
          provider: provider(here, "consumer"),
          stream,
          consumerName: "reader",
          code,
        }),
    ).toThrow(
      "1 invalid property (at here/reader):\n  - 'stream' must be in stack here like the construct it is passed to, got one of stack there; create both in one stack, or use ProducerStream.fromAttributes with the stream's ARN",
    );
  });
});
