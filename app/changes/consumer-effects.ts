import { Effect, Finding, retention } from "./effect";
import {
  changesOf,
  forcedBy,
  isChanged,
  isCreated,
  isDestroyed,
  isRemoved,
  isReplaced,
  isUpdated,
  nameIn,
  number,
  Plan,
  ResourceChange,
  streamNameIn,
  text,
  Values,
} from "./plan";

const mappings = (plan: Plan): readonly ResourceChange[] =>
  changesOf(plan, "aws_lambda_event_source_mapping");

/** The part of an address that all resources of one construct have in common. */
const constructOf = (address: string): string =>
  address.replace(/^.*\./, "").replace(/_[^_]+_[0-9A-F]{8}$/, "");

/** The name of a mapping's function, or of its construct if only Terraform will know the name. */
function functionOf(plan: Plan, { address, change: { before, after } }: ResourceChange): string {
  const known = nameIn(text(after, "function_name") ?? text(before, "function_name"));
  const created = changesOf(plan, "aws_lambda_function").find(
    (one) => constructOf(one.address) === constructOf(address),
  );
  return known ?? text(created?.change.after ?? null, "function_name") ?? constructOf(address);
}

const sourceOf = ({ change: { before, after } }: ResourceChange): string | undefined =>
  streamNameIn(text(after, "event_source_arn") ?? text(before, "event_source_arn"));

/** What a mapping delivers that starts now. */
function fromStart(plan: Plan, streamName: string | undefined, after: Values | null): string {
  return text(after, "starting_position") === "AT_TIMESTAMP"
    ? `everything since ${text(after, "starting_position_timestamp") ?? "the time given"}`
    : `everything retained${retention(plan, streamName)}`;
}

function reasonOf({ action_reason: reason, ...change }: ResourceChange): string {
  if (reason === "replace_by_request") {
    return "as requested";
  }
  return forcedBy(change).includes("event_source_arn")
    ? "since its event source changes"
    : "since AWS cannot change it";
}

const isLatest = ({ change }: ResourceChange): boolean =>
  text(change.after, "starting_position") === "LATEST";

/** Streams that exist before the plan is applied, and after. */
const isStreamDestroyed = (plan: Plan, name: string | undefined): boolean =>
  changesOf(plan, "aws_kinesis_stream")
    .filter(isDestroyed)
    .some(({ change }) => text(change.before, "name") === name);

/** The stream that a new mapping reads, unless the stream is created by the same plan. */
function existingSource(plan: Plan, change: ResourceChange): string | undefined {
  const prefix = `.${constructOf(change.address)}_`;
  const consumer = changesOf(plan, "aws_kinesis_stream_consumer").find(({ address }) =>
    address.includes(prefix),
  );
  return sourceOf(change) ?? streamNameIn(text(consumer?.change.after ?? null, "stream_arn"));
}

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

const updatedMappings = (
  plan: Plan,
  sentenceOf: (name: string, change: ResourceChange) => string | undefined,
): Finding[] =>
  mappings(plan)
    .filter(isUpdated)
    .flatMap((change) => {
      const sentence = sentenceOf(functionOf(plan, change), change);
      return sentence === undefined ? [] : [{ address: change.address, sentence }];
    });

const destroyed = (plan: Plan, type: string, sentenceOf: (name: string) => string): Finding[] =>
  changesOf(plan, type)
    .filter(isDestroyed)
    .map(({ address, change }) => ({
      address,
      sentence: sentenceOf(text(change.before, "name") ?? address),
    }));

export const CONSUMER_EFFECTS = [
  {
    id: "mapping-skips",
    records: "lost",
    meaning:
      "A mapping that starts at LATEST is replaced: the function misses the records put meanwhile.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isReplaced(change) && isLatest(change))
        .map((change) => ({
          address: change.address,
          sentence: `replaces the mapping of function ${functionOf(plan, change)} ${reasonOf(change)}: it starts at LATEST, so the records put meanwhile are not delivered`,
        })),
  },
  {
    id: "queue-destroyed",
    records: "lost",
    meaning:
      "A failure queue is deleted: the reports in it are lost, and with them the way to the records they name.",
    find: (plan) =>
      destroyed(
        plan,
        "aws_sqs_queue",
        (name) => `deletes queue ${name}: the failure reports in it are lost`,
      ),
  },
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
    id: "mapping-replaced",
    records: "replayed",
    meaning:
      "A mapping is replaced and starts again at its starting position: records are delivered a second time.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isReplaced(change) && !isLatest(change))
        .map((change) => ({
          address: change.address,
          sentence: `replaces the mapping of function ${functionOf(plan, change)} ${reasonOf(change)}: it receives ${fromStart(plan, sourceOf(change), change.change.after)} again`,
        })),
  },
  {
    id: "mapping-paused",
    records: "waiting",
    meaning:
      "A mapping is disabled: records wait, and are lost once they are older than the retention.",
    find: (plan) =>
      updatedMappings(plan, (name, change) =>
        isChanged(change, "enabled") && change.change.after?.enabled === false
          ? `pauses function ${name}: its records wait, and are lost once they are older than the retention${retention(plan, sourceOf(change))}`
          : undefined,
      ),
  },
  {
    id: "function-replaced",
    records: "waiting",
    meaning: "A function is replaced: its records wait until the new one exists.",
    find: (plan) =>
      changesOf(plan, "aws_lambda_function")
        .filter(isReplaced)
        .map(({ address, change: { before, after } }) => ({
          address,
          sentence: `replaces function ${text(before, "function_name") ?? address} by ${text(after, "function_name") ?? "a new one"}: its records wait until the new one exists`,
        })),
  },
  {
    id: "mapping-resumed",
    records: "kept",
    meaning: "A mapping is enabled: it continues where it stopped.",
    find: (plan) =>
      updatedMappings(plan, (name, change) =>
        isChanged(change, "enabled") && change.change.after?.enabled === true
          ? `resumes function ${name}: it continues where it stopped`
          : undefined,
      ),
  },
  {
    id: "mapping-created",
    records: "kept",
    meaning:
      "A new mapping reads a stream that exists: its function first receives what is retained.",
    find: (plan) =>
      mappings(plan)
        .filter(isCreated)
        .flatMap((change) => {
          const source = existingSource(plan, change);
          return source === undefined
            ? []
            : {
                address: change.address,
                sentence: isLatest(change)
                  ? `adds function ${functionOf(plan, change)} to stream ${source}: it receives what is put from now on`
                  : `adds function ${functionOf(plan, change)} to stream ${source}: it first receives ${fromStart(plan, source, change.change.after)}`,
              };
        }),
  },
  {
    id: "mapping-destroyed",
    records: "kept",
    meaning:
      "A mapping is removed: its function receives no more records, which stay in the stream for others.",
    find: (plan) =>
      mappings(plan)
        .filter((change) => isRemoved(change) && !isStreamDestroyed(plan, sourceOf(change)))
        .map((change) => ({
          address: change.address,
          sentence: `removes function ${functionOf(plan, change)} from stream ${sourceOf(change) ?? "it read"}: it receives no more records`,
        })),
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
  {
    id: "log-group-destroyed",
    records: "kept",
    meaning: "A log group is deleted with the logs in it.",
    find: (plan) =>
      destroyed(
        plan,
        "aws_cloudwatch_log_group",
        (name) => `deletes log group ${name} and the logs in it`,
      ),
  },
  {
    id: "vanished",
    records: "kept",
    meaning:
      "Terraform did not find resources where the provider looks now. If the provider was moved to another account or Region, the old ones stay there, unmanaged, and go on reading.",
    find: (plan) => {
      const created = new Set(
        (plan.resource_changes ?? []).filter(isCreated).map((one) => one.address),
      );
      const missing = (plan.resource_drift ?? []).filter(
        (one) => isRemoved(one) && created.has(one.address),
      );
      const constructs = [...new Set(missing.map(({ address }) => constructOf(address)))];
      return constructs.map((construct) => {
        const own = missing.filter(({ address }) => constructOf(address) === construct);
        return {
          address: own[0]?.address ?? construct,
          sentence: `does not find ${own.length === 1 ? "a resource" : `${own.length} resources`} of ${construct} (${own.map(({ type }) => type).join(", ")}) where the provider looks now, and creates ${own.length === 1 ? "it" : "them"}: if the provider was moved to another account or Region, the old ones stay there, unmanaged, and go on reading`,
        };
      });
    },
  },
] as const satisfies readonly Effect[];

export type ConsumerEffectId = (typeof CONSUMER_EFFECTS)[number]["id"];
