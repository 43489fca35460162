import * as fs from "node:fs";
import * as path from "node:path";
import { misuse } from "../errors";
import type { StateResource } from "../state";

/** A Terraform resource, from a configuration or from a state. */
export interface Resource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Account of the resource: its ID, else the provider's alias. */
  readonly account: string;
  /** Addresses of what it is created after, without index keys. */
  readonly dependsOn: readonly string[];
}

export interface Resources {
  readonly all: readonly Resource[];
  /** The resource that a value refers to: by an expression in a configuration, by an ARN or ID in a state. */
  readonly referredTo: (value: unknown) => Resource | undefined;
}

interface Configuration {
  readonly provider?: Readonly<Record<string, object | readonly object[]>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
}

/** Reads Terraform's JSON configuration, such as a synthesized `cdk.tf.json`. */
export function resourcesInConfiguration(texts: readonly string[]): Resources {
  const files = texts.map((text) => JSON.parse(text) as Configuration);
  const accounts = new Map(files.flatMap(({ provider }) => accountsOf(provider?.aws)));
  const all = files.flatMap(({ resource = {} }) =>
    Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, values]): Resource => {
        const provider = typeof values.provider === "string" ? values.provider : "aws";
        return {
          address: `${type}.${name}`,
          type,
          values,
          account: accounts.get(provider) ?? provider,
          dependsOn: (values.depends_on ?? []) as string[],
        };
      }),
    ),
  );
  const byAddress = new Map(all.map((one) => [one.address, one]));
  const referredTo = (value: unknown) => {
    const [, address = ""] = /^\$\{([a-z0-9_]+\.[\w-]+)\.\w+\}/.exec(String(value)) ?? [];
    return byAddress.get(address);
  };
  return { all: sorted(all), referredTo };
}

function accountsOf(providers: object | readonly object[] = []): [string, string][] {
  return ([providers].flat() as { alias?: string; allowed_account_ids?: string[] }[]).map(
    ({ alias, allowed_account_ids: [id] = [] }) => {
      const provider = alias === undefined ? "aws" : `aws.${alias}`;
      return [provider, id ?? alias ?? provider];
    },
  );
}

/** Reads a state, where references are the ARNs, names and IDs that AWS gave. */
export function resourcesInState(resources: readonly StateResource[]): Resources {
  const all = resources.map((resource): Resource => {
    const { address, type, values, dependsOn } = resource;
    return { address, type, values, account: accountIn(values), dependsOn };
  });
  const byId = new Map<unknown, Resource>();
  for (const one of all.filter(({ type }) => !type.endsWith("_policy"))) {
    // Other resources may have the same name, but only a role is referred to by it.
    const name = one.type === "aws_iam_role" ? one.values.name : undefined;
    for (const id of [one.values.arn, one.values.key_id, name]) {
      if (typeof id === "string") {
        byId.set(id, one);
      }
    }
  }
  return {
    all: sorted(all),
    referredTo: (value) => byId.get(typeof value === "string" ? value.replace(/:\*$/, "") : value),
  };
}

function accountIn(values: Resource["values"]): string {
  const arns = [values.arn, values.resource_arn, values.function_arn].filter(
    (value): value is string => typeof value === "string",
  );
  return arns.map((arn) => arn.split(":")[4]).find(Boolean) ?? "unknown";
}

const sorted = (all: readonly Resource[]): Resource[] =>
  [...all].sort((a, b) => (a.address < b.address ? -1 : Number(a.address > b.address)));

/** Reads the JSON configuration in a directory. */
export function readConfiguration(directory: string): Resources {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  const files = names.filter((name) => name.endsWith(".tf.json")).sort();
  if (files.length === 0) {
    throw misuse(
      `'--stack' must be a directory of Terraform JSON, got ${directory}, which has no .tf.json file; synthesize it, or apply HCL and use --state`,
    );
  }
  try {
    return resourcesInConfiguration(
      files.map((name) => fs.readFileSync(path.join(directory, name), "utf8")),
    );
  } catch (error) {
    throw misuse(`cannot read the configuration in ${directory}: ${(error as Error).message}`);
  }
}
