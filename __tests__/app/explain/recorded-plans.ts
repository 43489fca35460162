import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Plan } from "../../../pipeline/terraform/plan";
import { isPlainObject } from "../../../pipeline/values";

/** Parts of a plan that most recorded plans have in common. */
const SHARED = ["prior_state", "configuration"] as const;
const FILE = path.join(__dirname, "recorded-plans.json");

interface Recording {
  readonly shared: Partial<Plan>;
  readonly plans: Record<string, Partial<Plan>>;
}

export interface RecordedPlan {
  readonly name: string;
  readonly plan: Plan;
}

const read = (): Recording =>
  fs.existsSync(FILE)
    ? (JSON.parse(fs.readFileSync(FILE, "utf8")) as Recording)
    : { shared: {}, plans: {} };

export const recordedPlans = (): RecordedPlan[] => {
  const { shared, plans } = read();
  return Object.entries(plans).map(([name, plan]) => ({
    name,
    plan: { ...shared, ...plan } as Plan,
  }));
};

export function write(name: string, plan: Plan): void {
  const { shared, plans } = read();
  const common = Object.keys(shared).length === 0 ? pick(plan) : shared;
  const own = Object.fromEntries(
    Object.entries(plan).filter(
      ([key, value]) => !isDeepStrictEqual(value, common[key as keyof Plan]),
    ),
  );
  plans[name] = own;
  fs.writeFileSync(FILE, `${JSON.stringify({ shared: common, plans }, null, 1)}\n`);
}

const pick = (plan: Plan): Partial<Plan> =>
  Object.fromEntries(SHARED.map((key) => [key, plan[key]]));

const USED = [
  "format_version",
  "timestamp",
  "resource_changes",
  "resource_drift",
  ...SHARED,
] as const;

/** A plan without what says nothing: unset attributes, outputs, and changes of monitoring. */
export function trimmed(plan: unknown): Plan {
  const whole = plan as Record<string, unknown>;
  return withoutEmpty(Object.fromEntries(USED.map((key) => [key, whole[key]]))) as unknown as Plan;
}

const NOISE =
  /^(tags_all|timeouts|sensitive_values|schema_version|before_sensitive|after_sensitive|provider_name|dashboard_body|after_identity|before_identity|identity|identity_schema_version)$/;
const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (value === false && false);

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .filter(
        (one) =>
          !(isPlainObject(one) && /cloudwatch_(metric_alarm|dashboard)/.test(String(one.type))),
      )
      .map(withoutEmpty);
  }
  return isPlainObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(
            ([key, one]) => !NOISE.test(key) && !(isEmpty(one) && !/^(before|after)$/.test(key)),
          )
          .map(([key, one]) => [key, withoutEmpty(one)]),
      )
    : value;
}
