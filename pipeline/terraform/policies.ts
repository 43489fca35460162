import type { GrantListEntry } from "@aws-sdk/client-kms";
import { found, unknown, type Fact } from "../fact";
import { parsePolicy, unreadablePolicy, type Policy } from "../iam/document";
import { awsManagedPolicy } from "../iam/managed-policies";
import type { DestinationSettings, PipelineWithPolicies } from "../pipeline";
import { blocks, text, type Values } from "./resource";
import type { PlacedResource, Resources } from "./resources";

export const notHere = <T>(arn: string): Fact<T> =>
  unknown(`${arn} is not in this Terraform configuration`);

/** The policy of a stream or registered consumer. */
export function resourcePolicyOf(arn: string, { referredTo, pointingTo }: Resources): Fact<Policy> {
  const [own] = pointingTo(arn, "aws_kinesis_resource_policy", "resource_arn");
  return own
    ? policyIn(own, `the policy of ${arn}`)
    : referredTo(arn)
      ? { state: "missing", why: `${arn} has no resource policy in this Terraform configuration` }
      : notHere(arn);
}

/** The key that encrypts a stream, with its policy. */
export function keyOf(
  stream: PlacedResource | undefined,
  { referredTo, pointingTo }: Resources,
): Pick<PipelineWithPolicies, "key" | "keyPolicy" | "keyGrants"> {
  const id = text(stream?.values, "kms_key_id");
  if (stream === undefined) {
    return { key: unknown("the stream is not in this Terraform configuration") };
  }
  if (id === undefined || stream.values.encryption_type !== "KMS") {
    return {};
  }
  const key = referredTo(id);
  if (key === undefined) {
    const isAws = id.endsWith("alias/aws/kinesis");
    const elsewhere = notHere<never>(id);
    return isAws || /^arn:.*:key\//.test(id)
      ? {
          key: found({ KeyId: id, Arn: id, ...(isAws && { KeyManager: "AWS" }) }),
          ...(!isAws && { keyPolicy: elsewhere }),
        }
      : { key: elsewhere };
  }
  const [policy = text(key.values, "policy") === undefined ? undefined : key] = pointingTo(
    key.values.arn,
    "aws_kms_key_policy",
    "key_id",
  );
  return {
    key: found({ KeyId: id, Arn: text(key.values, "arn") }),
    keyPolicy: policy ? policyIn(policy, `the policy of ${id}`) : notHere(id),
    keyGrants: found(
      pointingTo(key.values.arn, "aws_kms_grant", "key_id").map(({ values }) => grantIn(values)),
    ),
  };
}

function grantIn(values: Values): GrantListEntry {
  const [constraints] = blocks(values.constraints);
  const context = (argument: string) => {
    const pairs = constraints?.[argument] as Record<string, string> | null | undefined;
    return pairs && Object.keys(pairs).length > 0 ? pairs : undefined;
  };
  return {
    GranteePrincipal: text(values, "grantee_principal"),
    Operations: values.operations as GrantListEntry["Operations"],
    Constraints: {
      EncryptionContextSubset: context("encryption_context_subset"),
      EncryptionContextEquals: context("encryption_context_equals"),
    },
  };
}

/** The role of a function, with all of its policies; a policy that cannot be read may allow everything. */
export function roleOf(
  arn: string | undefined,
  resources: Resources,
): Pick<PipelineWithPolicies, "role" | "identityPolicies" | "boundary"> {
  const role = resources.referredTo(arn);
  if (role === undefined) {
    const why = `role ${arn ?? "of the function"} is not in this Terraform configuration`;
    return { role: unknown(why), identityPolicies: unknown(why) };
  }
  const { values } = role;
  const boundary = text(values, "permissions_boundary");
  return {
    role: found({
      Arn: text(values, "arn"),
      RoleId: text(values, "unique_id"),
      AssumeRolePolicyDocument: text(values, "assume_role_policy"),
      ...(boundary !== undefined && { PermissionsBoundary: { PermissionsBoundaryArn: boundary } }),
    }),
    identityPolicies: found(identityPoliciesOf(role, resources)),
    ...(boundary !== undefined && { boundary: found(managedPolicy(boundary, resources)) }),
  };
}

function identityPoliciesOf(role: PlacedResource, resources: Resources): Policy[] {
  const ofRole = (type: string) => resources.pointingTo(role.values.arn, type, "role");
  const inline = ofRole("aws_iam_role_policy");
  const attached = ofRole("aws_iam_role_policy_attachment");
  const arns = [
    ...attached.map(({ values }) => String(values.policy_arn)),
    ...((role.values.managed_policy_arns ?? []) as string[]),
  ];
  return [
    ...inline.map(({ address, values }) => readable(address, values.policy)),
    ...blocks(role.values.inline_policy).map((one) =>
      readable(`${role.address}.inline_policy`, one.policy),
    ),
    ...[...new Set(arns)].map((arn) => managedPolicy(arn, resources)),
  ];
}

function managedPolicy(arn: string, { referredTo }: Resources): Policy {
  const own = referredTo(arn);
  return own?.type === "aws_iam_policy"
    ? readable(own.address, own.values.policy)
    : (awsManagedPolicy(arn) ?? unreadablePolicy(`policy ${arn}`));
}

/** What is known of an on-failure destination. */
export function destinationSettings(
  arn: string,
  { referredTo }: Resources,
): Fact<DestinationSettings> {
  const own = referredTo(arn);
  const policy = text(own?.values, "policy");
  const settings = policy === undefined ? {} : { policy: readable(`the policy of ${arn}`, policy) };
  return own ? found(settings) : notHere(arn);
}

/** Many readers have the policies of one stream and key, which can be long. */
const policies = new WeakMap<PlacedResource, Fact<Policy>>();

function policyIn(one: PlacedResource, name: string): Fact<Policy> {
  const policy = policies.get(one) ?? found(readable(name, one.values.policy));
  policies.set(one, policy);
  return policy;
}

/** Reads a policy, whose expressions may contain quotes, which JSON does not allow within its own. */
export function readable(name: string, json: unknown): Policy {
  const escaped = String(json).replace(/\$\{[^}]*\}/g, (expression) =>
    expression.replaceAll('"', "'"),
  );
  try {
    return parsePolicy(name, escaped);
  } catch {
    // The policy as a whole is an expression.
    return unreadablePolicy(name);
  }
}
