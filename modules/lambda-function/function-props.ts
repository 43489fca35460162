import type { FunctionAlias } from "./alias";
import type { ExistingFunction } from "./existing-function";
import type { FunctionFileSystem } from "./file-system";
import type { ImageConfig } from "./image";
import type { LambdaCode } from "./lambda-code";
import type { ApplicationLogLevel, LogFormat, SystemLogLevel } from "./logs";
import type { FunctionPolicyStatement } from "./policy-statements";
import type { Architecture } from "./runtime";
import type { TracingMode } from "./tracing";
import type { FunctionVpc } from "./vpc";

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
   * Description of the function. Valid: at most 256 characters on one line.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * Name of the execution role, unique in the account over all Regions. Valid: 1 to 64 letters,
   * digits or characters of _+=,.@-
   *
   * @default - `functionName`
   */
  readonly roleName?: string;

  /**
   * Path of the execution role in IAM, which begins and ends with a slash, at most 512 characters.
   * Changing it recreates the role.
   *
   * @default "/"
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
   */
  readonly rolePath?: string;

  /**
   * Permissions of the function other than reading the stream, reporting failures and logging. They
   * are an inline policy of its role, on which the mapping depends.
   *
   * @default - no further permissions
   */
  readonly policyStatements?: FunctionPolicyStatement[];

  /**
   * ARNs of managed policies that are attached to the function's role. The mapping depends on them.
   *
   * @default - none
   */
  readonly managedPolicyArns?: string[];

  /**
   * The function's entry point, `<file>.<export>`.
   *
   * @default "index.handler"
   */
  readonly handler?: string;

  /**
   * Identifier of the runtime. Runtimes that Lambda no longer accepts for new functions are refused.
   *
   * @default "nodejs22.x"
   */
  readonly runtime?: string;

  /**
   * Processor architecture. This default does not apply to container images, which may be built for
   * another architecture: if it is omitted for an image, AWS assumes x86_64.
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
   * Size of `/tmp`, in MB. Valid range: 512 to 10240. If it is removed later, AWS keeps the size:
   * give 512 to reduce it.
   *
   * @default 512
   */
  readonly ephemeralStorageMb?: number;

  /**
   * Environment variables.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;

  /**
   * ARN of the key that encrypts the environment variables, and the SnapStart snapshots. The role
   * gets `kms:Decrypt` on it, for this function's variables only.
   *
   * @default - a key of AWS
   */
  readonly environmentKmsKeyArn?: string;

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
   * A file system for the function. Requires `vpc`.
   *
   * @default - none
   */
  readonly fileSystem?: FunctionFileSystem;

  /**
   * Settings of the container image; only with `LambdaCode.fromImage`.
   *
   * @default - those of the image
   */
  readonly imageConfig?: ImageConfig;

  /**
   * ARN of a code signing configuration, which decides what code is accepted; not for container
   * images.
   *
   * @default - none
   */
  readonly codeSigningConfigArn?: string;

  /**
   * Alias that the mapping invokes. With an alias, every change of the function publishes a version.
   *
   * @default - the mapping invokes the latest state of the function ($LATEST)
   */
  readonly alias?: FunctionAlias;

  /**
   * If true, Lambda starts the function from a snapshot of its initialized state. Requires `alias`,
   * and a runtime with SnapStart: Java 11, Python 3.12, .NET 8 or newer. Not possible with container
   * images, `fileSystem` or an `ephemeralStorageMb` above 512.
   *
   * @default false
   * @see https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
   */
  readonly snapStart?: boolean;

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
   * Format of the log messages.
   *
   * @default LogFormat.JSON
   */
  readonly logFormat?: LogFormat;

  /**
   * Lowest level of the function's own messages that are logged. If it is removed later, AWS keeps
   * the level: give INFO to restore the default. Only with LogFormat.JSON.
   *
   * @default ApplicationLogLevel.INFO
   */
  readonly applicationLogLevel?: ApplicationLogLevel;

  /**
   * Lowest level of Lambda's messages that are logged. If it is removed later, AWS keeps the level:
   * give INFO to restore the default. Only with LogFormat.JSON.
   *
   * @default SystemLogLevel.INFO
   */
  readonly systemLogLevel?: SystemLogLevel;

  /**
   * Name of an existing log group, which several functions can share. It keeps its own retention
   * and encryption.
   *
   * @default - a log group named after the function is created
   */
  readonly existingLogGroupName?: string;

  /**
   * Retention of the logs, in days. Valid values: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180,
   * 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever.
   *
   * @default 30
   */
  readonly logRetentionDays?: number;

  /**
   * ARN of the key that encrypts the log group. Its policy must allow CloudWatch Logs to use it.
   *
   * @default - a key of AWS
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  readonly logGroupKmsKeyArn?: string;

  /**
   * ARN of the managed policy that is the permissions boundary of the execution role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;
}
