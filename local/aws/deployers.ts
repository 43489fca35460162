import type { Accounts, Credentials } from "./accounts";
import { neededFor, type Need } from "./deployer-actions";
import { isAllowed } from "./permissions";
import { AwsError, bodyOf, notAuthorized, parseArn, type Call, type Reply } from "./requests";

/** The role that Terraform acts as, where its calls are recorded or its permissions enforced. */
const DEPLOYER = "deployer";

/** A call that a deployer made, and the permissions that AWS checks for it. */
export interface RecordedCall {
  readonly account: string;
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly needs: readonly Need[];
}

/** Identity policies by account id. */
export type DeployerPolicies = ReadonlyMap<string, readonly object[]>;

/** Records what the deploying roles call, and refuses what given identity policies do not allow. */
export class Deployers {
  /** Every call so far, oldest first, the refused ones as well. */
  readonly calls: RecordedCall[] = [];
  private policies: DeployerPolicies | undefined;
  private readonly accessKeyIds = new Set<string>();
  /** Function ARNs by the id of their mapping, for the condition key `lambda:FunctionArn`. */
  private readonly functions = new Map<string, string>();

  constructor(private readonly accounts: Accounts) {}

  async credentials(account: string): Promise<Credentials> {
    const credentials = await this.accounts.assume(`arn:aws:iam::${account}:role/${DEPLOYER}`);
    this.accessKeyIds.add(credentials.accessKeyId);
    return credentials;
  }

  /** Refuses every call that the policies do not allow, from now on; undefined allows all again. */
  enforce(policies: DeployerPolicies | undefined): void {
    this.policies = policies;
  }

  isDeployer(accessKeyId: string): boolean {
    return this.accessKeyIds.has(accessKeyId);
  }

  /** Records a deployer's call, and has it answered if the policies allow it. */
  async answer(call: Call, proceed: () => Promise<Reply>): Promise<Reply> {
    const { account, caller, service, operation } = call;
    const needs = await neededFor(call, this.accounts, this.functions);
    this.calls.push({ account, caller, service, operation, needs });
    const policies = this.policies?.get(account) ?? [];
    for (const need of this.policies ? needs : []) {
      if (!(await isAllowedBy(need, caller, policies))) {
        const code = /^(iam|sqs|s3)$/.test(service) ? "AccessDenied" : "AccessDeniedException";
        const reason = `because no identity-based policy allows the ${need.action} action`;
        const denied = notAuthorized(caller, need.action, need.resource);
        throw new AwsError(code, `${denied} ${reason}`, 403);
      }
    }
    const reply = await proceed();
    if (operation === "CreateEventSourceMapping" && reply.status < 300) {
      const { UUID: id, FunctionArn: arn } = bodyOf<{ UUID: string; FunctionArn: string }>(reply);
      this.functions.set(id, arn);
    }
    return reply;
  }
}

/** Whether identity policies allow what a call needs. */
export function isAllowedBy(
  { action, resource, context }: Need,
  principal: string,
  policies: readonly object[],
): Promise<boolean> {
  // Key policies that let their account's IAM policies decide, as those of our keys do.
  const { account } = parseArn(principal);
  const keyPolicy = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  };
  const isOnKey = action.startsWith("kms:") && resource !== "*";
  const request = { principal, action, resource, context };
  return isAllowed(
    { ...request, ...(isOnKey && { resourcePolicy: JSON.stringify(keyPolicy) }) },
    policies.map((policy) => JSON.stringify(policy)),
  );
}
