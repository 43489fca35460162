import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Op } from "cdktf";
import { Construct } from "constructs";
import { isGiven } from "../../pipeline/values";
import { arnBeside, arnPart } from "../policies/arns";
import { isLiteral } from "../properties/expressions";
import { matching } from "../properties/property-types";
import { PropertyChecks } from "../properties/property-checks";
import { tagsOf } from "../properties/tags";
import type { FunctionSettings } from "./function-properties";
import type { FunctionProps } from "./function-props";

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

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
  3288, 3653,
];

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupName = matching(
  "^[a-zA-Z0-9_/.#-]{1,512}$",
  "1 to 512 letters, digits or characters of _/.#-",
);

export function checkLogging(
  checks: PropertyChecks,
  { logFormat, existingLogGroupName }: FunctionSettings,
  given: FunctionProps,
): void {
  for (const level of ["applicationLogLevel", "systemLogLevel"] as const) {
    if (isGiven(given[level])) {
      checks.checkRule(
        isLiteral(logFormat) ? logFormat !== LogFormat.TEXT : Op.eq(logFormat, LogFormat.JSON),
        `'${level}' requires 'logFormat', got ${logFormat}; ` +
          `Lambda filters messages by level in JSON only: set 'logFormat' to JSON, or omit '${level}'`,
      );
    }
  }
  for (const property of ["logRetentionDays", "logGroupKmsKeyArn"] as const) {
    if (existingLogGroupName !== undefined && isGiven(given[property])) {
      checks.addError(
        `'${property}' and 'existingLogGroupName' are mutually exclusive, got both; ` +
          `omit '${property}': an existing log group keeps its own settings`,
      );
    }
  }
}

/** Creates the function's log group, or composes the ARN of the existing one. */
export function createOrReferenceLogGroup(
  scope: Construct,
  props: FunctionSettings,
  functionName: string,
  roleArn: string,
): { logGroupName: string; logGroupArn: string; logGroup?: CloudwatchLogGroup } {
  const { provider, existingLogGroupName, stream } = props;
  if (existingLogGroupName !== undefined) {
    const region = arnPart(stream.streamArn, "region");
    return {
      logGroupName: existingLogGroupName,
      logGroupArn: arnBeside(roleArn, "logs", region, `log-group:${existingLogGroupName}`),
    };
  }
  // Created before the function: otherwise Lambda creates a log group that never expires.
  const logGroup = new CloudwatchLogGroup(scope, "log-group", {
    provider,
    name: `/aws/lambda/${functionName}`,
    retentionInDays: props.logRetentionDays,
    kmsKeyId: props.logGroupKmsKeyArn,
    // Another name would replace the log group and delete its logs.
    lifecycle: { ignoreChanges: ["name"] },
    tags: tagsOf(props, "logGroup"),
  });
  return { logGroup, logGroupName: logGroup.name, logGroupArn: logGroup.arn };
}
