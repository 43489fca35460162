import { parseArn } from "../arn";
import { text, type Resource, type Values } from "./resource";

/** A resource of a configuration or of a state, and where it is. */
export interface PlacedResource extends Resource {
  /** Account of the resource: its ID, else the provider's alias. */
  readonly account: string;
  /** Empty if it is not known, or the resource is global. */
  readonly region: string;
}

export interface Resources {
  /** In the order of their addresses. */
  readonly all: readonly PlacedResource[];
  /**
   * The resource that a value refers to: by an ARN or ID, or by an expression of a configuration.
   *
   * @param by the resource that has the value, since roles of several accounts can have one name
   */
  readonly referredTo: (value: unknown, by?: PlacedResource) => PlacedResource | undefined;
}

export function resourcesOf(unsorted: readonly PlacedResource[]): Resources {
  const all = [...unsorted].sort((a, b) =>
    a.address < b.address ? -1 : Number(a.address > b.address),
  );
  const byId = new Map<unknown, PlacedResource[]>();
  for (const one of all.filter(isReferredTo)) {
    // Other resources may have the same name or key, but only roles and keys are referred to by it.
    const name = one.type === "aws_iam_role" ? one.values.name : undefined;
    const keyId = one.type.endsWith("_key") ? one.values.key_id : undefined;
    for (const id of new Set([one.values.arn, keyId, name])) {
      byId.set(id, [...(byId.get(id) ?? []), one]);
    }
  }
  const referredTo = (value: unknown, by?: PlacedResource) => {
    const found = typeof value === "string" ? byId.get(value.replace(/:\*$/, "")) : undefined;
    const isNear = ({ account, address }: PlacedResource) =>
      account === by?.account || by?.dependsOn.includes(withoutIndexKeys(address)) === true;
    // A name or key ID does not refer to a resource of another account.
    const mayBeAnywhere = !/^\d{12}$/.test(by?.account ?? "") || String(value).startsWith("arn:");
    return found?.find(isNear) ?? (mayBeAnywhere ? found?.[0] : undefined);
  };
  return { all, referredTo };
}

/** A policy has the ARN or name of the resource that it is for. */
const isReferredTo = ({ type }: PlacedResource): boolean =>
  type === "aws_iam_policy" || !/_policy(_attachment)?$/.test(type);

/** Terraform waits for every instance of a resource with count or for_each. */
export const withoutIndexKeys = (address: string): string =>
  address.replace(/\[(\d+|"(\\.|[^"\\])*")\]/g, "");

/** Reads a state, where references are the ARNs, names and IDs that AWS gave. */
export const resourcesOfState = (resources: readonly Resource[]): Resources =>
  resourcesOf(
    resources.map((one) => {
      const { account, region } = parseArn(arnIn(one.values));
      return { ...one, account: account || "unknown", region };
    }),
  );

const arnIn = (values: Values): string =>
  ["arn", "resource_arn", "function_arn"]
    .map((name) => text(values, name) ?? "")
    .find((arn) => parseArn(arn).account !== "") ?? "";
