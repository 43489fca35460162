import { roleArn } from "../modules/properties/formats";
import { Kind, matching, nonEmptyString } from "../modules/properties/kinds";
import { isPlainObject } from "../modules/properties/values";
import { PropertyChecks } from "../modules/properties/property-checks";
import { object, Properties } from "../modules/properties/property";

/** An account, and the credentials for it. */
export interface Account {
  /** Id of the account, a string of 12 digits. */
  readonly accountId: string;
  /**
   * Profile of the shared AWS configuration.
   *
   * @default - the credentials of the environment
   */
  readonly profile?: string;
  /**
   * Role to assume with those credentials.
   *
   * @default - the credentials are used as they are
   */
  readonly assumeRole?: AssumeRole;
}

/** A role to assume. */
export interface AssumeRole {
  /** ARN of the role. */
  readonly roleArn: string;
  /**
   * External id that the role's trust policy requires.
   *
   * @default - none
   */
  readonly externalId?: string;
}

export const ASSUME_ROLE = {
  roleArn: { kind: roleArn, required: true, fix: "give the ARN of the role to assume" },
  externalId: { kind: nonEmptyString(), fix: "omit it if the role demands none" },
} as const satisfies Properties<AssumeRole>;

export const ACCOUNT = {
  accountId: {
    kind: matching("^[0-9]{12}$", "a 12-digit AWS account id in quotes"),
    required: true,
    fix: "write it in quotes, with its leading zeros",
  },
  profile: { kind: nonEmptyString(), fix: "omit it for the credentials of the environment" },
  assumeRole: { kind: object<AssumeRole>(ASSUME_ROLE), fix: "omit it to assume no role" },
} as const satisfies Properties<Account>;

export const account = object<Account>(ACCOUNT);

/** An account, or the name of one under `accounts`. */
export const accountReference: Kind<string | Account> = {
  rule: "an account, or the name of one under 'accounts'",
  schema: { anyOf: [{ type: "string" }, account.schema ?? {}] },
  read: (value, report) => {
    if (typeof value === "string") {
      return value;
    }
    if (!isPlainObject(value)) {
      report.addWrongType(accountReference.rule, value);
    }
    return isPlainObject(value) ? account.read(value, report) : "";
  },
};

/** Finds declared accounts, and compares the credentials of accounts that are named more than once. */
export function accountResolver(
  declared: Readonly<Record<string, Account>>,
  checks: PropertyChecks,
): (given: string | Account, property: string) => Account {
  const credentials = new Map<string, string>();
  const compare = (found: Account, property: string): Account => {
    const own = JSON.stringify(found);
    const known = credentials.get(found.accountId) ?? own;
    credentials.set(found.accountId, known);
    if (known !== own) {
      checks.addError(
        `'${property}' must have the same profile and role wherever account ${found.accountId} is named, got ${own} and ${known}; declare it once under 'accounts'`,
      );
    }
    return found;
  };
  Object.entries(declared).forEach(([name, one]) => compare(one, `accounts.${name}`));
  return (given, property) => {
    if (typeof given !== "string") {
      return compare(given, property);
    }
    const found = declared[given];
    if (!found) {
      const names = Object.keys(declared).join(", ") || "none";
      checks.addError(
        `'${property}' must be an account or the name of one under 'accounts' (${names}), got ${given}; declare the account, or correct its name`,
      );
    }
    return found ?? { accountId: "" };
  };
}
