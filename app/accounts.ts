import { z } from "zod";

export const account = z.strictObject({
  /** A 12-digit string: a number would lose leading zeros. */
  accountId: z
    .string("must be a 12-digit AWS account id in quotes")
    .regex(/^\d{12}$/, "must be a 12-digit AWS account id in quotes"),
  /** Profile of the shared AWS configuration; without it the environment's credentials are used. */
  profile: z.string().optional(),
  /** Role to assume with those credentials. */
  assumeRole: z.strictObject({ roleArn: z.string(), externalId: z.string().optional() }).optional(),
});

/** An account as above, or the name of one under `accounts`. */
export const accountReference = z.unknown().transform((given, context) => {
  if (typeof given === "string") {
    return given;
  }
  const result = account.safeParse(given);
  result.error?.issues.forEach((issue) => context.addIssue({ ...issue, code: "custom" }));
  return result.data ?? z.NEVER;
});

export type Account = z.output<typeof account>;

/** Finds declared accounts, and compares the credentials of accounts that are named more than once. */
export function accountResolver(
  declared: Readonly<Record<string, Account>>,
  addError: (path: (string | number)[], message: string) => void,
) {
  const credentials = new Map<string, string>();
  const compare = (found: Account, path: (string | number)[]): Account => {
    const own = JSON.stringify(found);
    const known = credentials.get(found.accountId) ?? own;
    credentials.set(found.accountId, known);
    if (known !== own) {
      addError(
        path,
        `must have the same profile and role wherever account ${found.accountId} is named`,
      );
    }
    return found;
  };
  Object.entries(declared).forEach(([name, one]) => compare(one, ["accounts", name]));
  return (given: string | Account, path: (string | number)[]): Account => {
    if (typeof given !== "string") {
      return compare(given, path);
    }
    const found = declared[given];
    if (!found) {
      const names = Object.keys(declared).join(", ") || "none";
      addError(
        path,
        `must be an account or the name of one under 'accounts' (${names}), got ${given}`,
      );
    }
    return found ?? { accountId: "" };
  };
}
