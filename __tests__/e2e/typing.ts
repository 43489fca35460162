import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { LocalAws } from "../../local/aws";
import { findTerraform } from "../../local/terraform";

/**
 * The environment in which commands that are typed reach a local AWS, with the real Terraform, in whose
 * way only the version of the AWS provider is.
 *
 * @param accounts by the name of their profiles
 */
export async function typingEnvironment(
  aws: LocalAws,
  directory: string,
  accounts: Readonly<Record<string, string>>,
): Promise<NodeJS.ProcessEnv> {
  const profiles = Object.entries(accounts).map(async ([name, account]) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await aws.credentials(account);
    return [
      `[profile ${name}]`,
      `endpoint_url = ${aws.url}`,
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `aws_session_token = ${sessionToken}`,
    ].join("\n");
  });
  const config = path.join(directory, "aws-config");
  // The SDK reads a file once, so that it must be complete when it is named.
  fs.writeFileSync(config, (await Promise.all(profiles)).join("\n"));
  const bin = path.join(directory, "bin");
  fs.mkdirSync(bin);
  const real = execFileSync("which", ["terraform"], { encoding: "utf8" }).trim();
  fs.writeFileSync(
    path.join(bin, "terraform"),
    `#!/bin/sh
for file in cdk.tf.json "\${1#-chdir=}/cdk.tf.json"; do
  [ -e "$file" ] && sed -i 's/"version": "6\\.[0-9.]*"/"version": ">= 5.100"/' "$file"
done
exec "${real}" "$@"
`,
    { mode: 0o755 },
  );
  return {
    ...process.env,
    ...(await findTerraform()).environment,
    AWS_CONFIG_FILE: config,
    CDKTF_OUTDIR: path.join(directory, "cdktf.out"),
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
  };
}
