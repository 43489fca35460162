import { roleArn } from "../modules/properties/formats";
import {
  PropertyType,
  matching,
  nonEmptyString,
  secret,
} from "../modules/properties/property-types";
import { isPlainObject } from "../pipeline/values";
import { PropertyChecks } from "../modules/properties/property-checks";
import { object, Properties } from "../modules/properties/property";
import { describeValue, mustBe } from "../modules/properties/problems";

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

const ASSUME_ROLE = {
  roleArn: { type: roleArn, required: true, fix: "give the ARN of the role to assume" },
  externalId: { type: secret(nonEmptyString()), fix: "omit it if the role demands none" },
} as const satisfies Properties<AssumeRole>;

const ACCOUNT = {
  accountId: {
    type: matching("^[0-9]{12}$", "a 12-digit AWS account id in quotes"),
    required: true,
    fix: "write it in quotes, with its leading zeros",
  },
  profile: { type: nonEmptyString(), fix: "omit it for the credentials of the environment" },
  assumeRole: { type: object<AssumeRole>(ASSUME_ROLE), fix: "omit it to assume no role" },
} as const satisfies Properties<Account>;

export const account = object<Account>(ACCOUNT);

/** An account, or the name of one under `accounts`. */
export const accountReference: PropertyType<string | Account> = {
  rule: "an account, or the name of one under 'accounts'",
  schema: { anyOf: [{ type: "string" }, account.schema ?? {}] },
  validate: (value, report) => {
    if (typeof value === "string") {
      return value;
    }
    if (!isPlainObject(value)) {
      report.addWrongType(accountReference.rule, value);
    }
    return isPlainObject(value) ? account.validate(value, report) : "";
  },
};

/** Finds declared accounts, and compares the credentials of accounts that are named more than once. */
export function accountResolver(
  declared: Readonly<Record<string, Account>>,
  checks: PropertyChecks,
): (given: string | Account, property: string) => Account {
  const credentials = new Map<string, Account>();
  const compare = (found: Account, property: string): Account => {
    const known = credentials.get(found.accountId) ?? found;
    credentials.set(found.accountId, known);
    if (JSON.stringify(known) !== JSON.stringify(found)) {
      checks.addError({
        property,
        rule: `must have the same profile, role and external id wherever account ${found.accountId} is named`,
        got: `${describeValue(found)} and ${describeValue(known)}`,
        fix: "declare it once under 'accounts'",
      });
    }
    return found;
  };
  Object.entries(declared).forEach(([name, one]) => compare(one, `accounts.${name}`));
  return (given, property) => {
    if (typeof given !== "string") {
      return compare(given, property);
    }
    const found = Object.hasOwn(declared, given) ? declared[given] : undefined;
    if (!found) {
      const names = Object.keys(declared).join(", ") || "none";
      checks.addError(
        mustBe(
          property,
          `an account or the name of one under 'accounts' (${names})`,
          given,
          "declare the account, or correct its name",
        ),
      );
    }
    return found ?? { accountId: "" };
  };
}
