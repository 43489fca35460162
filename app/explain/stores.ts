import { consumerNameOf, functionNameIn } from "../../pipeline/arn";
import { awsPrincipals } from "../../pipeline/iam/document";
import type { Comparison } from "../../pipeline/terraform/planned";
import {
  changesOf,
  isDestroyed,
  isReplaced,
  type Plan,
  type ResourceChange,
} from "../../pipeline/terraform/plan";
import { readable } from "../../pipeline/terraform/policies";
import { text } from "../../pipeline/terraform/resource";
import type { Effect, Subject } from "./effect";
import { aboutReader, type Readers } from "./readers";

const destroyed = (plan: Plan, type: string): ResourceChange[] =>
  changesOf(plan, type).filter(isDestroyed);

const about = (kind: Subject["kind"], { address, change }: ResourceChange): Subject => ({
  kind,
  name: text(change.before, "name") ?? address,
  arn: text(change.before, "arn"),
});

/** ARNs of the queues that a plan deletes, or that Terraform did not find. */
export const goneQueues = ({ plan, vanished }: Comparison): Set<string> =>
  new Set(
    [
      ...destroyed(plan, "aws_sqs_queue"),
      ...(plan.resource_drift ?? []).filter(({ address }) => vanished.has(address)),
    ].flatMap(({ change }) => text(change.before, "arn") ?? []),
  );

/** Queues, log groups, topics, functions and registered consumers that end, and what is in them. */
export function storeEffects(comparison: Comparison, readers: Readers): Effect[] {
  const { plan } = comparison;
  return [
    ...destroyed(plan, "aws_sqs_queue")
      .filter((queue) => isFailureQueue(queue, readers))
      .map((queue): Effect => ({
        ...{ id: "queue-destroyed", records: "lost", about: about("queue", queue) },
        sentence: `deletes queue ${about("queue", queue).name}: the failure reports in it are lost`,
        address: queue.address,
      })),
    ...destroyed(plan, "aws_cloudwatch_log_group").map((group): Effect => ({
      ...{ id: "log-group-destroyed", records: "kept", about: about("log group", group) },
      sentence: `deletes log group ${about("log group", group).name} and the logs in it`,
      address: group.address,
    })),
    ...destroyed(plan, "aws_sns_topic").map((topic): Effect => ({
      ...{ id: "topic-destroyed", records: "kept", about: about("topic", topic) },
      sentence: `deletes topic ${about("topic", topic).name} with every subscription to it: nobody is notified through it any more`,
      address: topic.address,
    })),
    ...replacedFunctions(comparison, readers),
    ...consumersOfOthers(comparison, readers),
    ...vanished(comparison, readers),
    ...forgotten(comparison, readers),
  ];
}

/** A queue of another purpose holds no failure reports. */
const isFailureQueue = ({ change }: ResourceChange, { all }: Readers): boolean =>
  all.before.length === 0 ||
  all.before.some(({ examined }) => examined.destination?.arn === text(change.before, "arn")) ||
  /on-failure|dlq|dead/i.test(text(change.before, "name") ?? "");

/** Functions that are replaced, by the readers that they are. */
function replacedFunctions({ plan, before }: Comparison, { pairs }: Readers): Effect[] {
  return changesOf(plan, "aws_lambda_function")
    .filter(isReplaced)
    .flatMap(({ address, change }) => {
      const arn = before.all.find((one) => one.address === address)?.values.arn;
      const reader = pairs.find((one) => one.before.key.startsWith(`${String(arn)} `));
      const name = text(change.before, "function_name") ?? address;
      const next = text(change.after, "function_name") ?? name;
      return reader
        ? [
            {
              ...{ id: "function-replaced" as const, records: "kept" as const, address },
              about: aboutReader(reader.after),
              sentence: `replaces function ${name} by ${next === name ? "a new one" : next}: its records wait until the new one exists`,
            },
          ]
        : [];
    });
}

/** Registered consumers through which functions read that this state does not have. */
function consumersOfOthers({ plan, before }: Comparison, { all }: Readers): Effect[] {
  const own = new Set(all.before.map(({ examined }) => examined.pipeline.mapping.sourceArn));
  return destroyed(plan, "aws_kinesis_stream_consumer").flatMap((change): Effect[] => {
    const arn = text(change.change.before, "arn") ?? "";
    const stream = text(change.change.before, "stream_arn");
    const [policy] = before.pointingTo(arn, "aws_kinesis_resource_policy", "resource_arn");
    const readers = policy
      ? readable("", policy.values.policy).statements.flatMap((one) => awsPrincipals(one))
      : [];
    const who =
      readers.length === 0 ? "whoever reads through it" : [...new Set(readers)].join(", ");
    const name = consumerNameOf(arn);
    const then = isReplaced(change)
      ? "is cut off at once; a mapping that names the new one receives everything retained again"
      : "is cut off at once";
    return own.has(arn)
      ? []
      : [
          {
            ...{ id: "consumer-destroyed", records: "waiting", address: change.address },
            about: { kind: "registered consumer", name, arn, stream },
            sentence: `${isReplaced(change) ? "replaces" : "deregisters"} registered consumer ${name}: ${who} ${then}`,
          },
        ];
  });
}

/** What holds something or reads, and is not told as a reader that starts again or a key that is gone. */
const NOUNS: Readonly<Record<string, readonly [kind: Subject["kind"], name: string]>> = {
  aws_kinesis_stream: ["stream", "name"],
  aws_kinesis_stream_consumer: ["registered consumer", "name"],
  aws_lambda_event_source_mapping: ["mapping", "function_name"],
  aws_lambda_function: ["function", "function_name"],
  aws_sqs_queue: ["queue", "name"],
  aws_cloudwatch_log_group: ["log group", "name"],
  aws_sns_topic: ["topic", "name"],
};

/** What Terraform did not find, and creates again. */
function vanished({ plan, vanished: gone, changeOf }: Comparison, { pairs }: Readers): Effect[] {
  const restarted = new Set(pairs.map(({ before }) => before.address));
  const told = (plan.resource_drift ?? []).flatMap(({ type, address, change }) => {
    const [kind, attribute] = NOUNS[type] ?? [];
    const isTold =
      gone.has(address) &&
      changeOf(address)?.change.actions.join() === "create" &&
      !restarted.has(address);
    return kind === undefined || attribute === undefined || !isTold
      ? []
      : [
          {
            kind,
            address,
            name: functionNameIn(text(change.before, attribute)) ?? address,
            change,
          },
        ];
  });
  const [first] = told;
  if (!first) {
    return [];
  }
  const listed = told
    .slice(0, 5)
    .map(({ kind, name }) => `${kind === "mapping" ? "mapping of function" : kind} ${name}`);
  const more = told.length > 5 ? ` and ${told.length - 5} more` : "";
  const [it, was] = told.length === 1 ? ["it", "it was"] : ["them", "they were"];
  const elsewhere = told.some(({ kind }) => kind === "mapping" || kind === "function")
    ? "; if the provider now looks in another account or Region, the old ones stay there, unmanaged, and go on reading"
    : "";
  return [
    {
      ...{ id: "vanished", records: "kept", address: first.address },
      about: { kind: first.kind, name: first.name, arn: text(first.change.before, "arn") },
      sentence: `does not find ${listed.join(", ")}${more}, and creates ${it} again, empty: ${was} deleted outside Terraform, or this state is an older copy${elsewhere}`,
    },
  ];
}

/** Mappings and streams that Terraform leaves in AWS. */
const forgotten = ({ plan }: Comparison, { all }: Readers): Effect[] =>
  (plan.resource_changes ?? [])
    .filter(({ change }) => change.actions.join() === "forget")
    .flatMap(({ type, address, change }): Effect[] => {
      const reader = all.before.find((one) => one.address === address);
      const name = reader?.name ?? text(change.before, "name") ?? address;
      const subject =
        type === "aws_kinesis_stream" ? "stream" : reader ? "the mapping of function" : undefined;
      return subject === undefined
        ? []
        : [
            {
              ...{ id: "forgotten", records: "kept", address },
              about: {
                kind: reader ? "reader" : "stream",
                name,
                stream: reader?.streamArn,
                arn: text(change.before, "arn"),
              },
              sentence: `forgets ${subject} ${name}, which stays in AWS as it is, unmanaged`,
            },
          ];
    });
