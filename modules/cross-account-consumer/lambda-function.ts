import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { ConsumerSettings, createsFunction, FunctionSettings } from "./consumer-properties";
import { createAlias } from "./function-alias";
import { createFunctionRole, ExecutionRole } from "./function-role";
import { Architecture } from "./function-types";
import { tagsOf } from "./tags";

/** The function of a consumer, created or existing. */
export interface ConsumerFunction extends Partial<ExecutionRole> {
  readonly functionName: string;
  readonly functionArn: string;
  /** ARN that the mapping invokes: of the function, or of an alias or a version. */
  readonly invokedArn: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly logGroupName: string;
  /** Undefined for an existing function, whose role already has the permission to log. */
  readonly logGroupArn?: string;
  readonly logGroup?: CloudwatchLogGroup;
  readonly lambdaFunction?: LambdaFunction;
  readonly alias?: LambdaAlias;
}

/**
 * The given name, so that resources that only use the name do not depend on the function. It does not
 * include the alias or version of an existing function.
 */
export function functionNameOf(props: ConsumerSettings): string {
  const { existingFunction } = props;
  if (!existingFunction) {
    return props.functionName ?? props.consumerName;
  }
  const { functionName } = existingFunction;
  return Token.isUnresolved(functionName)
    ? Token.asString(Fn.element(Fn.split(":", functionName), 0))
    : functionName.replace(/:.*/, "");
}

/** Creates the Lambda function from `props.code`, or describes the existing function. */
export function createOrReferenceFunction(
  scope: Construct,
  props: ConsumerSettings,
): ConsumerFunction {
  const { existingFunction, stream } = props;
  if (existingFunction) {
    const { functionName: qualifiedName, roleArn } = existingFunction;
    const functionName = functionNameOf(props);
    const partition = arnPart(roleArn, "partition");
    const region = arnPart(stream.streamArn, "region");
    const account = arnPart(roleArn, "account");
    const arn = `arn:${partition}:lambda:${region}:${account}:function:${qualifiedName}`;
    return {
      ...existingFunction,
      functionName,
      functionArn: arn,
      invokedArn: arn,
      logGroupName: `/aws/lambda/${functionName}`,
    };
  }
  if (!createsFunction(props)) {
    throw new Error("'code' or 'existingFunction' has been checked to be given");
  }
  return createFunction(scope, props);
}

function createFunction(scope: Construct, props: FunctionSettings): ConsumerFunction {
  const { provider, fileSystem } = props;
  const functionName = functionNameOf(props);
  const functionRole = createFunctionRole(scope, props, functionName);
  const { role, functionPolicy } = functionRole;
  const { arn: roleArn } = role;
  const logging = createOrReferenceLogGroup(scope, props, functionName, roleArn);
  const { sourceKmsKeyArn, ...code } = props.code.bind(scope);
  const lambdaFunction = new LambdaFunction(scope, "function", {
    provider,
    functionName,
    description: props.description,
    role: roleArn,
    ...code,
    ...(props.code.isImage
      ? { packageType: "Image", imageConfig: props.imageConfig }
      : {
          handler: props.handler,
          runtime: props.runtime,
        }),
    architectures: architecturesOf(props),
    memorySize: props.memorySizeMb,
    timeout: props.timeoutSeconds,
    ephemeralStorage:
      props.ephemeralStorageMb === undefined ? undefined : { size: props.ephemeralStorageMb },
    environment: props.environment && { variables: props.environment },
    kmsKeyArn: props.environmentKmsKeyArn,
    layers: props.layers,
    vpcConfig: props.vpc,
    fileSystemConfig: fileSystem && {
      arn: fileSystem.accessPointArn,
      localMountPath: fileSystem.localMountPath,
    },
    codeSigningConfigArn: props.codeSigningConfigArn,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    tracingConfig: { mode: props.tracing },
    loggingConfig: {
      logFormat: props.logFormat,
      logGroup: logging.logGroupName,
      applicationLogLevel: props.applicationLogLevel,
      systemLogLevel: props.systemLogLevel,
    },
    publish: props.alias && true,
    snapStart: props.snapStart ? { applyOn: "PublishedVersions" } : undefined,
    dependsOn: functionPolicy && [functionPolicy],
    tags: tagsOf(props, "lambdaFunction"),
  });
  if (sourceKmsKeyArn !== undefined) {
    // An override, since bindings of AWS provider 5 would leave the argument out silently.
    lambdaFunction.addOverride("source_kms_key_arn", sourceKmsKeyArn);
  }
  const alias = createAlias(scope, props, lambdaFunction);
  const { arn } = lambdaFunction;
  return {
    ...functionRole,
    ...logging,
    functionName: lambdaFunction.functionName,
    functionArn: arn,
    invokedArn: alias?.arn ?? arn,
    roleName: role.name,
    roleArn,
    lambdaFunction,
    alias,
  };
}

/** An image has no default, since with a wrong architecture it would fail only when invoked. */
function architecturesOf({ code, architecture }: FunctionSettings): string[] | undefined {
  return code.isImage && architecture === undefined
    ? undefined
    : [architecture ?? Architecture.ARM_64];
}

function createOrReferenceLogGroup(
  scope: Construct,
  props: ConsumerSettings,
  functionName: string,
  roleArn: string,
): Pick<ConsumerFunction, "logGroup" | "logGroupName" | "logGroupArn"> & {
  readonly logGroupArn: string;
} {
  const { provider, existingLogGroupName, stream } = props;
  if (existingLogGroupName !== undefined) {
    const partition = arnPart(roleArn, "partition");
    const region = arnPart(stream.streamArn, "region");
    const account = arnPart(roleArn, "account");
    return {
      logGroupName: existingLogGroupName,
      logGroupArn: `arn:${partition}:logs:${region}:${account}:log-group:${existingLogGroupName}`,
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
