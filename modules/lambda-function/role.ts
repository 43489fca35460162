import { DataAwsServicePrincipal } from "@cdktf/provider-aws/lib/data-aws-service-principal";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import { replacedWithRole } from "../policies/created-roles";
import { policyDocument } from "../policies/statements";
import { expressionOf } from "../properties/expressions";
import { tagsOf } from "../properties/tags";
import { environmentStatement } from "./environment";
import { fileSystemStatement } from "./file-system";
import type { FunctionSettings } from "./function-properties";
import { givenStatement } from "./policy-statements";
import { TracingMode, tracingStatement } from "./tracing";
import { vpcStatement } from "./vpc";

/** The execution role of a created function, and the policies that the function needs by itself. */
export interface ExecutionRole {
  readonly role: IamRole;
  /** Permissions that Lambda checks before it creates the function. */
  readonly functionPolicy?: IamRolePolicy;
  /** The `policyStatements`, which the function's code needs. */
  readonly statementsPolicy?: IamRolePolicy;
  readonly managedPolicies: IamRolePolicyAttachment[];
}

export function createFunctionRole(
  scope: Construct,
  props: FunctionSettings,
  functionName: string,
): ExecutionRole {
  const role = createRole(scope, props, functionName);
  return {
    role,
    functionPolicy: createFunctionPolicy(scope, props, functionName, role),
    statementsPolicy: createStatementsPolicy(scope, props, role),
    managedPolicies: attachManagedPolicies(scope, props, role),
  };
}

function createRole(scope: Construct, props: FunctionSettings, functionName: string): IamRole {
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
    tags: tagsOf(props, "role"),
  });
}

/**
 * Permissions that Lambda uses when it creates a function or publishes a version. They have
 * a separate policy, since the role's other permissions refer to the stream, for which the function
 * need not wait.
 */
function createFunctionPolicy(
  scope: Construct,
  props: FunctionSettings,
  functionName: string,
  role: IamRole,
): IamRolePolicy | undefined {
  const { provider, vpc, tracing, fileSystem, environmentKmsKeyArn } = props;
  const statements = [
    ...(vpc ? [vpcStatement] : []),
    ...(tracing === TracingMode.ACTIVE ? [tracingStatement] : []),
    ...(fileSystem ? [fileSystemStatement(fileSystem)] : []),
    ...(environmentKmsKeyArn === undefined
      ? []
      : [environmentStatement(environmentKmsKeyArn, role.arn, functionName)]),
  ];
  return statements.length === 0
    ? undefined
    : new IamRolePolicy(scope, "function-policy", {
        provider,
        role: role.name,
        name: "function",
        policy: policyDocument(statements),
        lifecycle: replacedWithRole(scope, role.name),
      });
}

/** The function does not wait for this policy, so that a statement can name the function. */
function createStatementsPolicy(
  scope: Construct,
  { provider, policyStatements = [] }: FunctionSettings,
  role: IamRole,
): IamRolePolicy | undefined {
  return policyStatements.length === 0
    ? undefined
    : new IamRolePolicy(scope, "policy-statements", {
        provider,
        role: role.name,
        name: "policy-statements",
        policy: policyDocument(policyStatements.map(givenStatement)),
        lifecycle: replacedWithRole(scope, role.name),
      });
}

/** The construct ids come from the ARNs, so that addresses do not depend on their order. */
const attachManagedPolicies = (
  scope: Construct,
  { provider, managedPolicyArns = [] }: FunctionSettings,
  role: IamRole,
): IamRolePolicyAttachment[] =>
  managedPolicyArns.map(
    (policyArn) =>
      new IamRolePolicyAttachment(
        scope,
        `managed-policy-${String(expressionOf(scope, policyArn))}`,
        {
          provider,
          role: role.name,
          policyArn,
          lifecycle: replacedWithRole(scope, role.name),
        },
      ),
  );
