import { listOf } from "../values";

/** Attributes as Terraform knows them. */
export type Values = Readonly<Record<string, unknown>>;

/** A resource in a state, in whatever module. */
export interface Resource {
  readonly address: string;
  readonly type: string;
  /** The last part of its address, without its index key. */
  readonly name: string;
  readonly values: Values;
  /** Addresses of the resources that it was created after, without their index keys. */
  readonly dependsOn: readonly string[];
  /** Provider with its alias, as a state file names it: `provider["<source>"].<alias>`. */
  readonly provider?: string;
}

/** An attribute as text; undefined if it is not set or only known at apply. */
export const text = (values: Values | null | undefined, attribute: string): string | undefined => {
  const value = values?.[attribute];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const number = (
  values: Values | null | undefined,
  attribute: string,
): number | undefined => {
  const value = values?.[attribute];
  return typeof value === "number" ? value : undefined;
};

/** A block is an object in a configuration, and a list in a state or plan. */
export const blocks = (value: unknown): readonly Values[] =>
  listOf((value ?? undefined) as Values | readonly Values[] | undefined);
