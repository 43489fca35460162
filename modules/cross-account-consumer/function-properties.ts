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
  checkedByProvider,
  instance,
  integer,
  list,
  mapOfStrings,
  matching,
  oneOf,
  secret,
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
  functionName: { kind: checkedByProvider(functionName), fix: "rename the function" },
  description: {
    kind: matching("^.{0,256}$", "at most 256 characters on one line"),
    fix: "shorten it",
  },
  roleName: { kind: checkedByProvider(roleName), fix: "rename the role" },
  rolePath: { kind: rolePath, implicitDefault: "/" },
  policyStatements: {
    kind: list(policyStatement, "policy statements"),
    fix: "omit it for no further permissions",
  },
  managedPolicyArns: {
    kind: list(policyArn, "managed policies", { uniqueItems: true }),
    fix: "give the ARNs of managed policies, each once",
  },
  handler: {
    kind: matching("^[^ ]{1,128}$", "1 to 128 characters without spaces"),
    default: "index.handler",
  },
  runtime: { kind: checkedByProvider(runtime), default: "nodejs22.x" },
  architecture: {
    kind: checkedByProvider(oneOf(Object.values(Architecture))),
    implicitDefault: Architecture.ARM_64,
  },
  memorySizeMb: { kind: checkedByProvider(integer(128, 10240)), default: 256 },
  timeoutSeconds: { kind: checkedByProvider(integer(1, 900)), default: 60 },
  ephemeralStorageMb: { kind: checkedByProvider(integer(512, 10240)), implicitDefault: 512 },
  environment: { kind: secret(mapOfStrings(variableName)), fix: "omit it for no variables" },
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
  },
  snapStart: { kind: boolean(), implicitDefault: false },
  reservedConcurrentExecutions: {
    kind: integer(0, 1000000),
    fix: "omit it to share the account's concurrency",
  },
  tracing: {
    kind: checkedByProvider(oneOf(Object.values(TracingMode))),
    default: TracingMode.PASS_THROUGH,
  },
  logFormat: { kind: checkedByProvider(oneOf(Object.values(LogFormat))), default: LogFormat.JSON },
  applicationLogLevel: {
    kind: checkedByProvider(oneOf(Object.values(ApplicationLogLevel))),
    implicitDefault: ApplicationLogLevel.INFO,
  },
  systemLogLevel: {
    kind: checkedByProvider(oneOf(Object.values(SystemLogLevel))),
    implicitDefault: SystemLogLevel.INFO,
  },
  existingLogGroupName: {
    kind: checkedByProvider(logGroupName),
    fix: "omit it to have a log group created",
  },
  logRetentionDays: { kind: checkedByProvider(oneOf(LOG_RETENTION_DAYS)), default: 30 },
  logGroupKmsKeyArn: {
    kind: encryptionKeyArn,
    fix: "omit it for a key of AWS",
  },
  permissionsBoundaryArn: {
    kind: policyArn,
    fix: "omit it for no boundary",
  },
} as const satisfies Properties<FunctionProps>;
