import { LambdaCode } from "./lambda-code";

/** The processor that runs the function. */
export enum Architecture {
  ARM_64 = "arm64",
  X86_64 = "x86_64",
}

/** Sampling of AWS X-Ray traces. */
export enum TracingMode {
  /** A sample of its invocations. */
  ACTIVE = "Active",
  /** Only what its caller traces. */
  PASS_THROUGH = "PassThrough",
}

/** The network that the function runs in. */
export interface FunctionVpc {
  /** Ids of the subnets, one or more. */
  readonly subnetIds: string[];
  /** Ids of the security groups, one or more. */
  readonly securityGroupIds: string[];
}

/**
 * An existing function in the consumer's account and Region. Another CrossAccountConsumer of the
 * same stack stands for its function, which then reads both streams. Its failure queue, if it
 * created one, gets the reports of both unless `onFailure` is given.
 */
export interface ExistingFunction {
  /** Name of the function. */
  readonly functionName: string;
  /** Name of its execution role, which gets an inline policy for the stream. */
  readonly roleName: string;
  /** ARN of its execution role. */
  readonly roleArn: string;
}

/**
 * The function: created from `code`, or an existing function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export interface FunctionProps {
  /**
   * The function's code. Exactly one of `code` and `existingFunction` must be given.
   *
   * @default - `existingFunction` is used
   */
  readonly code?: LambdaCode;

  /**
   * A function to use instead of a new one. Excludes every other property of the function.
   *
   * @default - a function is created from `code`
   */
  readonly existingFunction?: ExistingFunction;

  /**
   * Name of the function. Valid: 1 to 64 letters, digits, hyphens or underscores. If it changes,
   * the log group and the failure queue keep the names that they were created with.
   *
   * @default - `consumerName`
   */
  readonly functionName?: string;

  /**
   * Name of the execution role, unique in the account over all Regions. Valid: 1 to 64 letters,
   * digits or characters of _+=,.@-
   *
   * @default - `functionName`
   */
  readonly roleName?: string;

  /**
   * The function's entry point, `<file>.<export>`.
   *
   * @default "index.handler"
   */
  readonly handler?: string;

  /**
   * Identifier of the runtime; a retired one is refused.
   *
   * @default "nodejs22.x"
   */
  readonly runtime?: string;

  /**
   * Processor architecture.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * Memory, in MB; processor time grows with it. Valid range: 128 to 10240.
   *
   * @default 256
   */
  readonly memorySizeMb?: number;

  /**
   * Longest time for one batch, in seconds. Valid range: 1 to 900.
   *
   * @default 60
   */
  readonly timeoutSeconds?: number;

  /**
   * Environment variables.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;

  /**
   * ARNs of layer versions, at most 5.
   *
   * @default - none
   */
  readonly layers?: string[];

  /**
   * Network that the function runs in.
   *
   * @default - Lambda's own network, with access to the internet
   */
  readonly vpc?: FunctionVpc;

  /**
   * Concurrency reserved for the function, and its limit. Valid: 0 (never runs) or more.
   *
   * @default - shares the account's concurrency
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Tracing with AWS X-Ray.
   *
   * @default TracingMode.PASS_THROUGH
   */
  readonly tracing?: TracingMode;

  /**
   * Retention of the logs, in days. Valid values: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180,
   * 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever.
   *
   * @default 30
   */
  readonly logRetentionDays?: number;

  /**
   * ARN of the managed policy that bounds the execution role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;
}
