import {
  type ModuleConfiguration,
  type Plan,
  resourcesInState,
} from "../../pipeline/terraform/plan";
import { text, type Values } from "../../pipeline/terraform/resource";
import { parseArn } from "../../pipeline/arn";

/** Account and Region of a resource. */
export interface Place {
  readonly account: string;
  /** Empty for global resources. */
  readonly region: string;
}

/** The place in an ARN; ARNs of global resources have no Region. */
export function placeIn(arn: string | undefined): Place | undefined {
  const { account, region } = parseArn(arn ?? "");
  return account === "" ? undefined : { account, region };
}

export const arnOf = (values: Values | null): string | undefined =>
  text(values, "arn") ?? text(values, "dashboard_arn");

/** Where the resources of an address are created; undefined if the plan does not tell. */
export function placesOf(plan: Plan): (address: string) => Place | undefined {
  const keys = new Map(providerKeys(plan.configuration?.root_module ?? {}));
  const keyOf = (address: string): string | undefined =>
    keys.get(address.replace(/\[[^\]]*\]/g, ""));
  const places = new Map<string, Place>();
  for (const { address, values } of resourcesInState(plan)) {
    const [key, place] = [keyOf(address), placeIn(arnOf(values))];
    if (key !== undefined && place !== undefined && place.region !== "") {
      places.set(key, place);
    }
  }
  for (const [key, { expressions }] of Object.entries(plan.configuration?.provider_config ?? {})) {
    const region = expressions?.region?.constant_value;
    const accounts = expressions?.allowed_account_ids?.constant_value;
    const [account, other] = Array.isArray(accounts) ? (accounts as unknown[]) : [];
    if (typeof region === "string" && typeof account === "string" && other === undefined) {
      places.set(key, { account, region });
    }
  }
  return (address) => places.get(keyOf(address) ?? "");
}

/** The provider's key by the address of each resource, without indexes. */
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
