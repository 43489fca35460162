import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { makeFunction, makeRole, type Clients } from "./two-accounts";

/** The error of a refused call as `name: message`, or "accepted". */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "accepted",
    (error: unknown) =>
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  );
}

/** Creates a role and waits until it has propagated, as a function that has it shows. */
export async function createPropagatedRole(consumer: Clients, name: string): Promise<string> {
  const arn = await makeRole(consumer, name);
  await makeFunction(consumer, `${name}-propagated`, arn, "");
  await consumer.lambda.send(new DeleteFunctionCommand({ FunctionName: `${name}-propagated` }));
  return arn;
}
