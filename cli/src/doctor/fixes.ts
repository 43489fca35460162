import type { Draft, Drafts } from "./drafts";
import type { Examination } from "./examine";
import type { Command } from "./shell";

/** What a fix is made from: one pipeline as it is now, and the policies that all fixes change. */
export interface Repair {
  readonly examination: Examination;
  readonly drafts: Drafts;
}

export interface Recipe {
  /** What the commands do, or what a person has to decide or do, where there are none. */
  readonly says: string;
  readonly steps?: readonly (Command | Draft)[];
}

/** Sentences, with the full stops between them. */
export const sentences = (...all: readonly string[]): string => all.join(". ");
