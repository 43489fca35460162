import { parseArn, partitionOf } from "../arn";
import type { Place } from "./expressions";
import type { ModuleConfiguration, Plan } from "./plan";
import { resourcesInState } from "./plan";
import { text, type Values } from "./resource";
import { withoutIndexKeys } from "./resources";

/** The place in the ARN of a resource, or of what it belongs to. Global resources have no Region. */
export function placeOfResource(values: Values | null | undefined): Place | undefined {
  const arns = ["arn", "dashboard_arn", "resource_arn", "function_arn"].map(
    (name) => text(values, name) ?? "",
  );
  const { account, region, partition } = parseArn(
    arns.find((arn) => parseArn(arn).account !== "") ?? "",
  );
  return account === "" ? undefined : { account, region, partition };
}

/**
 * Where the resources of an address are, by its provider: another resource of the provider tells, or
 * a Region and a single allowed account. Undefined if the plan does not tell.
 */
export function placesOf(plan: Plan): (address: string) => Place | undefined {
  const keys = providerKeysOf(plan);
  const places = new Map<string, Place>();
  for (const { address, values } of resourcesInState(plan)) {
    const [key, place] = [keys(address), placeOfResource(values)];
    if (key !== undefined && place !== undefined && place.region !== "") {
      places.set(key, place);
    }
  }
  for (const [key, { expressions }] of Object.entries(plan.configuration?.provider_config ?? {})) {
    const region = expressions?.region?.constant_value;
    const accounts = expressions?.allowed_account_ids?.constant_value;
    const [account, other] = Array.isArray(accounts) ? (accounts as unknown[]) : [];
    if (typeof region === "string" && typeof account === "string" && other === undefined) {
      places.set(key, { account, region, partition: partitionOf(region) });
    }
  }
  return (address) => places.get(keys(address) ?? "");
}

/** The key of a resource's provider in the plan's configuration. */
export function providerKeysOf(plan: Plan): (address: string) => string | undefined {
  const keys = new Map(providerKeys(plan.configuration?.root_module ?? {}));
  return (address) => keys.get(withoutIndexKeys(address));
}

const providerKeys = (
  { resources = [], module_calls: calls = {} }: ModuleConfiguration,
  prefix = "",
): [string, string][] => [
  ...resources.map(({ address, provider_config_key: key = "" }): [string, string] => [
    `${prefix}${address}`,
    key,
  ]),
  ...Object.entries(calls).flatMap(([name, { module = {} }]) =>
    providerKeys(module, `${prefix}module.${name}.`),
  ),
];
