import type { Clients } from "../clients";

type Service = "kinesis" | "lambda" | "s3" | "sqs";

/** Calls whose IAM action has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  Invoke: "InvokeFunction",
  ListObjectsV2: "ListBucket",
};

interface CallError extends Error {
  /** The action that failed, as IAM names it. */
  call?: string;
}

/** The action of a failed AWS call; undefined for an error of another origin. */
export const failedCall = (error: unknown): string | undefined => (error as CallError).call;

/** Makes errors of these clients say which call failed. */
export function nameFailedCalls(clients: Clients, services: readonly Service[]): void {
  for (const service of services) {
    // The types of the clients differ in their inputs, which this does not look at.
    const stack = clients[service].middlewareStack as unknown as Clients["sqs"]["middlewareStack"];
    stack.add(
      (next, context) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          const name = String(context.commandName).replace(/Command$/, "");
          (error as CallError).call = `${service}:${ACTIONS[name] ?? name}`;
          throw error;
        }
      },
      { step: "initialize", name: "nameFailedCall", override: true },
    );
  }
}
