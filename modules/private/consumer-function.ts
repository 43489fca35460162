import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsServicePrincipal } from "@cdktf/provider-aws/lib/data-aws-service-principal";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import { CrossAccountConsumerProps } from "../cross-account-consumer-props";
import { Architecture, TracingMode } from "../function-props";
import { LambdaCode } from "../lambda-code";
import { arnPart } from "./arns";
import { codeOrFunction } from "./errors";
import { FunctionChecks } from "./function-checks";
import { policyDocument, Statement } from "./policies";

/** What the rest of the consumer needs to know of its function. */
export interface ConsumerFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly logGroupName: string;
  readonly logGroup?: CloudwatchLogGroup;
  readonly role?: IamRole;
  readonly lambdaFunction?: LambdaFunction;
}

/** As a literal where it is one, so that what carries the name need not wait for the function. */
export const functionNameOf = (props: CrossAccountConsumerProps): string =>
  props.existingFunction?.functionName ?? props.functionName ?? props.consumerName;

/** The function to read with: made here from `code`, or the one that is there. */
export function functionFor(
  scope: Construct,
  props: CrossAccountConsumerProps,
  checks: FunctionChecks,
): ConsumerFunction {
  if (props.code) {
    return createFunction(scope, { ...props, code: props.code }, checks);
  }
  const { existingFunction, stream } = props;
  if (!existingFunction) {
    throw new Error(codeOrFunction("neither"));
  }
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

/** In the order in which they need each other: role, log group, function. */
function createFunction(
  scope: Construct,
  props: CrossAccountConsumerProps & { readonly code: LambdaCode },
  checks: FunctionChecks,
): ConsumerFunction {
  const { provider, tags } = props;
  const functionName = functionNameOf(props);
  const role = createRole(scope, props, functionName, checks);
  // Made before the function, which would else make one of its own that never expires.
  const logGroup = new CloudwatchLogGroup(scope, "log-group", {
    provider,
    name: `/aws/lambda/${functionName}`,
    retentionInDays: props.logRetentionDays ?? 30,
    // A log group of another name would be a new one, and the logs so far would be deleted.
    lifecycle: { ...checks.logGroup.lifecycle, ignoreChanges: ["name"] },
    tags,
  });
  const prerequisites = createPrerequisites(scope, props, role);
  const tracing = props.tracing ?? TracingMode.PASS_THROUGH;
  const lambdaFunction = new LambdaFunction(scope, "function", {
    provider,
    functionName,
    role: role.arn,
    ...props.code.bind(scope),
    ...(props.code.isImage
      ? { packageType: "Image" }
      : {
          handler: props.handler ?? "index.handler",
          runtime: props.runtime ?? "nodejs22.x",
        }),
    architectures: [props.architecture ?? Architecture.ARM_64],
    memorySize: props.memorySizeMb ?? 256,
    timeout: props.timeoutSeconds ?? 60,
    environment: props.environment && { variables: props.environment },
    layers: props.layers,
    vpcConfig: props.vpc,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    tracingConfig: { mode: tracing },
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    dependsOn: prerequisites && [prerequisites],
    lifecycle: checks.function.lifecycle,
    tags,
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
  };
}

function createRole(
  scope: Construct,
  props: CrossAccountConsumerProps,
  functionName: string,
  checks: FunctionChecks,
): IamRole {
  const { provider, tags } = props;
  const lambda = new DataAwsServicePrincipal(scope, "lambda", {
    provider,
    serviceName: "lambda",
  });
  return new IamRole(scope, "role", {
    provider,
    name: props.roleName ?? functionName,
    assumeRolePolicy: policyDocument([
      {
        Sid: "LambdaAssumesRole",
        Effect: "Allow",
        Principal: { Service: lambda.name },
        Action: ["sts:AssumeRole"],
      },
    ]),
    permissionsBoundary: props.permissionsBoundaryArn,
    lifecycle: checks.role.lifecycle,
    tags,
  });
}

/**
 * What Lambda checks before it makes a function, apart from the role's other permissions: those
 * name the stream, which would have the function wait for it.
 */
function createPrerequisites(
  scope: Construct,
  props: CrossAccountConsumerProps,
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
