import { Finding } from "./effect";
import { changesOf, isUpdated, nameIn, streamNameIn, text, Plan, ResourceChange } from "./plan";

export const mappings = (plan: Plan): readonly ResourceChange[] =>
  changesOf(plan, "aws_lambda_event_source_mapping");

/** The part of an address that all resources of one construct have in common. */
export const constructOf = (address: string): string =>
  address.replace(/^.*\./, "").replace(/_[^_]+_[0-9A-F]{8}$/, "");

/** The name of a mapping's function, or of its construct if only Terraform will know the name. */
export function functionOf(
  plan: Plan,
  { address, change: { before, after } }: ResourceChange,
): string {
  const known = nameIn(text(after, "function_name") ?? text(before, "function_name"));
  const created = changesOf(plan, "aws_lambda_function").find(
    (one) => constructOf(one.address) === constructOf(address),
  );
  return known ?? text(created?.change.after ?? null, "function_name") ?? constructOf(address);
}

export const sourceOf = ({ change: { before, after } }: ResourceChange): string | undefined =>
  streamNameIn(text(after, "event_source_arn") ?? text(before, "event_source_arn"));

export const updatedMappings = (
  plan: Plan,
  sentenceOf: (name: string, change: ResourceChange) => string | undefined,
): Finding[] =>
  mappings(plan)
    .filter(isUpdated)
    .flatMap((change) => {
      const sentence = sentenceOf(functionOf(plan, change), change);
      return sentence === undefined ? [] : [{ address: change.address, sentence }];
    });
