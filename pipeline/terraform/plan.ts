import { streamArnOf, streamNameOf } from "../arn";
import { type Resource, type Values } from "./resource";
import { shownResources, type ShownState } from "./state";

/** What is read of a plan's JSON: https://developer.hashicorp.com/terraform/internals/json-format */
export interface Plan {
  readonly format_version: string;
  /** When the plan was made. */
  readonly timestamp?: string;
  readonly resource_changes?: readonly ResourceChange[];
  readonly resource_drift?: readonly ResourceChange[];
  readonly prior_state?: ShownState;
  readonly configuration?: {
    readonly provider_config?: Readonly<Record<string, ProviderConfiguration>>;
    readonly root_module?: ModuleConfiguration;
  };
}

export interface ProviderConfiguration {
  readonly expressions?: {
    readonly region?: { readonly constant_value?: unknown };
    readonly allowed_account_ids?: { readonly constant_value?: unknown };
  };
}

/** `{ references }`, `{ constant_value }`, or those of the arguments of a block or list of blocks. */
export type Expression =
  | { readonly references?: readonly string[]; readonly constant_value?: unknown }
  | { readonly [argument: string]: Expression }
  | readonly Expression[];

export interface ModuleConfiguration {
  readonly resources?: readonly {
    readonly address: string;
    readonly provider_config_key?: string;
    readonly expressions?: Readonly<Record<string, Expression>>;
  }[];
  readonly outputs?: Readonly<Record<string, { readonly expression?: Expression }>>;
  readonly module_calls?: Readonly<
    Record<
      string,
      {
        readonly module?: ModuleConfiguration;
        readonly expressions?: Readonly<Record<string, Expression>>;
      }
    >
  >;
}

export interface ResourceChange {
  readonly address: string;
  /** Its address in the state, if it moves. */
  readonly previous_address?: string;
  readonly mode?: string;
  readonly type: string;
  readonly name?: string;
  readonly provider_name?: string;
  readonly action_reason?: string;
  /** Set for an object that Terraform could not destroy after it had created its successor. */
  readonly deposed?: string;
  readonly change: {
    readonly actions: readonly string[];
    /** Set for a resource that exists in AWS and that the apply adds to the state. */
    readonly importing?: { readonly id?: string };
    readonly before: Values | null;
    readonly after: Values | null;
    readonly after_unknown?: unknown;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

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
export function replacementReason({ action_reason: reason }: ResourceChange): string | undefined {
  if (reason === "replace_by_request") {
    return "as requested";
  }
  return reason === "replace_because_tainted" ? "since it is marked as tainted" : undefined;
}

/** All resources in the state before the plan. */
export const resourcesInState = (plan: Plan): Resource[] => shownResources(plan.prior_state ?? {});

/** The attributes of all resources of one type in the state before the plan. */
export const inState = (plan: Plan, type: string): Values[] =>
  resourcesInState(plan)
    .filter((resource) => resource.type === type)
    .map(({ values }) => values);

/** The ARN of a stream in its own ARN or in that of one of its registered consumers. */
export const streamArnIn = (arn: string | undefined): string | undefined =>
  arn === undefined ? undefined : streamArnOf(arn);

/** The name of a stream in its ARN. */
export const streamNameIn = (arn: string | undefined): string | undefined =>
  arn === undefined ? undefined : streamNameOf(arn) || undefined;
