import type { Account } from "./accounts";
import type { Clients } from "./clients";
import { describeAwsError, isNotFound } from "./errors";

/**
 * What AWS answered. `missing`: the resource does not exist. `unknown`: it could not be looked at,
 * which never counts as right.
 */
export type Fact<T> =
  | { readonly state: "found"; readonly value: T }
  | { readonly state: "missing"; readonly why: string }
  | { readonly state: "unknown"; readonly why: string };

export const found = <T>(value: T): Fact<T> => ({ state: "found", value });
export const missing = <T>(why: string): Fact<T> => ({ state: "missing", why });
export const unknown = <T>(why: string): Fact<T> => ({ state: "unknown", why });

export const valueOf = <T>(fact: Fact<T> | undefined): T | undefined =>
  fact?.state === "found" ? fact.value : undefined;

/**
 * Looks something up in an account.
 *
 * @param call the call as IAM names it, for the sentence that says why it failed
 * @param look resolves with undefined if AWS answers but has no such thing
 */
export async function lookUp<T>(
  account: Account,
  call: string,
  look: (clients: Clients) => Promise<T | undefined>,
): Promise<Fact<T>> {
  if (account.access.state !== "found") {
    return unknown(account.access.why);
  }
  const { clients, credentials } = account.access.value;
  try {
    const value = await look(clients);
    return value === undefined ? missing(`${call} found nothing`) : found(value);
  } catch (error) {
    const why = describeAwsError(error, call, credentials);
    return isNotFound(error) ? missing(why) : unknown(why);
  }
}
