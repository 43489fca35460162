import type { Statement } from "../policies/statements";

/** Sampling of AWS X-Ray traces. */
export enum TracingMode {
  /** Traces a sample of the invocations. */
  ACTIVE = "Active",
  /** Traces only invocations that the caller traces. */
  PASS_THROUGH = "PassThrough",
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
export const tracingStatements = (): Statement[] => [
  {
    Sid: "SendTraces",
    Effect: "Allow",
    Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    // These X-Ray actions have no resource types.
    Resource: "*",
  },
];
