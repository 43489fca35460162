import {
  encryptionKeyArn,
  functionName,
  layerVersionArn,
  policyArn,
  roleName,
  rolePath,
} from "../properties/formats";
import {
  boolean,
  instance,
  integer,
  list,
  mapOfStrings,
  matching,
  oneOf,
} from "../properties/kinds";
import { Properties } from "../properties/property";
import {
  alias,
  codeSigningConfigArn,
  existingFunction,
  fileSystem,
  imageConfig,
  logGroupName,
  policyStatement,
  runtime,
  variableName,
  vpc,
} from "./function-kinds";
import { FunctionProps } from "./function-props";
import {
  ApplicationLogLevel,
  Architecture,
  LogFormat,
  SystemLogLevel,
  TracingMode,
} from "./function-types";
import { LambdaCode } from "./lambda-code";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
  3288, 3653,
];

export const FUNCTION_PROPERTIES = {
  code: {
    kind: instance<LambdaCode>("a LambdaCode", (value) => value instanceof LambdaCode),
    fix: "create it with LambdaCode.fromDirectory, fromZip, fromS3 or fromImage",
  },
  existingFunction: {
    kind: existingFunction,
    fix: "omit it to have a function created from 'code'",
  },
  functionName: { kind: functionName, fix: "rename the function" },
  description: {
    kind: matching("^.{0,256}$", "at most 256 characters on one line"),
    fix: "shorten it",
  },
  roleName: { kind: roleName, fix: "rename the role", resource: "role" },
  rolePath: { kind: rolePath, implicitDefault: "/", resource: "role" },
  policyStatements: {
    kind: list(policyStatement, "policy statements"),
    fix: "omit it for no further permissions",
    resource: "policy-statements",
  },
  managedPolicyArns: {
    kind: list(policyArn, "managed policies", { uniqueItems: true }),
    fix: "give the ARNs of managed policies, each once",
    resource: "role",
  },
  handler: {
    kind: matching("^[^ ]{1,128}$", "1 to 128 characters without spaces"),
    default: "index.handler",
  },
  runtime: { kind: runtime, default: "nodejs22.x" },
  architecture: {
    kind: oneOf(Object.values(Architecture)),
    implicitDefault: Architecture.ARM_64,
  },
  memorySizeMb: { kind: integer(128, 10240), default: 256 },
  timeoutSeconds: { kind: integer(1, 900), default: 60 },
  ephemeralStorageMb: { kind: integer(512, 10240), implicitDefault: 512 },
  environment: { kind: mapOfStrings(variableName), fix: "omit it for no variables" },
  environmentKmsKeyArn: { kind: encryptionKeyArn, fix: "omit it for a key of AWS" },
  layers: {
    kind: list(layerVersionArn, "layer versions", { maxItems: 5 }),
    fix: "give ARNs of layer versions, and merge some if there are too many",
  },
  vpc: { kind: vpc, fix: "omit it for Lambda's own network" },
  fileSystem: { kind: fileSystem, fix: "omit it for no file system" },
  imageConfig: { kind: imageConfig, fix: "omit it for the image's own settings" },
  codeSigningConfigArn: { kind: codeSigningConfigArn, fix: "omit it to accept any code" },
  alias: {
    kind: alias,
    fix: "omit it to have the mapping invoke the function as it was changed last",
    resource: "alias",
  },
  snapStart: { kind: boolean(), implicitDefault: false },
  reservedConcurrentExecutions: {
    kind: integer(0, 1000000),
    fix: "omit it to share the account's concurrency",
  },
  tracing: { kind: oneOf(Object.values(TracingMode)), default: TracingMode.PASS_THROUGH },
  logFormat: { kind: oneOf(Object.values(LogFormat)), default: LogFormat.JSON },
  applicationLogLevel: {
    kind: oneOf(Object.values(ApplicationLogLevel)),
    implicitDefault: ApplicationLogLevel.INFO,
  },
  systemLogLevel: {
    kind: oneOf(Object.values(SystemLogLevel)),
    implicitDefault: SystemLogLevel.INFO,
  },
  existingLogGroupName: {
    kind: logGroupName,
    fix: "omit it to have a log group created",
  },
  logRetentionDays: { kind: oneOf(LOG_RETENTION_DAYS), default: 30, resource: "log-group" },
  logGroupKmsKeyArn: {
    kind: encryptionKeyArn,
    fix: "omit it for a key of AWS",
    resource: "log-group",
  },
  permissionsBoundaryArn: {
    kind: policyArn,
    fix: "omit it for no boundary",
    resource: "role",
  },
} as const satisfies Properties<FunctionProps>;
