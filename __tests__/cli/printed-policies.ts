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
