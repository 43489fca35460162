import { Effect, Finding } from "./effect";
import { constructOf } from "./construct-of";
import {
  changesOf,
  isCreated,
  isDestroyed,
  isRemoved,
  isReplaced,
  Plan,
  ResourceChange,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";

/** For Terraform, a consumer whose construct id changes is a new consumer, even if it was only renamed. */
const renameHint = (plan: Plan): string =>
  changesOf(plan, "aws_sqs_queue").some(isRemoved) &&
  changesOf(plan, "aws_sqs_queue").some(isCreated)
    ? "; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id"
    : "";

/** The name of the function or stream that a group of resources belongs to. */
function ownerOf(resources: readonly ResourceChange[], construct: string): string {
  const nameOf = (type: string, attribute: string): string | undefined =>
    resources
      .filter((one) => one.type === type)
      .map(({ change }) => text(change.before, attribute))
      .find((name) => name !== undefined);
  const functionName = nameOf("aws_lambda_function", "function_name");
  const streamName = nameOf("aws_kinesis_stream", "name");
  if (functionName !== undefined) {
    return `function ${functionName}`;
  }
  return streamName === undefined ? construct : `stream ${streamName}`;
}

const destroyed = (plan: Plan, type: string, sentenceOf: (name: string) => string): Finding[] =>
  changesOf(plan, type)
    .filter(isDestroyed)
    .map(({ address, change }) => ({
      address,
      sentence: sentenceOf(text(change.before, "name") ?? address),
    }));

export const CONSUMER_EFFECTS = [
  {
    id: "queue-destroyed",
    records: "lost",
    meaning:
      "A failure queue is deleted: the reports in it are lost, and with them the way to the records they name.",
    find: (plan) =>
      destroyed(
        plan,
        "aws_sqs_queue",
        (name) => `deletes queue ${name}: the failure reports in it are lost${renameHint(plan)}`,
      ),
  },
  {
    id: "function-replaced",
    records: "waiting",
    meaning: "A function is replaced: its records wait until the new one exists.",
    find: (plan) =>
      changesOf(plan, "aws_lambda_function")
        .filter(isReplaced)
        .map(({ address, change: { before, after } }) => {
          const name = text(before, "function_name") ?? address;
          const next = text(after, "function_name") ?? name;
          return {
            address,
            sentence: `replaces function ${name} by ${next === name ? "a new one" : next}: its records wait until the new one exists`,
          };
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
          sentence: `does not find ${own.length === 1 ? "a resource" : `${own.length} resources`} of ${ownerOf(own, construct)} (${own.map(({ type }) => type).join(", ")}) where the provider looks now, and creates ${own.length === 1 ? "it" : "them"}: if the provider was moved to another account or Region, the old ones stay there, unmanaged, and go on reading`,
        };
      });
    },
  },
] as const satisfies readonly Effect[];

export type ConsumerEffectId = (typeof CONSUMER_EFFECTS)[number]["id"];
