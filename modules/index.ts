export { CrossAccountConsumer } from "./cross-account-consumer/cross-account-consumer";
export {
  type CrossAccountConsumerProps,
  ReadMode,
  type TagsByResource,
} from "./cross-account-consumer/cross-account-consumer-props";
export { type MappingProps, StartingPosition } from "./cross-account-consumer/mapping-props";
export { OnFailure, type OnFailureOptions } from "./cross-account-consumer/on-failure";
export type { AdditionalVersionWeight, FunctionAlias } from "./lambda-function/alias";
export type { ExistingFunction } from "./lambda-function/existing-function";
export type { FunctionFileSystem } from "./lambda-function/file-system";
export type { FunctionProps } from "./lambda-function/function-props";
export type { ImageConfig } from "./lambda-function/image";
export { LambdaCode } from "./lambda-function/lambda-code";
export { ApplicationLogLevel, LogFormat, SystemLogLevel } from "./lambda-function/logs";
export type { FunctionPolicyStatement } from "./lambda-function/policy-statements";
export { Architecture } from "./lambda-function/runtime";
export { TracingMode } from "./lambda-function/tracing";
export type { FunctionVpc } from "./lambda-function/vpc";
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
