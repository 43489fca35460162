import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { Accounts } from "./accounts";
import { parseArn } from "./requests";

export interface RolePolicies {
  /** The role's ARN with its path, which the session's does not have. */
  readonly principal: string;
  readonly identity: string[];
  readonly boundary?: string;
}

/** Reads what a role may do, by inline and attached policies and its boundary; undefined when it is gone. */
export async function rolePolicies(
  accounts: Accounts,
  principal: string,
): Promise<RolePolicies | undefined> {
  const { account, resource } = parseArn(principal);
  const RoleName = /^assumed-role\/([^/]+)\//.exec(resource)?.[1];
  const iam = accounts.iam(account, "us-east-1");
  const role =
    RoleName &&
    (await iam
      .send(new GetRoleCommand({ RoleName }))
      .catch((error: unknown) => {
        if (!(error instanceof NoSuchEntityException)) throw error;
      }));
  if (!RoleName || !role) return undefined;

  const managed = async (PolicyArn: string) => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({
        PolicyArn,
        VersionId: Policy?.DefaultVersionId,
      }),
    );
    return decodeURIComponent(PolicyVersion?.Document ?? "");
  };
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const attached = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  const identity = await Promise.all([
    ...(inline.PolicyNames ?? []).map(async (PolicyName) => {
      const policy = await iam.send(
        new GetRolePolicyCommand({ RoleName, PolicyName }),
      );
      return decodeURIComponent(policy.PolicyDocument ?? "");
    }),
    ...(attached.AttachedPolicies ?? []).map(({ PolicyArn = "" }) =>
      managed(PolicyArn),
    ),
  ]);
  const boundary = role.Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  const policies = { principal: role.Role?.Arn ?? principal, identity };
  return boundary
    ? { ...policies, boundary: await managed(boundary) }
    : policies;
}

/** Whether a role's trust policy lets Lambda assume it. */
export async function trustsLambda(
  roleArn: string,
  trustPolicy: string,
): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal: "lambda.amazonaws.com",
        action: "sts:AssumeRole",
        resource: { resource: roleArn, accountId: parseArn(roleArn).account },
        contextVariables: {},
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: JSON.parse(trustPolicy) as unknown,
    },
    {},
  );
  return result.resultType !== "error" && result.overallResult === "Allowed";
}
