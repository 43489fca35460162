import { shellWord } from "../pipeline/shell-word";
import type { Effect } from "./explain/effect";
import { onOneLine } from "./explain/in-words";
import type { DeletedQueue } from "./refusals/waiting-reports";

/** What has to be approved before anything is changed. */
export interface Question {
  /** @default - "Apply this plan?" */
  readonly text?: string;
  /** Names of what a plan loses or makes unreadable; undefined for another question than a plan. */
  readonly lost?: readonly string[];
}

interface Approval {
  /** Approves everything but the loss of records. */
  readonly autoApprove?: boolean;
  /** Names of what may be lost or become unreadable. */
  readonly allowLoss?: readonly string[];
  /** Asks the user; undefined without a terminal. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined;
  readonly print: (line: string) => void;
}

/**
 * Names of what a plan loses or makes unreadable, each once. A queue is not among them if it was
 * looked at and is empty.
 */
export function lostNames(effects: readonly Effect[], queues: readonly DeletedQueue[]): string[] {
  const empty = queues.filter(({ reports }) => reports === 0);
  const isEmpty = ({ about: { kind, arn }, address }: Effect): boolean =>
    kind === "queue" &&
    empty.some((queue) => (arn === undefined ? queue.address === address : queue.arn === arn));
  const names = effects
    .filter(({ records }) => records === "lost" || records === "unreadable")
    .filter((effect) => !isEmpty(effect))
    .map(({ about }) => onOneLine(about.name));
  return [...new Set(names)];
}

/** Names can be typed in any order. */
const wordsOf = (text: string): string =>
  [...new Set(text.split(/[\s,]+/).filter(Boolean))].sort().join(" ");

/**
 * Has the user answer a question. `yes` is enough unless records would be lost or become unreadable:
 * then every name has to be typed, or allowed before.
 *
 * @throws if there is nobody to ask, or a name is missing
 */
export async function isApproved(
  { text = "Apply this plan?", lost }: Question,
  { autoApprove = false, allowLoss = [], ask, print }: Approval,
): Promise<boolean> {
  const names = (lost ?? []).filter((name) => !allowLoss.includes(name));
  const options = names.map((name) => `--allow-loss ${shellWord(name)}`).join(" ");
  if (lost !== undefined) {
    allowLoss
      .filter((name) => !lost.includes(name))
      .forEach((name) =>
        print(`--allow-loss ${shellWord(name)} has no effect: this plan loses no records of it`),
      );
  }
  if (autoApprove && names.length > 0) {
    throw new Error(
      `this plan loses records or makes them unreadable, for which --auto-approve is not enough: nothing was changed; to apply it all the same, add ${options}`,
    );
  }
  if (autoApprove) {
    return true;
  }
  if (ask === undefined) {
    throw new Error(
      `there is no terminal to ask for approval: nothing was changed; add ${`--auto-approve ${options}`.trim()} to apply without asking`,
    );
  }
  if (names.length === 0) {
    return (await ask(`${text} Only 'yes' will be accepted: `)) === "yes";
  }
  const answer = await ask(
    `${text} It loses records or makes them unreadable: ${names.join(" ")}. Only these names will be accepted, separated by spaces: `,
  );
  if (wordsOf(answer) !== wordsOf(names.join(" "))) {
    throw new Error(
      `not approved: nothing was changed; expected ${names.join(" ")}, got ${answer.trim() || "nothing"}`,
    );
  }
  return true;
}
