import { EFFECTS } from "../../app/changes/effects";
import { type Effect, EFFECTS_ON, type Subject } from "../../app/explain/effect";
import type { Plan } from "../../pipeline/terraform/plan";

/**
 * What the app says of a plan, as data.
 *
 * Until `effectsOf` of app/explain/effects.ts replaces it, the effects come from the table of
 * app/changes, and what they are about from their sentences.
 */
export function wordsOf(plan: Plan): Effect[] {
  const found = EFFECTS.flatMap(({ id, records, find }) =>
    find(plan).map(({ address, sentence, records: own = records }) => ({
      ...{ id, records: refuses(sentence) ? ("refused" as const) : own },
      ...{ sentence, address },
      about: subjectOf(sentence),
    })),
  );
  return EFFECTS_ON.flatMap((records) => found.filter((one) => one.records === records));
}

const refuses = (sentence: string): boolean => sentence.startsWith("AWS refuses");

const SUBJECTS: readonly (readonly [RegExp, Subject["kind"]])[] = [
  [/function ([\w-]+)/, "reader"],
  [/log group (\S+)/, "log group"],
  [/queue ([\w-]+)/, "queue"],
  [/away from role ([\w-]+)/, "reader"],
  [/key (\S+?),? /, "key"],
  [/stream ([\w-]+)/, "stream"],
];

function subjectOf(sentence: string): Subject {
  for (const [pattern, kind] of SUBJECTS) {
    const name = pattern.exec(sentence)?.[1];
    if (name !== undefined) {
      return { kind, name };
    }
  }
  return { kind: "principal", name: sentence };
}
