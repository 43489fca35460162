export { CrossAccountConsumer } from "./cross-account-consumer/cross-account-consumer";
export {
  type CrossAccountConsumerProps,
  ReadMode,
  type TagsByResource,
} from "./cross-account-consumer/cross-account-consumer-props";
export type { FunctionProps } from "./cross-account-consumer/function-props";
export {
  type AdditionalVersionWeight,
  ApplicationLogLevel,
  Architecture,
  type ExistingFunction,
  type FunctionAlias,
  type FunctionFileSystem,
  type FunctionPolicyStatement,
  type FunctionVpc,
  type ImageConfig,
  LogFormat,
  SystemLogLevel,
  TracingMode,
} from "./cross-account-consumer/function-types";
export { LambdaCode } from "./cross-account-consumer/lambda-code";
export { type MappingProps, StartingPosition } from "./cross-account-consumer/mapping-props";
export { OnFailure, type OnFailureOptions } from "./cross-account-consumer/on-failure";
export type { StreamBase } from "./producer-stream/stream-base";
export { ProducerStream } from "./producer-stream/producer-stream";
export {
  type GrantWriteOptions,
  type IProducerStream,
  type ProducerStreamAttributes,
  type ProducerStreamProps,
  StreamEncryption,
  StreamMode,
} from "./producer-stream/producer-stream-props";
export type { StreamPolicyStatement } from "./producer-stream/stream-policy-statement";
export { PipelineMonitoring } from "./monitoring/pipeline-monitoring";
export type { PipelineMonitoringProps } from "./monitoring/pipeline-monitoring-props";
