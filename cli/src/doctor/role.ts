import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  type IAMClient,
  type Role,
} from "@aws-sdk/client-iam";
import type { Account } from "../accounts";
import { roleNameOf } from "../../../pipeline/arn";
import { lookUp } from "../look-up";
import { unknown, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { awsManagedPolicy } from "../../../pipeline/iam/managed-policies";
import { parsePolicy, type Policy } from "../../../pipeline/iam/document";

/** The execution role; undefined if nothing tells which one it is. */
export async function roleOf({ role, function: fn }: Pipeline): Promise<Fact<Role> | undefined> {
  const { arn } = role;
  if (arn === undefined) {
    return fn.configuration.state === "unknown" ? unknown(fn.configuration.why) : undefined;
  }
  return lookUp(fn.account, "iam:GetRole", async ({ iam }) => {
    const answer = await iam.send(new GetRoleCommand({ RoleName: roleNameOf(arn) }));
    return answer.Role;
  });
}

/** The inline and attached policies of a role. */
export async function identityPoliciesOf(
  account: Account,
  role: Fact<Role>,
): Promise<Fact<readonly Policy[]> | undefined> {
  if (role.state !== "found") {
    return role.state === "unknown" ? unknown(role.why) : undefined;
  }
  const { RoleName } = role.value;
  return lookUp(account, "iam:GetRolePolicy", async ({ iam }) => {
    const policies: Policy[] = [];
    for await (const { PolicyNames = [] } of paginateListRolePolicies(
      { client: iam },
      { RoleName },
    )) {
      for (const PolicyName of PolicyNames) {
        const answer = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        const policy = parsePolicy(`role policy ${PolicyName}`, answer.PolicyDocument ?? "{}");
        policies.push({ ...policy, place: { inline: PolicyName } });
      }
    }
    for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies(
      { client: iam },
      { RoleName },
    )) {
      for (const { PolicyArn = "" } of AttachedPolicies) {
        policies.push(await managedPolicy(iam, PolicyArn));
      }
    }
    return policies;
  });
}

/** The role's permissions boundary; undefined if it has none. */
export async function boundaryOf(
  account: Account,
  role: Fact<Role>,
): Promise<Fact<Policy> | undefined> {
  const arn =
    role.state === "found" ? role.value.PermissionsBoundary?.PermissionsBoundaryArn : undefined;
  return arn === undefined
    ? undefined
    : lookUp(account, "iam:GetPolicyVersion", ({ iam }) => managedPolicy(iam, arn));
}

/** AWS managed policies for functions are known even without permission to read them. */
async function managedPolicy(iam: IAMClient, PolicyArn: string): Promise<Policy> {
  try {
    return await readPolicy(iam, PolicyArn);
  } catch (error) {
    const known = awsManagedPolicy(PolicyArn);
    if (known === undefined) {
      throw error;
    }
    return known;
  }
}

async function readPolicy(iam: IAMClient, PolicyArn: string): Promise<Policy> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion: version } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: policy?.DefaultVersionId }),
  );
  return { ...parsePolicy(PolicyArn, version?.Document ?? "{}"), place: { managed: PolicyArn } };
}
