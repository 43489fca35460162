import type { Account } from "../../cli/src/accounts";
import { createClients } from "../../cli/src/clients";
import { found } from "../../pipeline/fact";

/** Recorded answers by `service:Operation`; what is not in it must not be called. */
export type Answers = Readonly<Record<string, (input: never) => object>>;

/**
 * An account whose clients answer from a record instead of from AWS.
 *
 * @param called receives each call, with its input
 * @param maxAttempts how often a call is tried that fails (default: once)
 */
export function recordedAccount(
  id: string,
  answers: Answers,
  called: (call: string, input: object) => unknown = () => undefined,
  maxAttempts?: number,
): Account {
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const clients = createClients(
    { region: "eu-west-1", credentials, ...(maxAttempts && { maxAttempts }) },
    () => undefined,
  );
  for (const [service, client] of Object.entries(clients)) {
    const { middlewareStack } = client as (typeof clients)["sts"];
    const answered =
      (_next: unknown, { commandName = "" }: { commandName?: string }) =>
      async ({ input }: { input: object }) => {
        const call = `${service}:${commandName.replace(/Command$/, "")}`;
        await called(call, input);
        const answer = answers[call];
        if (!answer) {
          throw new Error(`there is no recorded answer for ${call}`);
        }
        return { output: { ...answer(input as never), $metadata: {} }, response: {} };
      };
    // Only what comes after the retries is tried again.
    if (maxAttempts) {
      middlewareStack.add(answered, { step: "deserialize", priority: "high" });
    } else {
      middlewareStack.add(answered, { step: "initialize", priority: "low" });
    }
  }
  const caller = `arn:aws:sts::${id}:assumed-role/operator/me`;
  const source = { profile: id };
  return {
    id,
    access: found({ accountId: id, caller, credentials: `profile ${id}`, source, clients }),
  };
}
