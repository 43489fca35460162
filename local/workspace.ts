import { zipSync, Zippable } from "fflate";
import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { Credentials } from "./aws/accounts";
import { Terraform } from "./terraform";

export interface WorkspaceOptions {
  /** Where every AWS API answers. */
  readonly url: string;
  /** The credentials of the account that a provider is for. */
  readonly credentials: (accountId: string) => Promise<Credentials>;
  /** Where the copy goes; a new temporary directory, unless given. */
  readonly directory?: string;
}

/** What Terraform's JSON syntax looks like where we touch it. */
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

const SERVICES = ["ec2", "iam", "kinesis", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts"];

/**
 * A copy of a synthesized stack that runs against local endpoints. Only the provider's version
 * constraint, endpoints, credentials and the backend differ, and the archive where its provider
 * cannot be had.
 */
export async function copyStack(
  terraform: Terraform,
  stackDirectory: string,
  options: WorkspaceOptions,
): Promise<string> {
  const directory = options.directory ?? fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
  fs.cpSync(stackDirectory, directory, { recursive: true });
  const file = path.join(directory, "cdk.tf.json");
  const synthesized = JSON.parse(fs.readFileSync(file, "utf8")) as Configuration;
  const configuration = terraform.hasArchiveProvider
    ? synthesized
    : archiveHere(synthesized, directory);
  const aws = configuration.terraform.required_providers.aws;
  if (aws) {
    aws.version = ">= 5.100";
  }
  delete configuration.terraform.backend;
  configuration.provider.aws = await Promise.all(
    (configuration.provider.aws ?? []).map((provider) => redirect(provider, options)),
  );
  fs.writeFileSync(file, JSON.stringify(configuration, undefined, 2));
  return directory;
}

async function redirect(
  provider: Record<string, unknown>,
  { url, credentials }: WorkspaceOptions,
): Promise<Record<string, unknown>> {
  const [account] = (provider.allowed_account_ids as string[] | undefined) ?? [];
  if (account === undefined) {
    throw new Error(
      `provider ${String(provider.alias)} names no account: set its 'allowed_account_ids'`,
    );
  }
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials(account);
  const { profile, assume_role, ...rest } = provider;
  return {
    ...rest,
    access_key: accessKeyId,
    secret_key: secretAccessKey,
    token: sessionToken,
    skip_metadata_api_check: true,
    skip_region_validation: true,
    endpoints: Object.fromEntries(SERVICES.map((service) => [service, url])),
  };
}

/** What data.archive_file does, for where its provider cannot be had. */
function archiveHere(synthesized: Configuration, directory: string): Configuration {
  let text = JSON.stringify(synthesized);
  for (const [id, archive] of Object.entries(synthesized.data?.archive_file ?? {})) {
    const inPlace = (file = ""): string => file.replace("${path.module}", directory);
    const zip = zipDirectory(inPlace(archive.source_dir));
    fs.writeFileSync(inPlace(archive.output_path), zip);
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
    // Local time, as the format wants it: the same bytes in every time zone.
    mtime: new Date(1980, 0, 1),
    os: 3,
  });
}
