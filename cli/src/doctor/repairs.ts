import type { Line } from "./diagnose";
import { Drafts, type Draft } from "./drafts";
import type { Examination } from "./examine";
import { FINDINGS, type Finding, type FindingId, type FindingKind } from "./findings";
import type { Recipe } from "./fixes";
import type { Command } from "./shell";

export interface Diagnosis {
  readonly examination: Examination;
  readonly lines: readonly Line[];
}

/** A finding, and what to type against it. */
export interface Fix {
  readonly finding: Finding;
  readonly says: string;
  /** What has to be typed for this finding alone. */
  readonly commands: readonly string[];
  /** Those of the commands that no other fix of the report prints. */
  readonly printed: readonly string[];
  /** Findings whose fixes print the rest. */
  readonly printedBy: readonly FindingId[];
}

type Step = Command | Draft;

const isDraft = (step: Step): step is Draft => "command" in step;

/**
 * What to type, for each pipeline in the order in which it has to be typed. All findings share one
 * document for each policy, so that no fix overwrites another one.
 */
export function repairsOf(diagnoses: readonly Diagnosis[]): Fix[][] {
  const drafts = new Drafts();
  const recipes = diagnoses.map(({ examination, lines }) =>
    lines
      .flatMap((line) => (line.status === "finding" ? [line.finding] : []))
      .map((finding) => {
        const recipe: Recipe = FINDINGS[finding.id].fix({ examination, drafts });
        return { finding, rank: rankOf(finding), says: recipe.says, steps: recipe.steps ?? [] };
      })
      .sort((one, other) => one.rank - other.rank),
  );
  const printedAt = new Map<Step | string, Finding>();
  for (const ofPipeline of recipes) {
    const ofThis = new Map<Step | string, Finding>();
    for (const { finding, steps, rank } of ofPipeline) {
      for (const key of steps.map(keyOf)) {
        // A document can name what an earlier command creates, but a mapping needs it before.
        if (!printedAt.has(key) && (rank < LAST || !ofThis.has(key))) {
          ofThis.set(key, finding);
        }
      }
    }
    ofThis.forEach((finding, key) => printedAt.set(key, finding));
  }
  return recipes.map((ofPipeline) =>
    ofPipeline.map(({ finding, says, steps }) => {
      const isPrinted = (step: Step): boolean => printedAt.get(keyOf(step)) === finding;
      const others = steps
        .filter((step) => !isPrinted(step))
        .map((step) => printedAt.get(keyOf(step))?.id);
      return {
        finding,
        says,
        commands: steps.map(textOf),
        printed: steps.filter(isPrinted).map(textOf),
        printedBy: [...new Set(others.flatMap((id) => id ?? []))],
      };
    }),
  );
}

const LAST = 2;

const rankOf = ({ id }: Finding): number => {
  const { order }: FindingKind = FINDINGS[id];
  return order === "first" ? 0 : order === "last" ? LAST : 1;
};

/** Drafts are one for each document; other commands are the same if their text is. */
const keyOf = (step: Step): Step | string => (isDraft(step) ? step : step.text);
const textOf = (step: Step): string => (isDraft(step) ? step.command() : step).text;
