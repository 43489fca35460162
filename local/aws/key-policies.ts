import type { Accounts, Memory } from "./accounts";
import { listOf, statementsOf, type Principals } from "./principals";
import { AwsError, bodyOf, jsonReply, type Call, type Handlers } from "./requests";

/** Key policies stay in moto; what is ours is that their principals must exist, and keep existing. */
export class KeyPolicies {
  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly principals: Principals,
  ) {}

  /** The policy on a key, as AWS would evaluate it now. */
  async of(keyArn: string): Promise<string> {
    const { Policy: policy = "" } = await this.memory.remember(`policy of ${keyArn}`, () =>
      this.accounts.owning(keyArn).kms.getKeyPolicy({ KeyId: keyArn, PolicyName: "default" }),
    );
    return this.principals.asShown(keyArn, policy);
  }

  readonly handlers: Handlers = {
    "kms.CreateKey": (call) => this.put(call),
    "kms.PutKeyPolicy": (call) => this.put(call),
    "kms.GetKeyPolicy": async (call) => {
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      const shown = bodyOf<{ Policy: string }>(reply);
      const Policy = await this.principals.asShown(keyArn(call), shown.Policy);
      return jsonReply({ ...shown, Policy });
    },
  };

  private async put(call: Call) {
    const { Policy: policy } = bodyOf<{ Policy?: string }>(call);
    if (policy === undefined) return call.forward();
    const ids = await this.principals.resolve(policy, () =>
      malformed("Policy contains a statement with one or more invalid principals."),
    );
    if (!keepsControl(policy, call.account))
      throw malformed(
        "The new key policy will not allow you to update the key policy in the future.",
      );
    const reply = await call.forward();
    const { KeyMetadata: made } = bodyOf<{ KeyMetadata?: { Arn: string } }>(reply);
    if (reply.status < 300) this.principals.remember(made?.Arn ?? keyArn(call), ids);
    return reply;
  }
}

const malformed = (message: string) => new AwsError("MalformedPolicyDocumentException", message);

/** Whether the key's own account could change the policy again. */
const keepsControl = (policy: string, account: string): boolean =>
  statementsOf(policy).some(
    ({ Effect: effect, Principal: principal, Action: action }) =>
      effect === "Allow" &&
      JSON.stringify(principal ?? "").includes(account) &&
      listOf(action).some((one) => /^kms:(\*|PutKeyPolicy)$/.test(one)),
  );

function keyArn(call: Call): string {
  const { KeyId: id } = bodyOf<{ KeyId: string }>(call);
  return id.startsWith("arn:") ? id : `arn:aws:kms:${call.region}:${call.account}:key/${id}`;
}
