import type { FunctionConfiguration } from "@aws-sdk/client-lambda";

export interface LogStream {
  write(line: string): void;
}

/** Creates the log stream of an execution environment. */
export interface LogWriter {
  stream(configuration: FunctionConfiguration, logStreamName: string): LogStream;
}
