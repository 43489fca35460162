import type { Accounts, Credentials } from "./accounts";
import { evaluate } from "../../pipeline/iam/evaluate";
import { parsePolicy } from "../../pipeline/iam/document";
import { neededFor, type Need } from "./deployer-actions";
import { AwsError, notAuthorized } from "./errors";
import { bodyOf, type Call, type Reply } from "./protocol";

/** The role that Terraform acts as, where its calls are recorded or its permissions enforced. */
const DEPLOYER = "deployer";

/** A call that a deployer made, and the permissions that AWS checks for it. */
interface RecordedCall {
  readonly account: string;
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly needs: readonly Need[];
}

/** Identity policies by account id. */
type DeployerPolicies = ReadonlyMap<string, readonly object[]>;

/** Records what the deploying roles call, and refuses what given identity policies do not allow. */
export class Deployers {
  /** All calls so far, oldest first, including refused ones. */
  readonly calls: RecordedCall[] = [];
  private policies: DeployerPolicies | undefined;
  private readonly accessKeyIds = new Set<string>();
  /** Function ARNs by the id of their mapping, for the condition key `lambda:FunctionArn`. */
  private readonly functions = new Map<string, string>();

  constructor(private readonly accounts: Accounts) {}

  async credentials(account: string): Promise<Credentials> {
    const { credentials } = await this.accounts.assume(`arn:aws:iam::${account}:role/${DEPLOYER}`);
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
    const documents = this.policies?.get(account) ?? [];
    const policies = documents.map((one) => parsePolicy("", JSON.stringify(one)));
    for (const need of this.policies ? needs : []) {
      // KMS also asks the key policy, and those of our keys delegate to the account's IAM policies.
      const { outcome } = evaluate(policies, { ...need, caller: {} });
      if (outcome !== "allowed") {
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
