import { Finding } from "./effect";
import { constructOf } from "./construct-of";
import { functionNameIn } from "../../pipeline/arn";
import {
  changesOf,
  isCreated,
  isDestroyed,
  isReplaced,
  isStream,
  isUnknown,
  isUpdated,
  Plan,
  ResourceChange,
  streamArnIn,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";

export const mappings = (plan: Plan): readonly ResourceChange[] =>
  changesOf(plan, "aws_lambda_event_source_mapping");

const inSameConstruct = (
  plan: Plan,
  type: string,
  { address }: ResourceChange,
): ResourceChange | undefined =>
  changesOf(plan, type).find((one) => constructOf(one.address) === constructOf(address));

/** The name of a mapping's function, or of its construct if only Terraform will know the name. */
export function functionOf(plan: Plan, mapping: ResourceChange): string {
  const { before, after } = mapping.change;
  const created = inSameConstruct(plan, "aws_lambda_function", mapping);
  return (
    functionNameIn(text(after, "function_name")) ??
    text(created?.change.after ?? null, "function_name") ??
    functionNameIn(text(before, "function_name")) ??
    constructOf(mapping.address)
  );
}

/** ARN of the stream that a mapping reads until the plan is applied. */
export const oldStreamArn = ({ change }: ResourceChange): string | undefined =>
  streamArnIn(text(change.before, "event_source_arn"));

/**
 * ARN of the stream that a mapping reads once the plan is applied; undefined if it is unknown, for
 * example because the plan creates the stream.
 */
export const newStreamArn = (plan: Plan, mapping: ResourceChange): string | undefined =>
  streamArnIn(text(mapping.change.after, "event_source_arn")) ??
  text(registeredConsumer(plan, mapping)?.change.after ?? null, "stream_arn");

const registeredConsumer = (plan: Plan, mapping: ResourceChange): ResourceChange | undefined =>
  inSameConstruct(plan, "aws_kinesis_stream_consumer", mapping);

export const isConsumerReplaced = (plan: Plan, mapping: ResourceChange): boolean =>
  [registeredConsumer(plan, mapping)].some((consumer) => consumer && isReplaced(consumer));

export const isStreamDestroyed = (plan: Plan, arn: string | undefined): boolean =>
  changesOf(plan, "aws_kinesis_stream")
    .filter(isDestroyed)
    .some(({ change }) => isStream(arn)(change.before));

const creates = (plan: Plan, type: string): boolean =>
  changesOf(plan, type).some((change) => isCreated(change) || isReplaced(change));

/** True if a mapping reads a stream that the plan creates, as far as the plan shows it. */
export function readsCreatedStream(plan: Plan, mapping: ResourceChange): boolean {
  const consumer = registeredConsumer(plan, mapping);
  return (
    newStreamArn(plan, mapping) === undefined &&
    creates(plan, "aws_kinesis_stream") &&
    (consumer?.change.after
      ? isUnknown(consumer, "stream_arn")
      : !creates(plan, "aws_kinesis_stream_consumer"))
  );
}

export const updatedMappings = (
  plan: Plan,
  findingOf: (
    name: string,
    change: ResourceChange,
  ) => Omit<Finding, "address"> | string | undefined,
): Finding[] =>
  mappings(plan)
    .filter(isUpdated)
    .flatMap((change) => {
      const found = findingOf(functionOf(plan, change), change);
      return found === undefined
        ? []
        : {
            address: change.address,
            ...(typeof found === "string" ? { sentence: found } : found),
          };
    });
