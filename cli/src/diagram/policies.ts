import { awsPrincipals, type Statement } from "../../../pipeline/iam/document";
import type { PlacedResource, Resources } from "../../../pipeline/terraform/references";
import { listOf } from "../../../pipeline/values";

/** Actions that a policy allows one role on one resource. */
export interface Grant {
  readonly role: PlacedResource;
  readonly resource: PlacedResource;
  readonly actions: readonly string[];
  readonly side: "role" | "resource";
}

/** Which attribute names the resource that a policy belongs to. */
const OWNERS: Readonly<Record<string, string>> = {
  aws_kinesis_resource_policy: "resource_arn",
  aws_kms_key_policy: "key_id",
  aws_iam_role_policy: "role",
};

/** The resource that a policy belongs to; undefined if it is no policy that the diagram knows. */
export function ownerOf(
  policy: PlacedResource,
  { referredTo }: Resources,
): PlacedResource | undefined {
  const attribute = Object.hasOwn(OWNERS, policy.type) ? OWNERS[policy.type] : undefined;
  return attribute === undefined ? undefined : referredTo(policy.values[attribute]);
}

/** What a policy allows roles of the same configuration. */
export function grantsOf(policy: PlacedResource, resources: Resources): Grant[] {
  const owner = ownerOf(policy, resources);
  const document = parsePolicy(policy.values.policy);
  if (!owner || !document) {
    return [];
  }
  const isRolePolicy = policy.type === "aws_iam_role_policy";
  return listOf(document.Statement).flatMap((statement): Grant[] => {
    const actions = [...listOf(statement.Action)];
    const others = isRolePolicy ? listOf(statement.Resource) : awsPrincipals(statement);
    return others.flatMap((value): Grant[] => {
      const other = resources.referredTo(value);
      if (statement.Effect !== "Allow" || !other) {
        return [];
      }
      return isRolePolicy
        ? [{ role: owner, resource: other, actions, side: "role" }]
        : [{ role: other, resource: owner, actions, side: "resource" }];
    });
  });
}

/** Terraform's expressions may hold quotes, which JSON does not allow within its own. */
function parsePolicy(text: unknown): { Statement?: Statement | Statement[] } | undefined {
  const escaped = String(text).replace(/\$\{[^}]*\}/g, (found) => found.replaceAll('"', "'"));
  try {
    return JSON.parse(escaped) as { Statement?: Statement | Statement[] };
  } catch {
    // A policy that is an expression as a whole is known only to Terraform.
    return undefined;
  }
}
