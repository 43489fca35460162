/** The parts of Terraform's plan JSON that the app reads: https://developer.hashicorp.com/terraform/internals/json-format */
export interface Plan {
  readonly format_version: string;
  readonly resource_changes?: readonly ResourceChange[];
  readonly resource_drift?: readonly ResourceChange[];
  readonly prior_state?: { readonly values?: { readonly root_module?: Module } };
}

export interface ResourceChange {
  readonly address: string;
  readonly mode?: string;
  readonly type: string;
  readonly provider_name?: string;
  readonly action_reason?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
    readonly after_unknown?: unknown;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

interface Module {
  readonly resources?: readonly {
    readonly address: string;
    readonly type: string;
    readonly values: Values;
  }[];
  readonly child_modules?: readonly Module[];
}

export type Values = Readonly<Record<string, unknown>>;

export const isPlan = (value: unknown): value is Plan =>
  typeof value === "object" &&
  value !== null &&
  "format_version" in value &&
  ("resource_changes" in value || "planned_values" in value) &&
  (!("resource_changes" in value) || Array.isArray(value.resource_changes));

const hasActions =
  (...actions: readonly string[]) =>
  ({ change }: ResourceChange): boolean =>
    actions.every((action) => change.actions.includes(action)) &&
    change.actions.length === actions.length;

export const isReplaced = hasActions("create", "delete");
export const isCreated = hasActions("create");
export const isUpdated = hasActions("update");
/** The resource is destroyed and not replaced. */
export const isRemoved = hasActions("delete");
export const isDestroyed = (change: ResourceChange): boolean =>
  isRemoved(change) || isReplaced(change);

export const changesOf = (plan: Plan, type: string): readonly ResourceChange[] =>
  (plan.resource_changes ?? []).filter((change) => change.type === type);

/** An attribute as text; undefined if it is not set or only known at apply. */
export const text = (values: Values | null, attribute: string): string | undefined => {
  const value = values?.[attribute];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const number = (values: Values | null, attribute: string): number | undefined => {
  const value = values?.[attribute];
  return typeof value === "number" ? value : undefined;
};

/** True if an attribute of an updated resource gets another value. */
export const isChanged = ({ change }: ResourceChange, attribute: string): boolean =>
  JSON.stringify(change.before?.[attribute] ?? null) !==
  JSON.stringify(change.after?.[attribute] ?? null);

/** True if an attribute, or a part of it, is known only when the plan is applied. */
export const isUnknown = ({ change }: ResourceChange, attribute: string): boolean =>
  JSON.stringify((change.after_unknown as Values | undefined)?.[attribute] ?? null).includes(
    "true",
  );

/** The attributes that force the replacement of a resource. */
export const forcedBy = ({ change }: ResourceChange): string[] =>
  (change.replace_paths ?? []).map(([attribute]) => String(attribute));

/** The reason why Terraform replaces a resource, if no attribute forces it. */
export function requestOf({ action_reason: reason }: ResourceChange): string | undefined {
  if (reason === "replace_by_request") {
    return "as requested";
  }
  return reason === "replace_because_tainted" ? "since it is marked as tainted" : undefined;
}

/** All resources of one type in the state before the plan. */
export function inState(plan: Plan, type: string): Values[] {
  const resources = ({ resources: own = [], child_modules: children = [] }: Module): Values[] => [
    ...own.filter((resource) => resource.type === type).map(({ values }) => values),
    ...children.flatMap(resources),
  ];
  return resources(plan.prior_state?.values?.root_module ?? {});
}

/** The ARN of a stream in its own ARN or in that of one of its registered consumers. */
export const streamArnIn = (arn: string | undefined): string | undefined =>
  arn?.split("/consumer/")[0];

/** The name of a stream in its ARN. */
export const streamNameIn = (arn: string | undefined): string | undefined =>
  arn?.split(":stream/")[1];

/** True for the attributes of the stream with this ARN; streams of other accounts and Regions can have its name. */
export const isStream =
  (arn: string | undefined) =>
  (values: Values | null): boolean =>
    arn !== undefined &&
    (text(values, "arn") === arn ||
      (text(values, "arn") === undefined && text(values, "name") === streamNameIn(arn)));

/**
 * The part of an address that all resources of one construct have in common. cdktf leaves out the
 * last part of a path if the part before it ends in the same word.
 */
export const constructOf = (address: string): string =>
  address
    .replace(/^.*\./, "")
    .replace(/_[0-9A-F]{8}$/, "")
    .replace(
      /_(alias|consumer|consumer-policy|function|function-policy|key|key-alias|key-policy|log-group|managed-policy-.+|mapping|on-failure-queue|policy-statements|role|role-policy|stream|stream-policy)$/,
      "",
    );

/** The name of a function in its ARN, with or without an alias or version; or the name itself. */
export const functionNameIn = (arn: string | undefined): string | undefined =>
  arn?.replace(/^.*:function:/, "").split(":")[0];
