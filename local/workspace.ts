import { zipSync, Zippable } from "fflate";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localProvider, type ProviderOptions } from "./provider";
import { Terraform } from "./terraform";

const STACK_FILE = "cdk.tf.json";

interface WorkspaceOptions extends Omit<ProviderOptions, "directory"> {
  /** Directory of the copy. Default: a new temporary directory. */
  readonly directory?: string;
}

/** The parts of Terraform's JSON syntax that are used here. */
export interface Configuration {
  terraform: {
    backend?: unknown;
    required_providers: Record<string, { source: string; version: string }>;
  };
  provider: Record<string, Record<string, unknown>[]>;
  data?: Record<string, Record<string, Record<string, string>>>;
  resource: Record<string, Record<string, Record<string, unknown>>>;
  output?: Record<string, unknown>;
}

/**
 * Copies a synthesized stack and changes it to use local endpoints. The copy differs only in the AWS
 * provider's version constraint, endpoints and credentials, and in the backend. If the archive
 * provider cannot be installed, the zips are created here.
 */
export async function copyStack(
  terraform: Terraform,
  stackDirectory: string,
  options: WorkspaceOptions,
): Promise<string> {
  const directory = options.directory ?? fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
  fs.cpSync(stackDirectory, directory, { recursive: true });
  const configuration = makeInstallable(terraform, directory);
  delete configuration.terraform.backend;
  configuration.provider.aws = await Promise.all(
    (configuration.provider.aws ?? []).map((provider) =>
      redirect(provider, { ...options, directory }),
    ),
  );
  write(configuration, directory);
  return directory;
}

/** Changes a synthesized stack so that it needs only providers that can be installed. */
export function makeInstallable(terraform: Terraform, directory: string): Configuration {
  const file = fs.readFileSync(path.join(directory, STACK_FILE), "utf8");
  const synthesized = JSON.parse(file) as Configuration;
  const configuration = terraform.hasArchiveProvider
    ? synthesized
    : createArchives(synthesized, directory);
  const aws = configuration.terraform.required_providers.aws;
  if (aws) {
    aws.version = ">= 5.100";
  }
  // The local AWS has no such role.
  configuration.provider.aws?.forEach((provider) => delete provider.assume_role);
  write(configuration, directory);
  return configuration;
}

const write = (configuration: Configuration, directory: string): void =>
  fs.writeFileSync(path.join(directory, STACK_FILE), JSON.stringify(configuration, undefined, 2));

async function redirect(
  provider: Record<string, unknown>,
  options: ProviderOptions,
): Promise<Record<string, unknown>> {
  const [account] = (provider.allowed_account_ids as string[] | undefined) ?? [];
  if (account === undefined) {
    throw new Error(
      `provider ${String(provider.alias)} has no account: set its 'allowed_account_ids'`,
    );
  }
  return { ...provider, ...(await localProvider(account, options)), skip_region_validation: true };
}

/** Creates the zips of data.archive_file, for machines that cannot install its provider. */
function createArchives(synthesized: Configuration, directory: string): Configuration {
  let text = JSON.stringify(synthesized);
  for (const [id, archive] of Object.entries(synthesized.data?.archive_file ?? {})) {
    const resolvePath = (file = ""): string => file.replace("${path.module}", directory);
    const zip = zipDirectory(resolvePath(archive.source_dir));
    fs.writeFileSync(resolvePath(archive.output_path), zip);
    const hash = createHash("sha256").update(zip).digest("base64");
    text = text
      .replaceAll(`\${data.archive_file.${id}.output_path}`, archive.output_path ?? "")
      .replaceAll(`\${data.archive_file.${id}.output_base64sha256}`, hash);
  }
  const configuration = JSON.parse(text) as Configuration;
  delete configuration.data?.archive_file;
  delete configuration.provider.archive;
  delete configuration.terraform.required_providers.archive;
  return configuration;
}

function zipDirectory(directory: string): Uint8Array {
  const files = fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => fs.statSync(path.join(directory, file)).isFile())
    .sort()
    .map((file) => [
      file.split(path.sep).join("/"),
      [fs.readFileSync(path.join(directory, file)), { attrs: 0o644 << 16 }],
    ]);
  return zipSync(Object.fromEntries(files) as Zippable, {
    // Zip files store local time, so that this gives the same bytes in every time zone.
    mtime: new Date(1980, 0, 1),
    os: 3,
  });
}
