import type { Account } from "../../cli/src/accounts";
import { createClients } from "../../cli/src/clients";
import { found } from "../../pipeline/fact";

/** Recorded answers by `service:Operation`; what is not in it must not be called. */
export type Answers = Readonly<Record<string, (input: never) => object>>;

/**
 * An account whose clients answer from a record instead of from AWS.
 *
 * @param called receives each call, with its input
 */
export function recordedAccount(
  id: string,
  answers: Answers,
  called: (call: string, input: object) => void = () => undefined,
): Account {
  const clients = createClients(
    { region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } },
    () => undefined,
  );
  for (const [service, client] of Object.entries(clients)) {
    const { middlewareStack } = client as (typeof clients)["sts"];
    middlewareStack.add(
      (_next, { commandName = "" }) =>
        (args) => {
          const operation = commandName.replace(/Command$/, "");
          const call = `${service}:${operation}`;
          called(call, args.input);
          const answer = answers[call];
          if (!answer) {
            throw new Error(`there is no recorded answer for ${call}`);
          }
          return Promise.resolve({ output: answer(args.input as never), response: {} } as never);
        },
      { step: "initialize", priority: "low", name: "answer" },
    );
  }
  const caller = `arn:aws:sts::${id}:assumed-role/operator/me`;
  const source = { profile: id };
  const credentials = `profile ${id}`;
  return { id, access: found({ accountId: id, caller, credentials, source, clients }) };
}
