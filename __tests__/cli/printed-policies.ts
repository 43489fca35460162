import { CONSUMER, PRODUCER } from "../local/two-accounts";
import { runCli } from "./world";

interface Document {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: string;
  }[];
}

/** Policies by account. */
export type Policies = ReadonlyMap<string, readonly Document[]>;

/** The policies that a command prints with `--permissions`. */
export async function printedPolicies(args: readonly string[]): Promise<Policies> {
  const { stdout } = await runCli([...args, "--permissions"]);
  const { functionAccount, streamAccount } = JSON.parse(stdout) as Record<string, Document>;
  return new Map([
    [CONSUMER, functionAccount ? [functionAccount] : []],
    [PRODUCER, streamAccount ? [streamAccount] : []],
  ]);
}

/** The policies without one action: in all accounts and on all resources, unless these are named. */
export const without = (
  policies: Policies,
  { action, account, resource }: { action: string; account?: string; resource?: string },
): Policies =>
  new Map(
    [...policies].map(([id, documents]) => [
      id,
      documents.map(({ Statement, ...document }) => ({
        ...document,
        Statement: Statement.map((statement) =>
          [undefined, id].includes(account) && [undefined, statement.Resource].includes(resource)
            ? { ...statement, Action: statement.Action.filter((one) => one !== action) }
            : statement,
        ).filter(({ Action }) => Action.length > 0),
      })),
    ]),
  );
