export { CrossAccountConsumer } from "./cross-account-consumer";
export { type CrossAccountConsumerProps, ReadMode } from "./cross-account-consumer-props";
export {
  Architecture,
  type ExistingFunction,
  type FunctionProps,
  type FunctionVpc,
  TracingMode,
} from "./function-props";
export { LambdaCode } from "./lambda-code";
export { type MappingProps, StartingPosition } from "./mapping-props";
export { OnFailure } from "./on-failure";
export { ProducerStream } from "./producer-stream";
export {
  type IProducerStream,
  type ProducerStreamAttributes,
  type ProducerStreamProps,
  StreamEncryption,
  StreamMode,
} from "./producer-stream-props";
