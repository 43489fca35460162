import * as fs from "node:fs";
import * as path from "node:path";
import type { Credentials } from "./aws/accounts";

export interface ProviderOptions {
  /** Endpoint URL for all AWS APIs. */
  readonly url: string;
  /** Returns credentials for a provider's account. */
  readonly credentials: (accountId: string) => Promise<Credentials>;
  /** Directory for the file with the provider's profile. */
  readonly directory: string;
}

const PROFILE = "local";

/**
 * Arguments of `provider "aws"` that let it call the local AWS as an account. They name a profile
 * that contains the endpoint, since an `endpoints` block costs the provider two seconds of processor
 * time at each of its starts.
 */
export async function localProvider(
  accountId: string,
  { url, credentials, directory }: ProviderOptions,
): Promise<Record<string, unknown>> {
  const file = path.resolve(directory, "aws-config");
  fs.writeFileSync(file, `[profile ${PROFILE}]\nendpoint_url = ${url}\n`);
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials(accountId);
  return {
    access_key: accessKeyId,
    secret_key: secretAccessKey,
    token: sessionToken,
    profile: PROFILE,
    shared_config_files: [file],
    skip_metadata_api_check: true,
    s3_use_path_style: true,
  };
}
