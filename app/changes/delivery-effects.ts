import { Effect } from "./effect";
import { updatedMappings } from "./mappings";
import {
  changesOf,
  isChanged,
  isDestroyed,
  isUnknown,
  Plan,
  ResourceChange,
} from "../../pipeline/terraform/plan";
import { destinationIn } from "../../pipeline/from-terraform";
import { number, text, Values } from "../../pipeline/terraform/resource";

/** The destination of a mapping after the plan is applied. */
const newDestination = (mapping: ResourceChange): string | undefined =>
  isUnknown(mapping, "destination_config")
    ? "a destination created by this plan"
    : destinationIn(mapping.change.after);

/** True if reports that were sent to a destination can still be read there. A topic keeps none. */
const keepsReports = (plan: Plan, destination: string): boolean =>
  !destination.includes(":sns:") &&
  !changesOf(plan, "aws_sqs_queue")
    .filter(isDestroyed)
    .some(({ change }) => text(change.before, "arn") === destination);

/** Lambda uses -1 for "no limit". */
const limit = (values: Values | null, attribute: string): number => {
  const value = number(values, attribute) ?? -1;
  return value === -1 ? Infinity : value;
};

const hasFilters = (values: Values | null): boolean =>
  JSON.stringify(values?.filter_criteria ?? "").includes('"pattern"');

/** "older than 3600 s (before: 43200 s)" for a limit that is lowered. */
function lowered(
  { change: { before, after } }: ResourceChange,
  attribute: string,
  sentenceOf: (limit: number) => string,
  unit = "",
): string[] {
  const [old, next] = [limit(before, attribute), limit(after, attribute)];
  return next < old
    ? [`${sentenceOf(next)} (before: ${old === Infinity ? "no limit" : `${old}${unit}`})`]
    : [];
}

export const DELIVERY_EFFECTS = [
  {
    id: "destination-removed",
    records: "lost",
    meaning: "Records that Lambda gives up on are no longer reported.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        return destinationIn(change.change.before) && !newDestination(change)
          ? `removes the on-failure destination of function ${name}: records that Lambda gives up on leave no trace`
          : undefined;
      }),
  },
  {
    id: "destination-changed",
    records: "kept",
    meaning: "Failures are reported to another destination from now on; no report is lost.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        const [old, next] = [destinationIn(change.change.before), newDestination(change)];
        if (next === undefined || next === old) {
          return undefined;
        }
        const reports =
          old !== undefined && keepsReports(plan, old) ? `; earlier reports stay in ${old}` : "";
        return `reports failures of function ${name} to ${next} from now on${reports}`;
      }),
  },
  {
    id: "filter-changed",
    records: "kept",
    meaning: "The filters change which records are delivered from now on.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        const { before, after } = change.change;
        if (hasFilters(after) || isUnknown(change, "filter_criteria")) {
          return isChanged(change, "filter_criteria") || isUnknown(change, "filter_criteria")
            ? `delivers to function ${name} only records that match the new filters from now on`
            : undefined;
        }
        return hasFilters(before)
          ? `delivers every record to function ${name} from now on; records that the filters excluded are not delivered later`
          : undefined;
      }),
  },
  {
    id: "gives-up-earlier",
    records: "kept",
    meaning:
      "Lambda gives up on records after fewer attempts or a shorter time, and reports them to the on-failure destination.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        const reasons = [
          ...lowered(change, "maximum_record_age_in_seconds", (age) => `older than ${age} s`, " s"),
          ...lowered(
            change,
            "maximum_retry_attempts",
            (retries) => `that still fail after ${retries} ${retries === 1 ? "retry" : "retries"}`,
          ),
        ];
        if (reasons.length === 0) {
          return undefined;
        }
        const givesUp = `gives up on records of function ${name} ${reasons.join(", or ")}`;
        const where = newDestination(change);
        return where === undefined
          ? {
              records: "lost",
              sentence: `${givesUp}: they leave no trace, since there is no on-failure destination`,
            }
          : { sentence: `${givesUp}: they are reported to ${where}` };
      }),
  },
] as const satisfies readonly Effect[];

export type DeliveryEffectId = (typeof DELIVERY_EFFECTS)[number]["id"];
