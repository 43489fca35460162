import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
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
import { CONSUMER, PRODUCER, REGION } from "../../e2e/deployment";
import { synthesize } from "../../terraform/harness";

export const WRITER = "arn:aws:iam::555555555555:root";
export const OTHER_READER = "arn:aws:iam::444444444444:root";

/** The pipeline that the recorded plans change. */
export interface World {
  stream: Partial<ProducerStreamProps>;
  /** ARN of a stream that is made elsewhere, instead of `stream`. */
  streamArn?: string;
  writers: string[];
  readers: string[];
  consumers: Record<string, Partial<CrossAccountConsumerProps>>;
  isMonitored: boolean;
}

export const WORLD: World = {
  stream: { streamName: "orders", shardCount: 2 },
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
};

export const synthesizeWorld = (world: World): string =>
  synthesize((stack, providerOf) => {
    const provider = providerOf("producer", PRODUCER);
    const consumerProvider: AwsProvider = providerOf("consumer", CONSUMER);
    const orders = world.streamArn
      ? ProducerStream.fromAttributes(stack, "orders", { streamArn: world.streamArn, provider })
      : new ProducerStream(stack, "orders", { provider, streamName: "orders", ...world.stream });
    world.writers.forEach((writer) => orders.grantWrite(writer));
    world.readers.forEach((reader) => orders.grantRead(reader));
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
