import { vanishedKeys } from "../explain/keys";
import { type Plan } from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import type { AccountLookups } from "./account-lookups";
import { placeIn } from "./place";
import { awsLine, type Refusal, type TerraformLine } from "./refusal";

/** Keys that a plan would replace because they are scheduled for deletion, which can be cancelled. */
export async function deletedKeyRefusals(
  plan: Plan,
  lookups: AccountLookups,
  terraform: TerraformLine,
): Promise<Refusal[]> {
  const refusals = await Promise.all(
    vanishedKeys(plan).map(async ({ address, change: { before } }): Promise<Refusal[]> => {
      const arn = text(before, "arn");
      const access = lookups.accessTo(address, before);
      if (arn === undefined || !access) {
        return [];
      }
      const answer = await lookups.look(`key ${arn}`, () =>
        access.aws.kms.describeKey({ KeyId: arn }),
      );
      if (answer?.KeyMetadata?.KeyState !== "PendingDeletion") {
        return [];
      }
      const region = placeIn(arn)?.region ?? access.place.region;
      const kms = (command: string): string =>
        awsLine(["kms", command, "--key-id", arn], region, access.provider);
      const date = answer.KeyMetadata.DeletionDate?.toISOString().slice(0, 10);
      return [
        {
          sentence: `key ${arn} (${address}) is scheduled for deletion${date === undefined ? "" : ` on ${date}`}; the plan would replace it, and take the old key from the readers of records that are encrypted with it`,
          advice: `cancel the deletion with credentials of account ${access.place.account}, and plan again; if a new key is meant, name the old one in 'previousKmsKeyArns' and type '${terraform("state", "rm", address)}' instead:`,
          commands: [kms("cancel-key-deletion"), kms("enable-key")],
        },
      ];
    }),
  );
  return refusals.flat();
}
