import type { Account } from "./accounts";
import type { Clients } from "./clients";
import { describeAwsError, isNotFound } from "./errors";
import { found, missing, unknown, type Fact } from "../../pipeline/fact";

/**
 * Calls AWS in an account, and turns the answer or the error into a fact.
 *
 * @param call IAM action of the call, for the error message
 * @param look resolves with undefined if the resource does not exist
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
