/** The processor that runs the function. */
export enum Architecture {
  ARM_64 = "arm64",
  X86_64 = "x86_64",
}

/** Sampling of AWS X-Ray traces. */
export enum TracingMode {
  /** Traces a sample of the invocations. */
  ACTIVE = "Active",
  /** Traces only invocations that the caller traces. */
  PASS_THROUGH = "PassThrough",
}

/** The network that the function runs in. */
export interface FunctionVpc {
  /** Ids of the subnets, one or more. */
  readonly subnetIds: string[];
  /** Ids of the security groups, one or more. */
  readonly securityGroupIds: string[];
  /**
   * If true, the function can also send IPv6 traffic in subnets with IPv4 and IPv6 ranges.
   *
   * @default false
   */
  readonly ipv6AllowedForDualStack?: boolean;
}

/**
 * An existing function in the consumer's account and Region. If another CrossAccountConsumer of
 * the same stack is given, its function reads both streams. Its failure queue, if it created one,
 * receives the reports about both unless `onFailure` is given.
 */
export interface ExistingFunction {
  /**
   * Name of the function, with an alias or a version if the mapping is to invoke that
   * (`name:live`, `name:3`).
   */
  readonly functionName: string;
  /** Name of its execution role, which gets an inline policy for the stream. */
  readonly roleName: string;
  /** ARN of its execution role. */
  readonly roleArn: string;
}

/** Format of the function's log messages. */
export enum LogFormat {
  /** One JSON object a line, which can be filtered by level and queried by field. */
  JSON = "JSON",
  /** Lines of text. */
  TEXT = "Text",
}

/** Lowest level of the function's own messages that are logged. */
export enum ApplicationLogLevel {
  TRACE = "TRACE",
  DEBUG = "DEBUG",
  INFO = "INFO",
  WARN = "WARN",
  ERROR = "ERROR",
  FATAL = "FATAL",
}

/** Lowest level of Lambda's messages that are logged. */
export enum SystemLogLevel {
  DEBUG = "DEBUG",
  INFO = "INFO",
  WARN = "WARN",
}

/** A statement that allows actions of the function. */
export interface FunctionPolicyStatement {
  /**
   * Id of the statement. Valid: letters and digits.
   *
   * @default - none
   */
  readonly sid?: string;
  /**
   * Actions, one or more, such as `dynamodb:PutItem`. `dynamodb:*` allows every action of a
   * service, as IAM permits; `*` alone is refused.
   */
  readonly actions: string[];
  /**
   * ARNs of the resources, one or more, which can have wildcards. `*` alone is allowed, since some
   * actions apply to no single resource, for example `cloudwatch:PutMetricData`. Write a policy
   * variable with two dollar signs (`$${aws:PrincipalTag/team}`), as Terraform evaluates one.
   */
  readonly resources: string[];
  /**
   * Conditions: values by condition key, by operator. Example:
   * `{ StringEquals: { "dynamodb:LeadingKeys": ["orders"] } }`.
   *
   * @default - none
   */
  readonly conditions?: Record<string, Record<string, string | string[]>>;
}

/** A second version of the function, and its share of the batches. */
export interface AdditionalVersionWeight {
  /**
   * The other version.
   *
   * @default - the version published last
   */
  readonly functionVersion?: string;
  /** Share of the batches that the other version processes. Valid range: 0 to 1. */
  readonly weight: number;
}

/**
 * An alias of the function, which the mapping invokes. Each change of the function publishes a
 * version, and the alias decides which version processes the records.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
 */
export interface FunctionAlias {
  /**
   * Name of the alias, such as `live`. Valid: 1 to 128 letters, digits, hyphens or underscores, not
   * only digits.
   */
  readonly name: string;
  /**
   * The version that the alias points to. Give a published version, such as "3", to return to it or
   * to keep it.
   *
   * @default - the version published last
   */
  readonly functionVersion?: string;
  /**
   * A second version, which processes a share of the batches. Lambda chooses the version of each
   * batch at random; records of a shard stay in order.
   *
   * @default - every batch is processed by one version
   */
  readonly additionalVersionWeight?: AdditionalVersionWeight;
}

/** Settings of a container image that replace those in its Dockerfile. */
export interface ImageConfig {
  /**
   * Arguments of the entry point (CMD).
   *
   * @default - the image's
   */
  readonly command?: string[];
  /**
   * Command that starts the container (ENTRYPOINT).
   *
   * @default - the image's
   */
  readonly entryPoint?: string[];
  /**
   * Working directory (WORKDIR).
   *
   * @default - the image's
   */
  readonly workingDirectory?: string;
}

/** An Amazon EFS file system that the function reads and writes. */
export interface FunctionFileSystem {
  /** ARN of the access point; its file system has a mount target in each of the function's zones. */
  readonly accessPointArn: string;
  /** Path at which the file system is mounted, directly under `/mnt/`. Example: `/mnt/data`. */
  readonly localMountPath: string;
}
