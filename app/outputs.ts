import { TerraformOutput, TerraformStack } from "cdktf";
import { CrossAccountConsumer, IProducerStream, PipelineMonitoring } from "../modules";

/** A consumer's id in the names of its outputs, which must not contain dots. */
export const outputName = (consumerId: string): string => consumerId.replace(/\./g, "-");

/**
 * Adds the outputs of the AWS blog post, and those that are needed to operate the pipeline. The
 * outputs of each consumer end in its id, so that they do not change if other consumers are added
 * or removed; the first consumer also has them under the blog's names.
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
  consumers.forEach((consumer, index) => {
    const suffixes = [...(index === 0 ? [""] : []), `_${outputName(consumer.node.id)}`];
    for (const suffix of suffixes) {
      output(`KinesisStreamEFOConsumerArn${suffix}`, consumer.consumerArn);
      output(`LambdaFunctionArn${suffix}`, consumer.functionArn);
      output(`LogGroupName${suffix}`, consumer.logGroupName);
      output(`EventSourceMappingId${suffix}`, consumer.mapping.uuid);
      output(`OnFailureQueueUrl${suffix}`, consumer.onFailureQueueUrl);
    }
  });
}

/** Adds the topics that were created for alarms, so that somebody can subscribe to them. */
export function addTopicOutputs(stack: TerraformStack, { topics }: PipelineMonitoring): void {
  for (const [accountId, topic] of Object.entries(topics)) {
    new TerraformOutput(stack, `AlarmTopicArn_${accountId}`, { value: topic.arn });
  }
}
