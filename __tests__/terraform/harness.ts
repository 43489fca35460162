import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { LambdaCode } from "../../modules";
import { closeEmptyAccounts, emptyAccounts } from "./empty-accounts";

export const ROOT = path.resolve(__dirname, "..", "..");
export const STACK = "stacks/cross-account-kinesis";

/** `describe`, or its `skip` if start-tools.ts found no Terraform. */
export const describeWithTerraform = (name: string, tests: () => void): void => {
  if (process.env.MOTO_URL === undefined) {
    throw new Error('list this suite in the project "terraform" of jest.config.js');
  }
  (process.env.MOTO_URL ? describe : describe.skip)(name, () => {
    afterAll(closeEmptyAccounts);
    tests();
  });
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

/** What a plan does with one resource. */
export interface PlannedChange {
  readonly address: string;
  readonly action: "create" | "update" | "delete" | "replace" | "import" | "noop";
}

/** Plans into the file `plan`, and reads the changes from Terraform's own messages. */
export async function plannedChanges(directory: string): Promise<PlannedChange[]> {
  const terraform = await findTerraform();
  const messages = await terraform.run(directory, "plan", "-json", "-out=plan");
  return messages
    .split("\n")
    .filter((line) => line.includes('"type":"planned_change"'))
    .map((line) => {
      const { change } = JSON.parse(line) as {
        change: { resource: { addr: string }; action: PlannedChange["action"] };
      };
      return { address: change.resource.addr, action: change.action };
    });
}

/** The resources that a synthesized stack creates in empty accounts, by the real provider's plan. */
export async function plan(stackDirectory: string): Promise<string[]> {
  return createdBy(await plannedChanges(await initialize(stackDirectory)));
}

export const createdBy = (changes: readonly PlannedChange[]): string[] =>
  changes.filter(({ action }) => action === "create").map(({ address }) => address);

export async function initialize(stackDirectory: string): Promise<string> {
  const terraform = await findTerraform();
  const directory = await copyStack(terraform, stackDirectory, await emptyAccounts());
  await terraform.run(directory, "init");
  return directory;
}
