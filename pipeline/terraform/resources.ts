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
  /** The resource that a value refers to: by an ARN or ID, or by an expression of a configuration. */
  readonly referredTo: (value: unknown) => PlacedResource | undefined;
}

export function resourcesOf(unsorted: readonly PlacedResource[]): Resources {
  const all = [...unsorted].sort((a, b) =>
    a.address < b.address ? -1 : Number(a.address > b.address),
  );
  const byId = new Map<unknown, PlacedResource>();
  for (const one of all.filter(
    ({ type }) => !/_policy(_attachment)?$/.test(type) || type === "aws_iam_policy",
  )) {
    // Other resources may have the same name, but only a role is referred to by it.
    const name = one.type === "aws_iam_role" ? one.values.name : undefined;
    for (const id of [one.values.arn, one.values.key_id, name]) {
      if (typeof id === "string") {
        byId.set(id, one);
      }
    }
  }
  const referredTo = (value: unknown) =>
    byId.get(typeof value === "string" ? value.replace(/:\*$/, "") : value);
  return { all, referredTo };
}

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
