import { parseArn } from "../arn";
import { text, type Resource, type Values } from "./resource";

/** A resource of a configuration or of a state, and where it is. */
export interface PlacedResource extends Resource {
  /** Account of the resource: its ID, else the provider's alias. */
  readonly account: string;
}

export interface Resources {
  readonly all: readonly PlacedResource[];
  /** The resource that a value refers to: by an expression in a configuration, by an ARN or ID in a state. */
  readonly referredTo: (value: unknown) => PlacedResource | undefined;
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
      Object.entries(named).map(([name, values]): PlacedResource => {
        const provider = typeof values.provider === "string" ? values.provider : "aws";
        return {
          address: `${type}.${name}`,
          type,
          name,
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
export function resourcesOfState(resources: readonly Resource[]): Resources {
  const all = resources.map((one) => ({ ...one, account: accountIn(one.values) }));
  const byId = new Map<unknown, PlacedResource>();
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

function accountIn(values: Values): string {
  const arns = ["arn", "resource_arn", "function_arn"].map((name) => text(values, name) ?? "");
  return arns.map((arn) => parseArn(arn).account).find(Boolean) ?? "unknown";
}

const sorted = (all: readonly PlacedResource[]): PlacedResource[] =>
  [...all].sort((a, b) => (a.address < b.address ? -1 : Number(a.address > b.address)));
