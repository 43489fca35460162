import { partitionOf } from "../arn";
import { resolved, type Element, type Place } from "./expressions";
import type { Values } from "./resource";
import type { Resources } from "./resources";

/** Terraform's configuration in JSON, such as a synthesized `cdk.tf.json`. */
interface Configuration {
  readonly provider?: { readonly aws?: Provider | readonly Provider[] };
  readonly resource?: Elements;
  readonly data?: Elements;
}
type Elements = Readonly<Record<string, Readonly<Record<string, Values>>>>;

interface Provider {
  readonly alias?: string;
  readonly region?: string;
  readonly allowed_account_ids?: readonly string[];
}

/**
 * Reads a configuration. Expressions are replaced by the values that arguments of other elements
 * determine; those that are known only after the apply, such as the id of a key, stay as they are.
 */
export function resourcesInConfiguration(texts: readonly string[]): Resources {
  const files = texts.map((text) => JSON.parse(text) as Configuration);
  const providers = files.flatMap(({ provider }) => [provider?.aws ?? []].flat());

  function placeOf({ provider = "aws" }: Values): Place {
    const name = ({ alias }: Provider) => (alias === undefined ? "aws" : `aws.${alias}`);
    const found = providers.find((one) => name(one) === provider);
    const { alias, region = "", allowed_account_ids: [id] = [] } = found ?? {};
    return { account: id ?? alias ?? String(provider), region, partition: partitionOf(region) };
  }

  const elementsIn = (elements: Elements = {}, prefix = ""): [string, Element][] =>
    Object.entries(elements).flatMap(([type, named]) =>
      Object.entries(named).map(([name, values]): [string, Element] => [
        `${prefix}${type}.${name}`,
        {
          ...{ type, name, values },
          place: placeOf(values),
          dependsOn: (values.depends_on ?? []) as string[],
        },
      ]),
    );
  return resolved(
    new Map(
      files.flatMap(({ resource, data }) => [
        ...elementsIn(resource),
        ...elementsIn(data, "data."),
      ]),
    ),
  );
}
