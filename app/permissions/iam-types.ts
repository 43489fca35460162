import { Context, Target } from "./context";
import { ResourcePermissions } from "./resource-permissions";

const roles = (arn: string): Target => ({ sid: "Roles", arns: [arn] });

/** With a permissions boundary, the role's permissions can change only while it has the boundary. */
function bounded(context: Context): Target {
  const arn = context.roleArn();
  const condition = context.boundaryCondition(context.role());
  return condition ? { sid: "RolesWithBoundary", arns: [arn], condition } : roles(arn);
}

export const IAM_TYPES: Readonly<Record<string, ResourcePermissions>> = {
  aws_iam_role: {
    self: (context) => roles(context.ownArn()),
    targets: (context) => {
      const condition = context.boundaryCondition(context.resource);
      const withBoundary = { sid: "RolesWithBoundary", arns: [context.ownArn()], condition };
      return {
        bounded: condition ? withBoundary : roles(context.ownArn()),
        // There is no permission to remove the boundary again: that is for its administrator.
        boundary: condition && withBoundary,
      };
    },
    create: { bounded: ["iam:CreateRole"], self: ["iam:TagRole"] },
    read: { self: ["iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"] },
    update: {
      self: ["iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy"],
      boundary: ["iam:PutRolePermissionsBoundary"],
    },
    delete: { self: ["iam:ListInstanceProfilesForRole", "iam:DeleteRole"] },
  },

  aws_iam_role_policy: {
    self: (context) => roles(context.roleArn()),
    targets: (context) => ({ bounded: bounded(context) }),
    create: { bounded: ["iam:PutRolePolicy"] },
    read: { self: ["iam:GetRolePolicy"] },
    update: { bounded: ["iam:PutRolePolicy"] },
    delete: { self: ["iam:DeleteRolePolicy"] },
  },

  aws_iam_role_policy_attachment: {
    self: (context) => roles(context.roleArn()),
    targets: (context) => {
      const policy = { ArnEquals: { "iam:PolicyARN": [context.text("policy_arn")] } };
      const { condition, arns } = bounded(context);
      return {
        attach: { sid: "AttachPolicies", arns, condition: { ...condition, ...policy } },
        detach: { sid: "DetachPolicies", arns, condition: policy },
      };
    },
    create: { attach: ["iam:AttachRolePolicy"] },
    read: { self: ["iam:ListAttachedRolePolicies"] },
    delete: { detach: ["iam:DetachRolePolicy"] },
  },
};
