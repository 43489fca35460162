import { accessOf } from "../../../pipeline/access";
import { awsPrincipals, type Policy } from "../../../pipeline/iam/document";
import { valueOf } from "../../../pipeline/fact";
import { evaluate, type Decision } from "../../../pipeline/iam/evaluate";
import { matchesAction } from "../../../pipeline/iam/patterns";
import type { PipelineWithPolicies } from "../../../pipeline/pipeline";
import { readable, roleOf } from "../../../pipeline/terraform/policies";
import type { PlacedResource, Resources } from "../../../pipeline/terraform/resources";
import { listOf } from "../../../pipeline/values";

/** What a role may do with a resource, which may be of another configuration. */
interface Permission {
  readonly role: PlacedResource;
  /** ARN of the resource. */
  readonly on: string;
  readonly labels: readonly string[];
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
  return attribute === undefined ? undefined : referredTo(policy.values[attribute], policy);
}

type Side = "role" | "resource";
interface Pair {
  readonly role: PlacedResource;
  readonly on: string;
  /** Actions that policies name, which may contain wildcards. */
  readonly named: Record<Side, string[]>;
  /** Whether the role may do what its mapping needs. */
  readonly decisions: Map<string, Decision>;
}

/** What policies of the configuration allow its roles, and what mappings need, whether allowed or not. */
export function permissionsIn(
  resources: Resources,
  pipelines: readonly PipelineWithPolicies[],
): Permission[] {
  const pairs = new Map<string, Pair>();
  const pairOf = (role: PlacedResource, on: string): Pair => {
    const key = `${role.address} ${on}`;
    const pair = pairs.get(key) ?? {
      role,
      on,
      named: { role: [], resource: [] },
      decisions: new Map(),
    };
    pairs.set(key, pair);
    return pair;
  };
  for (const { role, on, side, actions } of resources.all.flatMap((one) =>
    grantsOf(one, resources),
  )) {
    pairOf(role, on).named[side].push(...actions);
  }
  for (const examined of pipelines) {
    const role = resources.referredTo(examined.pipeline.role.arn);
    if (role) {
      accessOf(examined).forEach(({ on, decisions }) =>
        decisions.forEach(({ need, ...decision }) =>
          pairOf(role, on).decisions.set(need.action, decision),
        ),
      );
    }
  }
  return [...pairs.values()].map((pair) => ({ ...pair, labels: labelsOf(pair, resources) }));
}

/** What one policy allows roles of the same configuration. */
function grantsOf(policy: PlacedResource, resources: Resources) {
  const owner = ownerOf(policy, resources);
  const isRolePolicy = policy.type === "aws_iam_role_policy";
  const { statements }: Pick<Policy, "statements"> = owner
    ? readable(policy.address, policy.values.policy)
    : { statements: [] };
  return statements.flatMap((statement) => {
    const actions = listOf(statement.Action);
    const others = isRolePolicy ? listOf(statement.Resource) : awsPrincipals(statement);
    return others.flatMap((value) => {
      const other = resources.referredTo(value);
      const [role, resource] = isRolePolicy ? [owner, other] : [other, owner];
      const on = resource?.values.arn;
      return statement.Effect === "Allow" && role && typeof on === "string"
        ? [{ role, on, actions, side: isRolePolicy ? ("role" as const) : ("resource" as const) }]
        : [];
    });
  });
}

function labelsOf({ role, on, named, decisions }: Pair, resources: Resources): string[] {
  const isCrossAccount = role.account !== resources.referredTo(on)?.account;
  const roleArn = String(role.values.arn);
  const policies = valueOf(roleOf(roleArn, resources).identityPolicies) ?? [];
  const request = { caller: { roleArn }, resource: on, context: {} };
  const lacks: Record<Side, (action: string) => boolean> = {
    // Only the consumer's own policy has to allow DescribeStreamConsumer.
    role: (action) =>
      action !== "kinesis:DescribeStreamConsumer" &&
      evaluate(policies, { ...request, action }).outcome === "denied",
    resource: (action) => !named.resource.some((pattern) => matchesAction(pattern, action)),
  };
  const actions = [...new Set([...named.role, ...named.resource, ...decisions.keys()])].sort();
  return actions.map((action) => {
    const outcome = decisions.get(action)?.outcome;
    if (outcome === "allowed" || /[*?]/.test(action)) {
      return action;
    }
    if (outcome === "cannot tell") {
      return `${action} (cannot tell)`;
    }
    const side = (["role", "resource"] as const).find(
      (one) => isCrossAccount && lacks[one](action),
    );
    return side
      ? `${action} (not in the ${side}'s policy)`
      : outcome === "denied"
        ? `${action} (denied)`
        : action;
  });
}
