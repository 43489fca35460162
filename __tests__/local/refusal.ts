import { makeRole, type Clients } from "./two-accounts";

/** The error of a refused call as `name: message`, or "accepted". */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "accepted",
    (error: unknown) =>
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  );
}

/** Creates a role and waits until it has propagated, with a propagation time of one second. */
export async function createPropagatedRole(consumer: Clients, name: string): Promise<string> {
  const arn = await makeRole(consumer, name);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return arn;
}
