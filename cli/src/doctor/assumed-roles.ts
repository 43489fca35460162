import type { Account } from "../accounts";

/** Commands cannot name a role to assume; only its credentials can be used for them. */
export const assumedRoles = (...accounts: readonly Account[]): string[] => [
  ...new Set(
    accounts.flatMap(({ id, access }) =>
      access.state === "found" && access.value.source.assumeRole
        ? [`Those for account ${id} need the credentials of ${access.value.credentials}.`]
        : [],
    ),
  ),
];
