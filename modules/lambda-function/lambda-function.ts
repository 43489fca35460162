import type { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import { isGiven } from "../../pipeline/values";
import { arnPart } from "../policies/arns";
import { PropertyChecks } from "../properties/property-checks";
import { tagsOf } from "../properties/tags";
import { checkAliasVersions, createAlias } from "./alias";
import { checkEnvironmentKey } from "./environment";
import { checkRoleOfFunction, referenceFunction, unqualifiedName } from "./existing-function";
import { checkFileSystem } from "./file-system";
import {
  CreatedFunctionSettings,
  createsFunction,
  FUNCTION_PROPERTIES,
  FunctionSettings,
} from "./function-properties";
import type { FunctionProps } from "./function-props";
import { checkImage } from "./image";
import { checkLogging, createOrReferenceLogGroup } from "./logs";
import { createFunctionRole, ExecutionRole } from "./role";
import { architecturesOf } from "./runtime";
import { checkSnapStart } from "./snap-start";

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
export const functionNameOf = (settings: FunctionSettings): string =>
  settings.existingFunction
    ? unqualifiedName(settings.existingFunction)
    : (settings.functionName ?? settings.consumerName);

/** The rules that span several properties of the function. */
export function checkFunction(
  checks: PropertyChecks,
  settings: FunctionSettings,
  given: FunctionProps,
): void {
  const { code, existingFunction } = settings;
  if ((code === undefined) === (existingFunction === undefined)) {
    checks.addError(
      `exactly one of 'code' and 'existingFunction' must be given, got ${code ? "both" : "neither"}; ` +
        "give 'code' to have a function created, or 'existingFunction' to use an existing function",
    );
  }
  if (existingFunction) {
    checkRoleOfFunction(checks, existingFunction);
    checkNotGiven(checks, given);
  } else if (settings.functionName === undefined) {
    const fix = "the default is 'consumerName': give 'functionName'";
    const { type } = FUNCTION_PROPERTIES.functionName;
    type.validate(settings.consumerName, checks.report("functionName", fix));
  }
  if (createsFunction(settings)) {
    checkImage(checks, settings, given);
    checkFileSystem(checks, settings);
    checkEnvironmentKey(checks, settings);
    checkSnapStart(checks, settings);
    checkAliasVersions(checks, settings.alias);
    checkLogging(checks, settings, given);
    settings.code.check(checks, settings);
  }
}

/** Adds an error for each setting of a new function that is given with an existing one. */
function checkNotGiven(checks: PropertyChecks, given: FunctionProps): void {
  for (const property of Object.keys(FUNCTION_PROPERTIES) as (keyof FunctionProps)[]) {
    if (!["code", "existingFunction"].includes(property) && isGiven(given[property])) {
      checks.addError(
        `'${property}' and 'existingFunction' are mutually exclusive, got both; ` +
          `omit '${property}': an existing function keeps its own settings`,
      );
    }
  }
}

/** Creates the Lambda function from `code`, or describes the existing function. */
export function createOrReferenceFunction(
  scope: Construct,
  settings: FunctionSettings,
): ConsumerFunction {
  const { existingFunction, stream } = settings;
  if (existingFunction) {
    return referenceFunction(existingFunction, arnPart(stream.streamArn, "region"));
  }
  if (!createsFunction(settings)) {
    throw new Error("'code' or 'existingFunction' has been checked to be given");
  }
  return createFunction(scope, settings);
}

function createFunction(scope: Construct, props: CreatedFunctionSettings): ConsumerFunction {
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
      : { handler: props.handler, runtime: props.runtime }),
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
