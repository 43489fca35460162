import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { IAM } from "@aws-sdk/client-iam";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { SynthesizedProvider } from "./stack";

/** A call that is not answered must not stop a deployment: its answer is only a check. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

export type AwsClients = ReturnType<typeof clientsOf>;

/** SDK clients with the Region and credentials of a provider block. */
export function clientsOf(provider: SynthesizedProvider) {
  const { region, profile, access_key, secret_key, token, shared_config_files, assume_role } =
    provider;
  const endpoint = endpointOf(provider);
  // The Kinesis client's own handler speaks HTTP/2, and has no timeout for connections.
  const { requestHandler } = new STS({ region, requestHandler: TIMEOUTS }).config;
  const settings = { region, endpoint, requestHandler, maxAttempts: 2 };
  const source =
    access_key !== undefined && secret_key !== undefined
      ? { accessKeyId: access_key, secretAccessKey: secret_key, sessionToken: token }
      : fromNodeProviderChain({
          profile,
          configFilepath: shared_config_files?.[0],
          clientConfig: settings,
        });
  const [role] = assume_role ?? [];
  const credentials = role
    ? fromTemporaryCredentials({
        masterCredentials: source,
        params: { RoleArn: role.role_arn, ExternalId: role.external_id },
        clientConfig: settings,
      })
    : source;
  const all = { ...settings, credentials };
  return {
    cloudwatch: new CloudWatch(all),
    iam: new IAM(all),
    kinesis: new Kinesis(all),
    kms: new KMS(all),
    lambda: new Lambda(all),
    logs: new CloudWatchLogs(all),
    sqs: new SQS(all),
  };
}

/** The endpoint of the provider's profile, which the SDK reads only from the default profile. */
function endpointOf({ profile, shared_config_files }: SynthesizedProvider): string | undefined {
  if (profile === undefined || process.env.AWS_ENDPOINT_URL !== undefined) {
    return undefined;
  }
  const file =
    shared_config_files?.[0] ??
    process.env.AWS_CONFIG_FILE ??
    path.join(os.homedir(), ".aws", "config");
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const section = text
    .split(/^\s*\[/m)
    .find((one) => [`profile ${profile}`, profile].includes(one.split("]")[0]?.trim() ?? ""));
  return /^\s*endpoint_url\s*=\s*(\S+)/m.exec(section ?? "")?.[1];
}

/** The clients of each provider block, made once. */
export function clientsByProvider(): (provider: SynthesizedProvider) => AwsClients {
  const made = new Map<SynthesizedProvider, AwsClients>();
  return (provider) => {
    const clients = made.get(provider) ?? clientsOf(provider);
    made.set(provider, clients);
    return clients;
  };
}
