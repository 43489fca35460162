import { isDeepStrictEqual } from "node:util";
import schema from "../../../settings.schema.json";
import { isGiven } from "../../../pipeline/values";
import { adviceOn } from "./advice";
import type { Adoption, Json } from "./adoption";

const { stream, consumers } = schema.$defs.deployment.properties;

export type Subject = "stream" | "consumer";

/** What the settings declare; settings.schema.json is generated from the declarations of the library. */
const DECLARED: Readonly<Record<Subject, Readonly<Record<string, unknown>>>> = {
  stream: stream.anyOf.find((one) => "streamName" in one.properties)?.properties ?? {},
  consumer: consumers.items.properties,
};

const defaultOf = (subject: Subject, name: string): unknown =>
  (DECLARED[subject][name] as { readonly default?: unknown } | undefined)?.default;

/**
 * The settings for values that AWS has: without those that are the default, while the others are
 * reported as kept.
 *
 * @param prefix of the setting in the report
 */
export function settingsOf(
  subject: Subject,
  prefix: string,
  values: Json,
  adoption: Adoption,
): Json {
  const differing = Object.entries(values).filter(
    ([name, value]) => isGiven(value) && !isDeepStrictEqual(value, defaultOf(subject, name)),
  );
  for (const [name, value] of differing) {
    const advice = adviceOn(name, value);
    if (advice !== undefined) {
      adoption.kept.push({ setting: `${prefix}.${name}`, value, advice });
    }
  }
  return Object.fromEntries(differing);
}
