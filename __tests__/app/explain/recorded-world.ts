import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import {
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  OnFailure,
  PipelineMonitoring,
  ProducerStream,
  type ProducerStreamProps,
  ReadMode,
  StartingPosition,
} from "../../../modules";
import { silentCode } from "../../e2e/changes/code";
import { CONSUMER, PRODUCER, REGION, streamArn } from "../../e2e/deployment";
import { synthesize } from "../../terraform/harness";

export const WRITER = "arn:aws:iam::555555555555:root";
export const OTHER_READER = "arn:aws:iam::444444444444:root";

const FORMER_KEY = `arn:aws:kms:${REGION}:${PRODUCER}:key/former`;

/** The pipeline that the recorded plans change. */
export interface World {
  stream: Partial<ProducerStreamProps>;
  /** ARN of a stream that is made elsewhere, instead of `stream`. */
  streamArn?: string;
  writers: string[];
  readers: string[];
  consumers: Record<string, Partial<CrossAccountConsumerProps>>;
  isMonitored: boolean;
  /** Account of the consumers. */
  account: string;
}

export const WORLD: World = {
  stream: {
    streamName: "orders",
    shardCount: 2,
    retentionPeriodHours: 48,
    previousKmsKeyArns: [FORMER_KEY],
  },
  writers: [WRITER],
  readers: [OTHER_READER],
  consumers: {
    analytics: {},
    billing: {
      readMode: ReadMode.SHARED_THROUGHPUT,
      startingPosition: StartingPosition.LATEST,
      onFailure: OnFailure.none(),
    },
    paused: { readMode: ReadMode.SHARED_THROUGHPUT, enabled: false },
  },
  isMonitored: true,
  account: CONSUMER,
};

/** Without topics, whose tags a provider of another account may not read. */
export const UNMONITORED: World = { ...WORLD, isMonitored: false };

/** A stream that is made elsewhere, with its policy in the program. */
export const IMPORTED: World = {
  ...WORLD,
  streamArn: streamArn("orders"),
  readers: [],
  consumers: { billing: { readMode: ReadMode.SHARED_THROUGHPUT } },
  isMonitored: false,
};

export const synthesizeWorld = (world: World): string =>
  synthesize((stack, providerOf) => {
    const provider = providerOf("producer", PRODUCER);
    const consumerProvider: AwsProvider = providerOf("consumer", world.account);
    const orders = world.streamArn
      ? ProducerStream.fromAttributes(stack, "orders", { streamArn: world.streamArn, provider })
      : new ProducerStream(stack, "orders", { provider, streamName: "orders", ...world.stream });
    world.writers.forEach((writer) => orders.grantWrite(writer));
    world.readers.forEach((reader) => orders.grantRead(reader));
    if (orders instanceof ProducerStream) {
      readThroughByOthers(stack, orders);
    }
    const consumers = Object.entries(world.consumers).map(
      ([id, props]) =>
        new CrossAccountConsumer(stack, id, {
          provider: consumerProvider,
          stream: orders,
          consumerName: id,
          ...(!props.existingFunction && { code: silentCode() }),
          ...props,
        }),
    );
    if (world.isMonitored) {
      new PipelineMonitoring(stack, "monitoring", {
        stream: orders,
        consumers,
      });
    }
  }, REGION);

/** A registered consumer through which a function of another program reads. */
function readThroughByOthers(stack: TerraformStack, orders: ProducerStream): void {
  const search = new KinesisStreamConsumer(stack, "search", {
    provider: orders.provider,
    name: "search",
    streamArn: orders.streamArn,
  });
  new KinesisResourcePolicy(stack, "search-policy", {
    provider: orders.provider,
    resourceArn: search.arn,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: OTHER_READER },
          Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
          Resource: search.arn,
        },
      ],
    }),
  });
}
