import { TerraformOutput, TerraformStack } from "cdktf";
import { CrossAccountConsumer, IProducerStream } from "../modules";

/** What the names of one consumer's outputs end in. */
export const outputSuffix = (consumerName: string, consumerCount: number): string =>
  consumerCount === 1 ? "" : `_${consumerName}`;

/**
 * The blog's outputs and what operating the pipeline takes. With several consumers each has a
 * set of its own, whose names end in the consumer's.
 */
export function addOutputs(
  stack: TerraformStack,
  stream: IProducerStream,
  consumers: readonly CrossAccountConsumer[],
): void {
  const output = (name: string, value: string | undefined): void => {
    if (value !== undefined) {
      new TerraformOutput(stack, name, { value });
    }
  };
  output("KinesisStreamArn", stream.streamArn);
  output("KMSKeyArn", stream.kmsKeyArn);
  for (const consumer of consumers) {
    const suffix = outputSuffix(consumer.node.id, consumers.length);
    output(`KinesisStreamEFOConsumerArn${suffix}`, consumer.consumerArn);
    output(`LambdaFunctionArn${suffix}`, consumer.functionArn);
    output(`LogGroupName${suffix}`, consumer.logGroupName);
    output(`EventSourceMappingId${suffix}`, consumer.mapping.uuid);
    output(`OnFailureQueueUrl${suffix}`, consumer.onFailureQueueUrl);
  }
}
