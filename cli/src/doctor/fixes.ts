import type { Draft, Drafts } from "./drafts";
import type { Examination } from "./examine";
import type { Command } from "./shell";

/** Input of a fix: one pipeline as it is now, and the policy drafts that all fixes share. */
export interface Repair {
  readonly examination: Examination;
  readonly drafts: Drafts;
}

export interface Recipe {
  /** What the commands do; without commands, what a person has to decide or do. */
  readonly says: string;
  readonly steps?: readonly (Command | Draft)[];
}

/** Sentences, with the full stops between them. */
export const sentences = (...all: readonly string[]): string => all.join(". ");
