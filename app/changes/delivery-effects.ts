import { Effect } from "./effect";
import { updatedMappings } from "./mappings";
import { isChanged, number, text, ResourceChange, Values } from "./plan";

const destinationOf = (values: Values | null): string | undefined => {
  const [config] = (values?.destination_config as Values[] | undefined) ?? [];
  const [onFailure] = (config?.on_failure as Values[] | undefined) ?? [];
  return text(onFailure ?? null, "destination_arn");
};

const isDestinationUnknown = ({ change }: ResourceChange): boolean =>
  JSON.stringify((change.after_unknown as Values | undefined)?.destination_config ?? "").includes(
    '"destination_arn":true',
  );

/** -1 is Lambda's word for "no limit". */
const limit = (values: Values | null, attribute: string): number => {
  const value = number(values, attribute) ?? -1;
  return value === -1 ? Infinity : value;
};

export const DELIVERY_EFFECTS = [
  {
    id: "destination-removed",
    records: "lost",
    meaning: "Records that Lambda gives up on are no longer reported.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        const { before, after } = change.change;
        return destinationOf(before) && !destinationOf(after) && !isDestinationUnknown(change)
          ? `removes the on-failure destination of function ${name}: records that Lambda gives up on leave no trace`
          : undefined;
      }),
  },
  {
    id: "destination-changed",
    records: "kept",
    meaning:
      "Failures are reported to another destination from now on; reports of the few seconds in between are lost.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        const [old, next] = [
          destinationOf(change.change.before),
          destinationOf(change.change.after),
        ];
        const isUnknown = isDestinationUnknown(change);
        return isUnknown || (next !== undefined && next !== old)
          ? `reports failures of function ${name} to ${isUnknown ? "a destination created by this plan" : next} from now on`
          : undefined;
      }),
  },
  {
    id: "filter-changed",
    records: "kept",
    meaning: "Other records are delivered from now on, as the filters say.",
    find: (plan) =>
      updatedMappings(plan, (name, change) => {
        if (!isChanged(change, "filter_criteria")) {
          return undefined;
        }
        const hasFilters = JSON.stringify(change.change.after?.filter_criteria ?? "").includes(
          "pattern",
        );
        return hasFilters
          ? `delivers to function ${name} only what matches the new filters from now on`
          : `delivers every record to function ${name} from now on; what the filters held back is not delivered later`;
      }),
  },
  {
    id: "gives-up-earlier",
    records: "kept",
    meaning:
      "Lambda gives up on records after fewer attempts or a shorter time, and reports them to the on-failure destination.",
    find: (plan) =>
      updatedMappings(plan, (name, { change: { before, after } }) => {
        const isLower = (attribute: string): boolean =>
          limit(after, attribute) < limit(before, attribute);
        const reasons = [
          ...(isLower("maximum_record_age_in_seconds")
            ? [`older than ${limit(after, "maximum_record_age_in_seconds")} s`]
            : []),
          ...(isLower("maximum_retry_attempts")
            ? [`that failed more than ${limit(after, "maximum_retry_attempts")} times again`]
            : []),
        ];
        const where = destinationOf(after);
        return reasons.length === 0
          ? undefined
          : `gives up on records of function ${name} ${reasons.join(", or ")}: ${where ? `they are reported to ${where}` : "they leave no trace, since there is no on-failure destination"}`;
      }),
  },
] as const satisfies readonly Effect[];

export type DeliveryEffectId = (typeof DELIVERY_EFFECTS)[number]["id"];
