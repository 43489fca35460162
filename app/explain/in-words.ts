import type { Plan } from "../../pipeline/terraform/plan";
import { visibleText } from "../../modules/properties/visible-text";
import type { Effect } from "./effect";
import { effectsOf } from "./effects";

/**
 * Text of a plan on one line. Addresses and names in a plan may hold anything, so control characters
 * are spelled out.
 */
export const onOneLine = (text: string): string => visibleText(text.replaceAll("\n", "\\n"));

const inOneSentence = ({ sentence, address }: Effect): string =>
  onOneLine(`${sentence} (${address})`);

/** Describes the effects of a plan on records, one sentence each, the worst first. */
export const inWords = (plan: Plan): string[] => effectsOf(plan).map(inOneSentence);
