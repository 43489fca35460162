import { isDeepStrictEqual } from "node:util";
import { resourcesInState, type Plan, type ResourceChange } from "../../../pipeline/terraform/plan";
import { isPlainObject } from "../../../pipeline/values";

export type Json = Record<string, unknown>;

const USED = ["format_version", "timestamp", "resource_changes", "resource_drift", "prior_state"];
const NOISE =
  /^(tags_all|tags|timeouts|sensitive_values|schema_version|(before|after)_(sensitive|identity)|provider_name|identity.*|\w*_alarm_.*|create_date|source_code_\w+|code_sha256|last_modified|version_constraint|full_name|mode_details|qualified_\w+|invoke_arn|snap_start|ephemeral_storage|tracing_config|environment)$/;
const isNoise = (one: unknown): boolean =>
  isPlainObject(one) &&
  (/cloudwatch_(metric_alarm|dashboard)/.test(String(one.type)) || one.mode === "data");

/** What explains a plan: without attributes that are not set, and without what nothing happens to. */
export function compacted(plan: Plan): Json {
  const used = Object.fromEntries(USED.map((key) => [key, plan[key as keyof Plan]]));
  const own = trimmed(used) as Plan;
  const state = statesOf(own);
  const changes = (own.resource_changes ?? [])
    .filter(({ change, previous_address: moved }) => moved ?? change.actions.join() !== "no-op")
    .map((one) => {
      const { before, after, ...rest } = one.change;
      const old = state.get(one.previous_address ?? one.address);
      const isOld = isDeepStrictEqual(before, old);
      return {
        ...one,
        change: {
          ...rest,
          ...(!isOld && before && { before }),
          ...(after && (isOld && old ? updates(old, after) : { after })),
        },
      };
    });
  const isTargeted = state.size > (own.resource_changes ?? []).length;
  return keyed({
    ...own,
    // Other changes outside Terraform are in the prior state.
    resource_drift: (own.resource_drift ?? []).filter(
      ({ change }) => change.actions.join() === "delete",
    ),
    configuration: trimmed(withoutCredentials(plan), () => false),
    ...{ isTargeted, resource_changes: changes },
  }) as Json;
}

/** Providers have credentials of the local AWS, and files of the machine where a plan was made. */
const withoutCredentials = ({ configuration }: Plan): unknown => ({
  ...configuration,
  provider_config: Object.fromEntries(
    Object.entries(configuration?.provider_config ?? {}).map(([name, { expressions, ...rest }]) => [
      name,
      {
        ...rest,
        expressions: {
          region: expressions?.region,
          allowed_account_ids: expressions?.allowed_account_ids,
        },
      },
    ]),
  ),
});

export function expanded(compact: Json): Plan {
  const { isTargeted, ...rest } = listed(compact) as Json;
  const plan = rest as unknown as Plan;
  const state = statesOf(plan);
  const changes = (plan.resource_changes ?? []).map((one): ResourceChange => {
    const { actions, before, after, unset = [] } = one.change as Change;
    const old =
      before ??
      (actions.join() === "create"
        ? null
        : (state.get(one.previous_address ?? one.address) ?? null));
    const kept = before === undefined && old ? without(old, unset) : {};
    return {
      ...one,
      change: { ...one.change, before: old, after: after ? { ...kept, ...after } : null },
    };
  });
  const named = new Set(changes.flatMap((one) => [one.address, one.previous_address]));
  const unchanged = resourcesInState(plan)
    .filter(({ address }) => isTargeted !== true && !named.has(address))
    .map(({ address, type, name, values }): ResourceChange => ({
      ...{ address, type, name },
      change: { actions: ["no-op"], before: values, after: values },
    }));
  return { ...plan, resource_changes: [...changes, ...unchanged] };
}

type Change = Partial<ResourceChange["change"]> & {
  readonly actions: readonly string[];
  readonly unset?: readonly string[];
};

/** The attributes that get another value, and those that have none any more. */
const updates = (old: Json, after: Json) => ({
  after: Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(value, old[key])),
  ),
  unset: Object.keys(old).filter((key) => !(key in after)),
});

const without = (values: Json, keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));

const statesOf = (plan: Plan): Map<string, Json> =>
  new Map(resourcesInState(plan).map(({ address, values }) => [address, values as Json]));

function trimmed(value: unknown, isDropped = isEmpty): unknown {
  if (Array.isArray(value)) {
    return value.filter((one) => !isNoise(one)).map((one) => trimmed(one, isDropped));
  }
  return isPlainObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([key, one]) => !NOISE.test(key) && (key === "after" || !isDropped(one)))
          .map(([key, one]) => [key, trimmed(one, isDropped)]),
      )
    : value;
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

const isAddressed = (value: unknown): value is readonly Json[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => isPlainObject(one) && "address" in one);

/** Lists of resources as objects by address, of which differences can be told. */
const keyed = (value: unknown): unknown =>
  isAddressed(value)
    ? { byAddress: Object.fromEntries(value.map(({ address, ...one }) => [address, keyed(one)])) }
    : mapped(value, keyed);

const listed = (value: unknown): unknown =>
  isPlainObject(value) && isPlainObject(value.byAddress)
    ? Object.entries(value.byAddress).map(([address, one]) => ({
        address,
        ...(listed(one) as Json),
      }))
    : mapped(value, listed);

const mapped = (value: unknown, change: (value: unknown) => unknown): unknown =>
  isPlainObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]))
    : value;
