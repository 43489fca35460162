import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import {
  CrossAccountConsumer,
  IProducerStream,
  LambdaCode,
  OnFailure,
  ProducerStream,
  ReadMode,
  StreamEncryption,
} from "../../modules";
import { ANALYTICS, ARCHIVE, arnsIn, Cloud, CONSUMERS, FRAUD, OWNER, WRITERS } from "./accounts";

/** Variants of who creates the streams, their keys and their resource policies. */
export const SHAPES = [
  "created",
  "created, with an existing key",
  "created, unencrypted, with its former key retained",
  "imported, with a provider",
  "imported",
] as const;
export type Shape = (typeof SHAPES)[number];

/** The parts of cdk.tf.json that contain policies. */
export interface Configuration {
  readonly provider: { readonly aws: readonly ProviderBlock[] };
  readonly resource: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, { readonly value: string }>>;
}
export interface ProviderBlock {
  readonly alias: string;
  readonly region: string;
  readonly allowed_account_ids: readonly [string];
}
export type Block = Readonly<Record<string, unknown>>;
export type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

/**
 * One stream with three readers and a writer, and a second one with its own reader and writer in
 * the same accounts, which must have no access to the first one. The function "analytics" reads both.
 */
export function synthesize(cloud: Cloud, shape: Shape): Configuration {
  const app = Testing.app({ stackTraces: false });
  const stack = new TerraformStack(app, "security");
  const arns = arnsIn(cloud);
  const provider = (alias: string, account: string) =>
    new AwsProvider(stack, alias, {
      alias,
      region: cloud.region,
      allowedAccountIds: [account],
    });
  const owner = provider("owner", OWNER);
  const analytics = provider("analytics-account", ANALYTICS);

  const clickstream = createStream(stack, owner, "clickstream", cloud, shape);
  clickstream.grantWrite(arns.role(WRITERS, "web"), { listShards: true });
  const billing = createStream(stack, owner, "billing", cloud, shape);
  billing.grantWrite(arns.role(WRITERS, "till"));

  const code = LambdaCode.fromS3("code", "function.zip");
  const consumerArn = (name: keyof typeof CONSUMERS) =>
    shape === "imported" ? arns.consumer(name) : undefined;
  const analyticsConsumer = new CrossAccountConsumer(stack, "analytics", {
    provider: analytics,
    stream: clickstream,
    consumerName: "analytics",
    consumerArn: consumerArn("analytics"),
    code,
    onFailure: OnFailure.queue({ kmsKeyArn: arns.destinationKey(ANALYTICS, "analytics") }),
  });
  new CrossAccountConsumer(stack, "fraud", {
    provider: provider("fraud-account", FRAUD),
    stream: clickstream,
    consumerName: "fraud",
    readMode: ReadMode.SHARED_THROUGHPUT,
    code,
    onFailure: OnFailure.sns(arns.topic(FRAUD, "fraud-failures"), {
      kmsKeyArn: arns.destinationKey(FRAUD, "fraud"),
    }),
  });
  new CrossAccountConsumer(stack, "archive", {
    provider: provider("archive-account", ARCHIVE),
    stream: clickstream,
    consumerName: "archive",
    consumerArn: consumerArn("archive"),
    code,
    onFailure: OnFailure.s3(arns.bucket("archive-failures"), undefined, {
      kmsKeyArn: arns.destinationKey(ARCHIVE, "archive"),
    }),
  });
  new CrossAccountConsumer(stack, "ledger", {
    provider: analytics,
    stream: billing,
    consumerName: "ledger",
    consumerArn: consumerArn("ledger"),
    code,
  });
  new CrossAccountConsumer(stack, "analytics-of-billing", {
    provider: analytics,
    stream: billing,
    consumerName: "analytics-of-billing",
    readMode: ReadMode.SHARED_THROUGHPUT,
    existingFunction: analyticsConsumer,
    onFailure: OnFailure.none(),
  });
  return JSON.parse(Testing.synth(stack, true)) as Configuration;
}

function createStream(
  stack: TerraformStack,
  provider: AwsProvider,
  name: string,
  cloud: Cloud,
  shape: Shape,
): IProducerStream {
  const arns = arnsIn(cloud);
  const existing = {
    streamArn: arns.stream(name),
    kmsKeyArn: arns.key(name),
  };
  switch (shape) {
    case "created":
      return new ProducerStream(stack, name, { provider, streamName: name });
    case "created, with an existing key":
      return new ProducerStream(stack, name, {
        provider,
        streamName: name,
        kmsKeyArn: existing.kmsKeyArn,
      });
    case "created, unencrypted, with its former key retained":
      return new ProducerStream(stack, name, {
        provider,
        streamName: name,
        encryption: StreamEncryption.NONE,
        retainKey: true,
      });
    case "imported, with a provider":
      return ProducerStream.fromAttributes(stack, name, {
        ...existing,
        provider,
      });
    case "imported":
      return ProducerStream.fromAttributes(stack, name, existing);
  }
}
