import { identityStatement } from "../policies/statements";

/** Sampling of AWS X-Ray traces. */
export enum TracingMode {
  /** Traces a sample of the invocations. */
  ACTIVE = "Active",
  /** Traces only invocations that the caller traces. */
  PASS_THROUGH = "PassThrough",
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
export const tracingStatement = identityStatement(
  "SendTraces",
  ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
  // These X-Ray actions have no resource types.
  "*",
);
