import { visibleText } from "../../modules/properties/visible-text";
import type { Effect } from "./effect";

/**
 * Text of a plan on one line. Addresses and names in a plan may hold anything, so control characters
 * are spelled out.
 */
export const onOneLine = (text: string): string => visibleText(text.replaceAll("\n", "\\n"));

/** Describes the effects of a plan on records, one sentence each. */
export const inWords = (effects: readonly Effect[]): string[] =>
  effects.map(({ sentence, address }) => onOneLine(`${sentence} (${address})`));

export const EFFECTS_HEAD = "What this plan does to records";
export const NO_EFFECTS =
  "This plan changes nothing for records: none is lost, none is delivered again.";

/** The lines that say what a plan does to records. */
export function describeEffects(effects: readonly Effect[]): string[] {
  return effects.length === 0
    ? [NO_EFFECTS]
    : [`${EFFECTS_HEAD}:`, ...inWords(effects).map((sentence) => `  - ${sentence}`)];
}
