import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { isPlainObject } from "../../../pipeline/values";

/** A filter pattern of a mapping. */
interface Pattern {
  readonly text: string;
  /** Undefined if it is no JSON object, which Lambda would have refused. */
  readonly json: Record<string, unknown> | undefined;
}

export const patternsOf = ({
  FilterCriteria: criteria,
}: Pick<EventSourceMappingConfiguration, "FilterCriteria">): readonly Pattern[] =>
  (criteria?.Filters ?? []).map(({ Pattern: text = "" }) => ({ text, json: objectIn(text) }));

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isPlainObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
