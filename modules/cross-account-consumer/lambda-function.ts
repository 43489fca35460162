import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsServicePrincipal } from "@cdktf/provider-aws/lib/data-aws-service-principal";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { policyDocument, Statement } from "../policies/statements";
import { PropertyChecks } from "../properties/property-checks";
import { ConsumerSettings } from "./consumer-properties";
import { TracingMode } from "./function-props";
import { LambdaCode } from "./lambda-code";
import { tagsOf } from "./tags";

/** The function of a consumer, created or existing. */
export interface ConsumerFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly logGroupName: string;
  readonly logGroup?: CloudwatchLogGroup;
  readonly role?: IamRole;
  readonly lambdaFunction?: LambdaFunction;
  readonly functionPolicy?: IamRolePolicy;
}

/** The name as it was given: resources that only use the name do not wait for the function. */
export const functionNameOf = (props: ConsumerSettings): string =>
  props.existingFunction?.functionName ?? props.functionName ?? props.consumerName;

/** Creates the Lambda function from `props.code`, or describes the existing function. */
export function createOrReferenceFunction(
  scope: Construct,
  props: ConsumerSettings,
  checks: PropertyChecks,
): ConsumerFunction {
  const { code, existingFunction, stream } = props;
  if (existingFunction) {
    const { functionName, roleArn } = existingFunction;
    const partition = arnPart(roleArn, "partition");
    const region = arnPart(stream.streamArn, "region");
    const account = arnPart(roleArn, "accountId");
    return {
      ...existingFunction,
      functionArn: `arn:${partition}:lambda:${region}:${account}:function:${functionName}`,
      logGroupName: `/aws/lambda/${functionName}`,
    };
  }
  if (!code) {
    throw new Error("'code' or 'existingFunction' has been checked to be given");
  }
  return createFunction(scope, { ...props, code }, checks);
}

function createFunction(
  scope: Construct,
  props: ConsumerSettings & { readonly code: LambdaCode },
  checks: PropertyChecks,
): ConsumerFunction {
  const { provider } = props;
  const functionName = functionNameOf(props);
  const role = createRole(scope, props, functionName, checks);
  // Created before the function: otherwise Lambda creates a log group that never expires.
  const logGroup = new CloudwatchLogGroup(scope, "log-group", {
    provider,
    name: `/aws/lambda/${functionName}`,
    retentionInDays: props.logRetentionDays,
    // A log group of another name would be a new one, and the logs so far would be deleted.
    lifecycle: { ...checks.lifecycleOf("log-group"), ignoreChanges: ["name"] },
    tags: tagsOf(props, "logGroup"),
  });
  const prerequisites = createPrerequisites(scope, props, role);
  const lambdaFunction = new LambdaFunction(scope, "function", {
    provider,
    functionName,
    role: role.arn,
    ...props.code.bind(scope),
    ...(props.code.isImage
      ? { packageType: "Image" }
      : {
          handler: props.handler,
          runtime: props.runtime,
        }),
    architectures: [props.architecture],
    memorySize: props.memorySizeMb,
    timeout: props.timeoutSeconds,
    environment: props.environment && { variables: props.environment },
    layers: props.layers,
    vpcConfig: props.vpc,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    tracingConfig: { mode: props.tracing },
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    dependsOn: prerequisites && [prerequisites],
    lifecycle: checks.lifecycleOf("function"),
    tags: tagsOf(props, "lambdaFunction"),
  });
  return {
    functionName: lambdaFunction.functionName,
    functionArn: lambdaFunction.arn,
    roleName: role.name,
    roleArn: role.arn,
    logGroupName: logGroup.name,
    logGroup,
    role,
    lambdaFunction,
    functionPolicy: prerequisites,
  };
}

function createRole(
  scope: Construct,
  props: ConsumerSettings,
  functionName: string,
  checks: PropertyChecks,
): IamRole {
  const { provider } = props;
  const lambda = new DataAwsServicePrincipal(scope, "lambda", {
    provider,
    serviceName: "lambda",
  });
  return new IamRole(scope, "role", {
    provider,
    name: props.roleName ?? functionName,
    path: props.rolePath,
    assumeRolePolicy: policyDocument([
      {
        Sid: "LambdaAssumesRole",
        Effect: "Allow",
        Principal: { Service: lambda.name },
        Action: ["sts:AssumeRole"],
      },
    ]),
    permissionsBoundary: props.permissionsBoundaryArn,
    lifecycle: checks.lifecycleOf("role"),
    tags: tagsOf(props, "role"),
  });
}

/**
 * Permissions that Lambda checks before it creates a function. They are a policy of their own,
 * since the role's other permissions name the stream, and the function need not wait for it.
 */
function createPrerequisites(
  scope: Construct,
  props: ConsumerSettings,
  role: IamRole,
): IamRolePolicy | undefined {
  const statements = [
    ...(props.vpc ? vpcStatements() : []),
    ...(props.tracing === TracingMode.ACTIVE ? tracingStatements() : []),
  ];
  return statements.length === 0
    ? undefined
    : new IamRolePolicy(scope, "function-policy", {
        provider: props.provider,
        role: role.name,
        name: "function",
        policy: policyDocument(statements),
      });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
function vpcStatements(): Statement[] {
  return [
    {
      Sid: "ManageNetworkInterfaces",
      Effect: "Allow",
      Action: [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
      ],
      // Lambda refuses the function unless these are allowed on everything.
      Resource: "*",
    },
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
function tracingStatements(): Statement[] {
  return [
    {
      Sid: "SendTraces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      // X-Ray has no resources to name.
      Resource: "*",
    },
  ];
}
