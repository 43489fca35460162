import type { TerraformProvider } from "cdktf";
import type { IProducerStream } from "../producer-stream/producer-stream-props";
import {
  ACCOUNT,
  encryptionKeyArn,
  functionName,
  layerVersionArn,
  PARTITION,
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
} from "../properties/property-types";
import { Properties, WithDefaults } from "../properties/property";
import type { TagSettings } from "../properties/tags";
import { functionAlias } from "./alias";
import { variableName } from "./environment";
import { existingFunction } from "./existing-function";
import { functionFileSystem } from "./file-system";
import type { FunctionProps } from "./function-props";
import { functionImageConfig } from "./image";
import { LambdaCode } from "./lambda-code";
import {
  ApplicationLogLevel,
  LOG_RETENTION_DAYS,
  LogFormat,
  logGroupName,
  SystemLogLevel,
} from "./logs";
import { policyStatement } from "./policy-statements";
import { Architecture, functionRuntime } from "./runtime";
import { TracingMode } from "./tracing";
import { functionVpc } from "./vpc";

const codeSigningConfigArn = matching(
  `^${PARTITION}:lambda:[a-z0-9-]+:${ACCOUNT}:code-signing-config:csc-[a-z0-9]{17}$`,
  "the ARN of a code signing configuration (arn:aws:lambda:<region>:<account>:code-signing-config:<id>)",
);

export const FUNCTION_PROPERTIES = {
  code: {
    type: instance<LambdaCode>("a LambdaCode", (value) => value instanceof LambdaCode),
    fix: "create it with LambdaCode.fromDirectory, fromZip, fromS3 or fromImage",
  },
  existingFunction: {
    type: existingFunction,
    fix: "omit it to have a function created from 'code'",
  },
  functionName: { type: checkedByProvider(functionName), fix: "rename the function" },
  description: {
    type: matching("^.{0,256}$", "at most 256 characters on one line"),
    fix: "shorten it",
  },
  roleName: { type: checkedByProvider(roleName), fix: "rename the role" },
  rolePath: { type: rolePath, implicitDefault: "/" },
  policyStatements: {
    type: list(policyStatement, "policy statements"),
    fix: "omit it for no further permissions",
  },
  managedPolicyArns: {
    type: list(policyArn, "managed policies", { uniqueItems: true }),
    fix: "give the ARNs of managed policies, each once",
  },
  handler: {
    type: matching("^[^ ]{1,128}$", "1 to 128 characters without spaces"),
    default: "index.handler",
  },
  runtime: { type: checkedByProvider(functionRuntime), default: "nodejs22.x" },
  architecture: {
    type: checkedByProvider(oneOf(Object.values(Architecture))),
    implicitDefault: Architecture.ARM_64,
  },
  memorySizeMb: { type: checkedByProvider(integer(128, 10240)), default: 256 },
  timeoutSeconds: { type: checkedByProvider(integer(1, 900)), default: 60 },
  ephemeralStorageMb: { type: checkedByProvider(integer(512, 10240)), implicitDefault: 512 },
  environment: { type: secret(mapOfStrings(variableName)), fix: "omit it for no variables" },
  environmentKmsKeyArn: { type: encryptionKeyArn, fix: "omit it for a key of AWS" },
  layers: {
    type: list(layerVersionArn, "layer versions", { maxItems: 5 }),
    fix: "give ARNs of layer versions, and merge some if there are too many",
  },
  vpc: { type: functionVpc, fix: "omit it for Lambda's own network" },
  fileSystem: { type: functionFileSystem, fix: "omit it for no file system" },
  imageConfig: { type: functionImageConfig, fix: "omit it for the image's own settings" },
  codeSigningConfigArn: { type: codeSigningConfigArn, fix: "omit it to accept any code" },
  alias: {
    type: functionAlias,
    fix: "omit it to invoke $LATEST",
  },
  snapStart: { type: boolean(), implicitDefault: false },
  reservedConcurrentExecutions: {
    type: integer(0, 1000000),
    fix: "omit it to share the account's concurrency",
  },
  tracing: {
    type: checkedByProvider(oneOf(Object.values(TracingMode))),
    default: TracingMode.PASS_THROUGH,
  },
  logFormat: { type: checkedByProvider(oneOf(Object.values(LogFormat))), default: LogFormat.JSON },
  applicationLogLevel: {
    type: checkedByProvider(oneOf(Object.values(ApplicationLogLevel))),
    implicitDefault: ApplicationLogLevel.INFO,
  },
  systemLogLevel: {
    type: checkedByProvider(oneOf(Object.values(SystemLogLevel))),
    implicitDefault: SystemLogLevel.INFO,
  },
  existingLogGroupName: {
    type: checkedByProvider(logGroupName),
    fix: "omit it to have a log group created",
  },
  logRetentionDays: { type: checkedByProvider(oneOf(LOG_RETENTION_DAYS)), default: 30 },
  logGroupKmsKeyArn: { type: encryptionKeyArn, fix: "omit it for a key of AWS" },
  permissionsBoundaryArn: { type: policyArn, fix: "omit it for no boundary" },
} as const satisfies Properties<FunctionProps>;

/** Settings of a consumer that its function shares. */
interface OwnerSettings extends TagSettings<"role" | "logGroup" | "lambdaFunction"> {
  readonly provider: TerraformProvider;
  readonly stream: IProducerStream;
  readonly consumerName: string;
}

export type FunctionSettings = OwnerSettings &
  WithDefaults<FunctionProps, typeof FUNCTION_PROPERTIES>;

/** The settings of a function that is created. */
export type CreatedFunctionSettings = FunctionSettings & { readonly code: LambdaCode };

export const createsFunction = (settings: FunctionSettings): settings is CreatedFunctionSettings =>
  settings.code !== undefined;
