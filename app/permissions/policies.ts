import { SynthesizedBackend, SynthesizedStack } from "../stack";
import { partitionOf } from "../../pipeline/arn";
import { resourcesInConfiguration } from "../../pipeline/terraform/configuration";
import type { PlacedResource, Resources } from "../../pipeline/terraform/resources";
import { Context, Target } from "./context";
import { ANY, LIFECYCLE } from "./resource-permissions";
import { Grant, onlyKey, Policy, Statement, statementsOf } from "./statements";
import { DATA_SOURCES_WITHOUT_PERMISSIONS, PERMISSIONS } from "./table";

/** Name of the policy for the identity that reads and writes the state in S3. */
export const BACKEND = "backend";

/**
 * IAM's limit for a managed policy, without white space. It is below the limit of 10,240 for the
 * inline policies of a role, so a policy fits either way.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const POLICY_CHARACTERS = 6144;

/**
 * Policies that allow exactly the calls that create, change and destroy a synthesized stack, by
 * account id, and by BACKEND for the state in S3.
 *
 * @throws if the table has no entry for a type of resource
 */
export function policiesOf(stack: SynthesizedStack): Map<string, Policy[]> {
  const unknown = [
    ...Object.keys(stack.resource),
    ...Object.keys(stack.data ?? {}).filter(
      (type) => !DATA_SOURCES_WITHOUT_PERMISSIONS.includes(type),
    ),
  ].filter((type) => type.startsWith("aws_") && !(type in PERMISSIONS));
  if (unknown.length > 0) {
    throw new Error(
      `the permissions for ${unknown.join(", ")} are not known; add the type to app/permissions/table.ts`,
    );
  }
  const resources = resourcesInConfiguration([JSON.stringify(stack)]);
  const unplaced = resources.all.find(
    ({ type, account }) => type in PERMISSIONS && !/^\d{12}$/.test(account),
  );
  if (unplaced) {
    throw new Error(
      `provider ${String(unplaced.values.provider)} of ${unplaced.address} must name its account, got none; set its 'allowedAccountIds'`,
    );
  }
  const policies = new Map<string, Policy[]>();
  for (const { allowed_account_ids } of stack.provider.aws) {
    for (const account of allowed_account_ids) {
      const own = resources.all.filter((one) => one.account === account);
      policies.set(account, split(statementsOf(own.flatMap((one) => grantsOf(one, resources)))));
    }
  }
  const backend = stack.terraform?.backend?.s3;
  if (backend) {
    policies.set(BACKEND, split(statementsOf(backendGrants(backend))));
  }
  return policies;
}

function grantsOf(resource: PlacedResource, resources: Resources): Grant[] {
  const permissions = PERMISSIONS[resource.type];
  if (permissions === undefined) {
    return [];
  }
  const context = new Context(resource, resources);
  const targets: Readonly<Record<string, Target | undefined>> = {
    ...permissions.targets?.(context),
    self: permissions.self(context),
    any: ANY,
  };
  return LIFECYCLE.flatMap((step) => Object.entries(permissions[step] ?? {})).flatMap(
    ([name, actions = []]) => {
      const target = targets[name];
      return target ? [{ target, actions }] : [];
    },
  );
}

/** @see https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
function backendGrants({ bucket, key, region, kms_key_id }: SynthesizedBackend): Grant[] {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const state = `${arn}/${key}`;
  // Terraform looks for other workspaces, whose keys start with `env:/`.
  const condition = { StringEquals: { "s3:prefix": [key, "env:/"] } };
  const keyArn = kms_key_id?.startsWith("arn:") ? kms_key_id : "*";
  return [
    {
      target: { sid: "State", arns: [state] },
      actions: ["s3:GetObject", "s3:PutObject"],
    },
    {
      target: { sid: "StateLock", arns: [`${state}.tflock`] },
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    },
    { target: { sid: "StateBucket", arns: [arn], condition }, actions: ["s3:ListBucket"] },
    ...(kms_key_id
      ? [
          {
            target: { sid: "StateKey", arns: [keyArn] },
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          },
        ]
      : []),
  ];
}

/** Puts the statements into as few policies as IAM's size limit allows. */
function split(statements: readonly Statement[]): Policy[] {
  const policies: Policy[] = [];
  for (const statement of statements.flatMap(halved)) {
    const last = policies.at(-1);
    const extended = policy(...(last?.Statement ?? []), statement);
    if (last && fits(extended)) {
      policies[policies.length - 1] = extended;
    } else {
      policies.push(policy(statement));
    }
  }
  return policies;
}

/**
 * Splits a statement that is too long for a policy, by its resources or by the values of its
 * condition, since both are alternatives.
 */
function halved(statement: Statement): Statement[] {
  const { Resource, Condition } = statement;
  const [operator = "", key = ""] = onlyKey(Condition) ?? [];
  const values = Condition?.[operator]?.[key] ?? [];
  if (fits(policy(statement)) || (Resource.length < 2 && values.length < 2)) {
    return [statement];
  }
  const halves = (all: readonly string[]): string[][] => [
    all.slice(0, Math.ceil(all.length / 2)),
    all.slice(Math.ceil(all.length / 2)),
  ];
  const parts =
    Resource.length > 1
      ? halves(Resource).map((half) => ({ ...statement, Resource: half }))
      : halves(values).map((half) => ({
          ...statement,
          Condition: { [operator]: { [key]: half } },
        }));
  // Sids are unique in a policy.
  return parts.flatMap((part, index) => halved({ ...part, Sid: `${part.Sid}${"AB"[index]}` }));
}

const policy = (...Statement: Statement[]): Policy => ({ Version: "2012-10-17", Statement });

const fits = (one: Policy): boolean => JSON.stringify(one).length <= POLICY_CHARACTERS;
