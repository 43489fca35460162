import type { Refusal } from "../refusals/refusal";
import { EFFECTS_ON, type Effect, type EffectOn } from "./effect";
import { EFFECTS_HEAD, NO_EFFECTS, onOneLine } from "./in-words";

const HEADINGS: Readonly<Record<EffectOn, string>> = {
  lost: "Records are lost",
  unreadable: "Records become unreadable",
  replayed: "Records are delivered again",
  refused: "AWS refuses a part of this plan",
  waiting: "Records wait",
  kept: "Records are kept",
};

/** Words that mean nothing else in Markdown or on GitHub, such as a mention, a reference or a link. */
const PLAIN = /^(?:[A-Za-z]+|\d+)(?:['-][A-Za-z]+)*$|^$/;

/** A word with the punctuation around it. */
const WORD = /^(['"(]*)(.*?)([.,:;)'"]*)$/s;

interface Piece {
  readonly isCode: boolean;
  readonly text: string;
}

/** Backticks, one more than the text has in a row, so that it cannot end the code. */
function fence(text: string, shortest: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(Math.max(shortest, longest + 1));
}

function codeSpan(text: string): string {
  const marks = fence(text, 1);
  const space = /^`|`$|^ .* $/s.test(text) ? " " : "";
  return `${marks}${space}${text}${space}${marks}`;
}

const piecesOf = (prose: string): Piece[] =>
  prose.split(/(\s+)/).flatMap((word) => {
    const [, before = "", core = "", after = ""] = WORD.exec(word) ?? [];
    return [
      { isCode: false, text: /^\s+$/.test(word) ? " " : before },
      { isCode: !PLAIN.test(core), text: core.trim() },
      { isCode: false, text: after },
    ];
  });

/** Two code spans side by side would be read as one with other backticks in it. */
const joined = (pieces: readonly Piece[]): Piece[] =>
  pieces
    .filter(({ text }) => text !== "")
    .reduce<Piece[]>((all, piece) => {
      const last = all.at(-1);
      return last?.isCode === piece.isCode
        ? [...all.slice(0, -1), { isCode: piece.isCode, text: last.text + piece.text }]
        : [...all, piece];
    }, []);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** A sentence whose names, and whatever else is no plain word, are in code spans. */
function prose(sentence: string, names: readonly (string | undefined)[] = []): string {
  const known = names
    .flatMap((name) => (name === undefined || name.trim() === "" ? [] : escaped(onOneLine(name))))
    .sort((one, other) => other.length - one.length);
  const parts =
    known.length === 0
      ? [onOneLine(sentence)]
      : onOneLine(sentence).split(
          new RegExp(`(?<=^|[\\s('"])(${known.join("|")})(?=$|[\\s.,:;)'"])`),
        );
  const pieces = parts.flatMap((part, index) =>
    index % 2 === 1 ? [{ isCode: true, text: part }] : piecesOf(part),
  );
  return joined(pieces)
    .map(({ isCode, text }) => (isCode ? codeSpan(text) : text))
    .join("");
}

const listed = ({ sentence, about, address }: Effect): string =>
  `- ${prose(sentence, [about.name, about.arn, about.stream])} (${codeSpan(onOneLine(address))})`;

function effectsIn(effects: readonly Effect[]): string[] {
  return EFFECTS_ON.flatMap((records) => {
    const own = effects.filter((one) => one.records === records);
    return own.length === 0
      ? []
      : [`**${HEADINGS[records]}**`, own.map((one) => listed(one)).join("\n")];
  });
}

function refused({ sentence, advice, commands = [] }: Refusal): string[] {
  const lines = commands.join("\n");
  const marks = fence(lines, 3);
  return [
    `- ${prose(sentence)}${advice === undefined ? "" : `\n  ${prose(advice)}`}`,
    ...(commands.length === 0 ? [] : [`${marks}sh\n${lines}\n${marks}`]),
  ];
}

/**
 * An explained plan for a pull request. Names in a plan may hold anything, so only plain words stand
 * outside code.
 */
export function inMarkdown(effects: readonly Effect[], refusals: readonly Refusal[]): string {
  return [
    `### ${EFFECTS_HEAD}`,
    ...(effects.length === 0 ? [NO_EFFECTS] : effectsIn(effects)),
    ...(refusals.length === 0
      ? []
      : [
          "### This plan is refused",
          "It would fail halfway or take away what is in use:",
          ...refusals.flatMap(refused),
        ]),
  ].join("\n\n");
}
