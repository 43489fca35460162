import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  paginateListGrants,
  type GrantListEntry,
  type KeyMetadata,
} from "@aws-sdk/client-kms";
import { parseArn } from "../../../pipeline/arn";
import { unknown } from "../../../pipeline/fact";
import { parsePolicy } from "../../../pipeline/iam/document";
import type { Encryption } from "../../../pipeline/pipeline";
import type { Account } from "../accounts";
import { lookUp } from "../look-up";

/**
 * Looks up a key, its policy, and the grants that it has for a role.
 *
 * @param accounts those that the key may be in; the first one is its account if only its id is known
 * @param keyId id, alias or ARN
 */
export async function examineEncryption(
  [resourceAccount, ...others]: readonly [Account, ...Account[]],
  keyId: string,
  GranteePrincipal: string | undefined,
): Promise<Encryption> {
  const owner = keyId.startsWith("arn:") ? parseArn(keyId).account : resourceAccount.id;
  const account = [resourceAccount, ...others].find(({ id }) => id === owner);
  const key = account
    ? await lookUp(account, "kms:DescribeKey", async ({ kms }) => {
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
        return KeyMetadata;
      })
    : unknown<KeyMetadata>(`the key ${keyId} is in account ${owner}`);
  if (key.state !== "found") {
    return { key, keyPolicy: unknown(key.why), keyGrants: unknown(key.why) };
  }
  const { Arn: KeyId, KeyManager } = key.value;
  if (account === undefined || KeyManager === "AWS") {
    return { key };
  }
  const [keyPolicy, keyGrants] = await Promise.all([
    lookUp(account, "kms:GetKeyPolicy", async ({ kms }) => {
      const command = new GetKeyPolicyCommand({ KeyId, PolicyName: "default" });
      const { Policy: text } = await kms.send(command);
      return text === undefined ? undefined : parsePolicy("the key's policy", text);
    }),
    lookUp(account, "kms:ListGrants", async ({ kms }) => {
      const all: GrantListEntry[] = [];
      for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId })) {
        all.push(...Grants.filter((grant) => grant.GranteePrincipal === GranteePrincipal));
      }
      return all;
    }),
  ]);
  return { key, keyPolicy, keyGrants };
}
