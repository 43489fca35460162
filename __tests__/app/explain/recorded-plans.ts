import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { resourcesInState, type Plan, type ResourceChange } from "../../../pipeline/terraform/plan";
import { isPlainObject } from "../../../pipeline/values";

const FILE = path.join(__dirname, "recorded-plans.json");
/** The plan from which the others are recorded as differences. */
const BASE = "nothing";

type Json = Record<string, unknown>;

/** A change whose `before` is in the prior state, and whose `after` is a difference from it. */
interface Recorded {
  readonly plans: Record<string, Json>;
}

/** All recorded plans by their names. */
export function recordedPlans(): [name: string, plan: Plan][] {
  const { plans } = read();
  const base = plans[BASE] ?? {};
  return Object.entries(plans).map(([name, own]) => [
    name,
    expanded(name === BASE ? base : (patched(base, own) as Json)),
  ]);
}

export function record(name: string, plan: unknown): void {
  const { plans } = read();
  const compact = compacted(plan as Json);
  const base = plans[BASE];
  plans[name] = base && name !== BASE ? (differences(base, compact) as Json) : compact;
  fs.writeFileSync(FILE, `${JSON.stringify({ plans }, null, 2)}\n`);
}

const read = (): Recorded =>
  fs.existsSync(FILE) ? (JSON.parse(fs.readFileSync(FILE, "utf8")) as Recorded) : { plans: {} };

const USED = [
  "format_version",
  "timestamp",
  "resource_changes",
  "resource_drift",
  "prior_state",
  "configuration",
];
const NOISE =
  /^(tags_all|tags|timeouts|sensitive_values|schema_version|(before|after)_(sensitive|identity)|provider_name|identity.*|\w*_alarm_.*|create_date|source_code_\w+|code_sha256|last_modified|version_constraint|full_name|mode_details|qualified_\w+|invoke_arn|snap_start|ephemeral_storage|tracing_config|environment)$/;
const isNoise = (one: unknown): boolean =>
  isPlainObject(one) &&
  (/cloudwatch_(metric_alarm|dashboard)/.test(String(one.type)) || one.mode === "data");

/** What explains a plan: without attributes that are not set, and without what nothing happens to. */
function compacted(plan: Json): Json {
  const { configuration, ...used } = Object.fromEntries(USED.map((key) => [key, plan[key]]));
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
    configuration: trimmed(configuration, () => false),
    ...{ isTargeted, resource_changes: changes },
  }) as Json;
}

function expanded(compact: Json): Plan {
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

/** A merge patch: https://www.rfc-editor.org/rfc/rfc7396 */
function differences(from: Json, to: unknown): unknown {
  if (!isPlainObject(to)) {
    return to;
  }
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(
    keys
      .filter((key) => !isDeepStrictEqual(from[key], to[key]))
      .map((key) => [
        key,
        !(key in to) ? null : isPlainObject(from[key]) ? differences(from[key], to[key]) : to[key],
      ]),
  );
}

function patched(from: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) {
    return patch;
  }
  const base = isPlainObject(from) ? from : {};
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(patch)])]
      .filter((key) => patch[key] !== null)
      .map((key) => [key, key in patch ? patched(base[key], patch[key]) : base[key]]),
  );
}
