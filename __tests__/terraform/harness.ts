import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Accounts } from "../../local/aws/accounts";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { LambdaCode } from "../../modules";

export const ROOT = path.resolve(__dirname, "..", "..");
export const STACK = "stacks/cross-account-kinesis";

/** `describe`, or its `skip` if start-tools.ts found no Terraform. */
export const describeWithTerraform = (...suite: Parameters<jest.Describe>): void => {
  if (process.env.MOTO_URL === undefined) {
    throw new Error('list this suite in the project "terraform" of jest.config.js');
  }
  (process.env.MOTO_URL ? describe : describe.skip)(...suite);
};

export const scratch = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "synth-"));

/** Runs main.ts, and returns the output directory. */
export function synthesizeMain(settings?: unknown): string {
  const outdir = scratch();
  const file = path.join(outdir, "settings.json");
  if (settings) {
    fs.writeFileSync(file, JSON.stringify(settings));
  }
  execFileSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDKTF_OUTDIR: outdir,
      ...(settings ? { DEPLOYMENT: file } : {}),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return outdir;
}

export const CODE = (): LambdaCode => LambdaCode.fromDirectory(path.join(ROOT, "handler", "dist"));

/** Synthesizes a stack of the public constructs, and returns its directory. */
export function synthesize(
  build: (
    stack: TerraformStack,
    provider: (alias: string, accountId: string) => AwsProvider,
  ) => void,
  region = "us-east-1",
): string {
  const app = new App({ outdir: scratch() });
  const stack = new TerraformStack(app, "test");
  build(
    stack,
    (alias, accountId) =>
      new AwsProvider(stack, `${alias}-account`, {
        alias,
        region,
        allowedAccountIds: [accountId],
      }),
  );
  app.synth();
  return path.join(app.outdir, "stacks", "test");
}

export interface Plan {
  readonly resource_changes: {
    readonly address: string;
    readonly change: { readonly actions: string[] };
  }[];
}

/** Plans a synthesized stack against empty accounts with the real provider, which validates it first. */
export async function plan(
  stackDirectory: string,
): Promise<{ directory: string; created: string[] }> {
  const terraform = await findTerraform();
  const directory = await initialize(stackDirectory);
  await terraform.run(directory, "plan", "-out=plan");
  const shown = await terraform.run(directory, "show", "-json", "plan");
  const created = (JSON.parse(shown) as Plan).resource_changes
    .filter(({ change }) => change.actions.includes("create"))
    .map(({ address }) => address);
  return { directory, created };
}

export async function initialize(stackDirectory: string): Promise<string> {
  const url = process.env.MOTO_URL ?? "";
  const accounts = new Accounts(url);
  const terraform = await findTerraform();
  const directory = await copyStack(terraform, stackDirectory, {
    url,
    credentials: (account) => accounts.credentials(account),
  });
  await terraform.run(directory, "init");
  return directory;
}
