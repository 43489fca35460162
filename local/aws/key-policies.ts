import type { KMS, ScheduleKeyDeletionCommandOutput } from "@aws-sdk/client-kms";
import { parseArn } from "../../pipeline/arn";
import type { Accounts } from "./accounts";
import { statementsOf } from "../../pipeline/iam/document";
import type { Principals } from "./principals";
import type { Cache } from "./cache";
import { AwsError } from "./errors";
import { type Call, type Handlers, bodyOf, jsonReply } from "./protocol";
import { listOf } from "../../pipeline/values";

/** Checks that the principals in a KMS key policy exist. moto stores the policies. */
export class KeyPolicies {
  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
    private readonly principals: Principals,
  ) {}

  /** A key's policy, in which deleted principals are replaced by their unique IDs. */
  async of(keyArn: string): Promise<string> {
    const { Policy: policy = "" } = await this.cache.getOrLoad(`policy of ${keyArn}`, () =>
      this.accounts.owning(keyArn).kms.getKeyPolicy({ KeyId: keyArn, PolicyName: "default" }),
    );
    return this.principals.renderedPolicy(keyArn, policy);
  }

  readonly handlers: Handlers = {
    "kms.EnableKey": (call) => this.byId(call, (kms, KeyId) => kms.enableKey({ KeyId })),
    "kms.DisableKey": (call) => this.byId(call, (kms, KeyId) => kms.disableKey({ KeyId })),
    "kms.CancelKeyDeletion": (call) =>
      this.byId(call, (kms, KeyId) => kms.cancelKeyDeletion({ KeyId })),
    "kms.ScheduleKeyDeletion": (call) =>
      this.byId(call, (kms, KeyId) => {
        const { PendingWindowInDays } = bodyOf<{ PendingWindowInDays?: number }>(call);
        return kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays });
      }),
    "kms.CreateKey": (call) => this.put(call),
    "kms.PutKeyPolicy": (call) => this.put(call),
    "kms.GetKeyPolicy": async (call) => {
      const reply = await call.forward();
      if (reply.status >= 300) {
        return reply;
      }
      const body = bodyOf<{ Policy: string }>(reply);
      const Policy = await this.principals.renderedPolicy(keyArn(call), body.Policy);
      return jsonReply({ ...body, Policy });
    },
  };

  /** moto fails on these operations if the key is named by its ARN. */
  private async byId(
    call: Call,
    send: (kms: KMS, keyId: string) => Promise<Partial<ScheduleKeyDeletionCommandOutput>>,
  ) {
    const arn = keyArn(call);
    const id = arn.split("/")[1];
    if (parseArn(arn).account !== call.account || id === undefined) {
      return call.forward();
    }
    try {
      const { $metadata: _, ...answer } = await send(this.accounts.owning(arn).kms, id);
      const { DeletionDate: date } = answer;
      return jsonReply({ ...answer, ...(date && { DeletionDate: date.getTime() / 1000 }) });
    } catch (error) {
      const { name, message } = error as Error;
      throw new AwsError(name, message);
    }
  }

  private async put(call: Call) {
    const { Policy: policy } = bodyOf<{ Policy?: string }>(call);
    if (policy === undefined) {
      return call.forward();
    }
    const ids = await this.principals.resolve(policy, () =>
      malformed("Policy contains a statement with one or more invalid principals."),
    );
    if (!allowsPolicyUpdates(policy, call.account)) {
      throw malformed(
        "The new key policy will not allow you to update the key policy in the future.",
      );
    }
    const reply = await call.forward();
    const { KeyMetadata: created } = bodyOf<{ KeyMetadata?: { Arn: string } }>(reply);
    if (reply.status < 300) {
      this.principals.recordPrincipalIds(created?.Arn ?? keyArn(call), ids);
    }
    return reply;
  }
}

const malformed = (message: string) => new AwsError("MalformedPolicyDocumentException", message);

/** Returns true if the key's account can still change the policy. */
const allowsPolicyUpdates = (policy: string, account: string): boolean =>
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
