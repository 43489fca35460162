import { Accounts, type Credentials } from "../../local/aws/accounts";
import { Deployers } from "../../local/aws/deployers";
import { type Gateway, startGateway } from "../../local/aws/gateway";

export interface EmptyAccounts {
  readonly url: string;
  readonly credentials: (accountId: string) => Promise<Credentials>;
}

let started: Promise<{ gateway: Gateway; accounts: Accounts }> | undefined;

/** Empty accounts to plan in: those of moto alone, which start-tools.ts starts for all suites. */
export async function emptyAccounts(): Promise<EmptyAccounts> {
  started ??= start();
  const { gateway, accounts } = await started;
  return { url: gateway.url, credentials: (account) => accounts.credentials(account) };
}

async function start() {
  const { MOTO_URL: url = "", MOTO_SECRET: secret = "" } = process.env;
  const moto = { url, secret, exitReason: () => undefined };
  const accounts = new Accounts(moto);
  const deployers = new Deployers(accounts);
  return { gateway: await startGateway(moto, accounts, {}, () => undefined, deployers), accounts };
}

export async function closeEmptyAccounts(): Promise<void> {
  await (await started)?.gateway.stop();
  started = undefined;
}
