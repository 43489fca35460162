import { runUnsafeSimulation } from "@cloud-copilot/iam-simulate";
import type { Need } from "../../../local/aws/deployer-actions";
import { parseArn } from "../../../pipeline/arn";

/** True if identity policies allow an action that a call needs, according to the simulator. */
export function isAllowedBy(need: Need, principal: string, policies: readonly object[]): boolean {
  // KMS also evaluates the key policy, and the policies of our keys delegate to the account's IAM
  // policies. With another name of the service, the simulator evaluates only identity policies.
  const renamed = JSON.stringify({ need, policies }).replaceAll("kms:", "not-kms:");
  const asked = JSON.parse(renamed) as { need: Need; policies: object[] };
  const { action, resource, context } = asked.need;
  const { account: accountId } = parseArn(principal);
  // The simulation with validation of its input does not distinguish ARNs of consumers and streams.
  const result = runUnsafeSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId },
        contextVariables: context,
      },
      identityPolicies: asked.policies.map((policy, index) => ({ name: String(index), policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  return result === "Allowed";
}
