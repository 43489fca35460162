import { parseArn } from "../arn";
import { groupBy } from "../values";
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
  readonly ofType: (type: string) => readonly PlacedResource[];
  /** The resources of a type whose attribute is an ARN, or refers to the resource that has it. */
  readonly pointingTo: (arn: unknown, type: string, attribute: string) => readonly PlacedResource[];
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
  return indexed(all, referredTo);
}

/** Looks resources up without searching all of them each time. */
export function indexed(
  all: readonly PlacedResource[],
  referredTo: Resources["referredTo"],
): Resources {
  const types = groupBy(all, ({ type }) => type);
  const ofType = (type: string) => types.get(type) ?? [];
  const pointers = new Map<string, Map<unknown, PlacedResource[]>>();
  const pointersOf = (type: string, attribute: string): Map<unknown, PlacedResource[]> => {
    const key = `${type}.${attribute}`;
    const arnIn = (one: PlacedResource): unknown =>
      referredTo(one.values[attribute], one)?.values.arn ?? one.values[attribute];
    const known = pointers.get(key) ?? groupBy(ofType(type), arnIn);
    pointers.set(key, known);
    return known;
  };
  const pointingTo: Resources["pointingTo"] = (arn, type, attribute) =>
    pointersOf(type, attribute).get(arn) ?? [];
  return { all, referredTo, ofType, pointingTo };
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
