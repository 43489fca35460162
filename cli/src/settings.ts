import type { CredentialSource } from "./accounts";
import { partitionOf } from "./arns";
import { misuse } from "./errors";
import type { Reference } from "./pipeline";

interface DeploymentAccount extends CredentialSource {
  readonly accountId: string;
}

/** The parts of a deployment's settings that say where its pipelines are. */
export interface Deployment {
  readonly name: string;
  readonly region: string;
  readonly producer: DeploymentAccount;
  readonly stream: { readonly streamName: string } | { readonly streamArn: string };
  readonly consumers: readonly {
    readonly id: string;
    readonly account: DeploymentAccount;
    readonly consumerName: string;
    readonly functionName?: string;
    readonly roleName?: string;
    readonly existingFunction?: {
      readonly functionName: string;
      readonly roleName: string;
      readonly roleArn: string;
    };
  }[];
}

/** The deployment that a command is about. */
export function chooseDeployment(all: readonly Deployment[], name?: string): Deployment {
  const [only, ...others] = all.filter((one) => name === undefined || one.name === name);
  if (!only || others.length > 0) {
    const names = all.map((one) => one.name).join(", ");
    throw misuse(`'--name' must be one of ${names}, got ${name ?? "none"}`);
  }
  return only;
}

/** Credentials of every account that a deployment names. */
export function credentialsIn({ producer, consumers }: Deployment): CredentialSource[] {
  const all = [producer, ...consumers.map(({ account }) => account)];
  const sources = all.map(({ profile, assumeRole }) => ({ profile, assumeRole }));
  return [...new Map(sources.map((one) => [JSON.stringify(one), one])).values()];
}

/** The pipelines that a deployment declares, one for each consumer. */
export function referencesInSettings(deployment: Deployment): Reference[] {
  const { region, producer, stream, consumers } = deployment;
  const partition = partitionOf(region);
  const sourceArn =
    "streamArn" in stream
      ? stream.streamArn
      : `arn:${partition}:kinesis:${region}:${producer.accountId}:stream/${stream.streamName}`;
  return consumers.map(({ account, consumerName, functionName, existingFunction, roleName }) => {
    const name = existingFunction?.functionName ?? functionName ?? consumerName;
    const own = `arn:${partition}:iam::${account.accountId}:role/${roleName ?? ""}`;
    return {
      region,
      sourceArn,
      functionArn: `arn:${partition}:lambda:${region}:${account.accountId}:function:${name}`,
      roleArn: existingFunction?.roleArn ?? (roleName === undefined ? undefined : own),
    };
  });
}
