import { GetKeyPolicyCommand } from "@aws-sdk/client-kms";
import type { Accounts, Memory } from "./accounts";
import type { Bindings, Principals } from "./principals";
import {
  AwsError,
  bodyOf,
  jsonReply,
  parseArn,
  type Handler,
} from "./requests";

/** Key policies stay in moto; what is ours is that their principals must exist, and keep existing. */
export class KeyPolicies {
  private readonly bindings = new Map<string, Bindings>();

  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly principals: Principals,
  ) {}

  async of(keyArn: string): Promise<string> {
    const text = await this.memory.remember(`policy of ${keyArn}`, async () => {
      const { account, region } = parseArn(keyArn);
      const kms = this.accounts.kms(account, region);
      return (
        (
          await kms.send(
            new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }),
          )
        ).Policy ?? ""
      );
    });
    return this.principals.unbind(text, this.bindings.get(keyArn));
  }

  readonly handlers: Record<string, Handler> = {
    "kms.CreateKey": async (call) => {
      const { Policy: policy } = bodyOf<{ Policy?: string }>(call);
      if (!policy) return call.forward();
      const bindings = await this.bind(policy);
      const reply = await call.forward();
      if (reply.status < 300) {
        const { KeyMetadata: key } = bodyOf<{ KeyMetadata: { Arn: string } }>(
          reply,
        );
        this.bindings.set(key.Arn, bindings);
      }
      return reply;
    },
    "kms.PutKeyPolicy": async (call) => {
      const { KeyId: id, Policy: policy } = bodyOf<{
        KeyId: string;
        Policy: string;
      }>(call);
      const bindings = await this.bind(policy);
      if (!keepsControl(policy, call.account))
        throw new AwsError(
          "MalformedPolicyDocumentException",
          "The new key policy will not allow you to update the key policy in the future.",
        );
      const reply = await call.forward();
      if (reply.status < 300) this.bindings.set(keyArn(call, id), bindings);
      return reply;
    },
    "kms.GetKeyPolicy": async (call) => {
      const reply = await call.forward();
      const bindings = this.bindings.get(
        keyArn(call, bodyOf<{ KeyId: string }>(call).KeyId),
      );
      if (reply.status >= 300 || !bindings) return reply;
      const shown = bodyOf<{ Policy: string }>(reply);
      const policy = await this.principals.unbind(shown.Policy, bindings);
      return policy === shown.Policy
        ? reply
        : jsonReply({ ...shown, Policy: policy });
    },
  };

  private bind(policy: string): Promise<Bindings> {
    return this.principals.bind(
      policy,
      () =>
        new AwsError(
          "MalformedPolicyDocumentException",
          "Policy contains a statement with one or more invalid principals.",
        ),
    );
  }
}

/** KMS refuses a policy after which the key's own account could not change it again. */
function keepsControl(policy: string, account: string): boolean {
  const { Statement: statements } = JSON.parse(policy) as {
    Statement: { Effect: string; Principal?: unknown; Action?: unknown }[];
  };
  return [statements]
    .flat()
    .some(
      ({ Effect, Principal, Action }) =>
        Effect === "Allow" &&
        JSON.stringify(Principal ?? "").includes(account) &&
        [Action]
          .flat()
          .some((one) => one === "kms:*" || one === "kms:PutKeyPolicy"),
    );
}

function keyArn(
  { region, account }: { region: string; account: string },
  id: string,
): string {
  return id.startsWith("arn:")
    ? id
    : `arn:aws:kms:${region}:${account}:key/${id}`;
}
