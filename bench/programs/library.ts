import { CrossAccountConsumer, LambdaCode, ProducerStream } from "../../modules";
import { CODE, synthesize } from "./pipelines";

/** The pipelines, made of this library's constructs. */
synthesize((stack, { producer, consumerOf }, size) => {
  const streams = Array.from(
    { length: size.streams },
    (_, index) =>
      new ProducerStream(stack, `stream-${index}`, {
        provider: producer,
        streamName: `stream-${index}`,
      }),
  );
  for (let index = 0; index < size.consumers; index += 1) {
    const stream = streams[index % streams.length];
    if (stream) {
      new CrossAccountConsumer(stack, `consumer-${index}`, {
        provider: consumerOf(index),
        stream,
        consumerName: `consumer-${index}`,
        code: LambdaCode.fromDirectory(CODE),
        memorySizeMb: index === size.consumers - 1 ? size.memorySizeMb : 256,
      });
    }
  }
});
