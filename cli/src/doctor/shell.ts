import { shellWord } from "../../../pipeline/shell-word";
import type { Account } from "../accounts";

/** A line for a POSIX shell, and the account whose credentials it needs. */
export interface Command {
  readonly account: Account;
  readonly text: string;
}

const [START, END] = ["\ue000", "\ue001"];
const VARIABLE = /\ue000((?:KEY|CONSUMER)_[A-Z0-9_]*)\ue001/g;

/** Name of a shell variable whose value a command of the fix prints. */
export const variableName = (kind: "KEY" | "CONSUMER", name: string): string =>
  `${kind}_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;

/** Stands for a variable's value in text that is passed to quote() or json(). */
export const valueOfVariable = (name: string): string => `${START}${name}${END}`;

/** One word of a POSIX shell, with the values of variables. */
export const quote = (text: string): string => shellWord(text).replace(VARIABLE, `'"$$$1"'`);

/** JSON without characters that a terminal could interpret. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e\ue000\ue001]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * A command of the AWS CLI, version 1 or 2, with the credentials and the Region of doctor's run.
 *
 * @param options values that are objects are written as JSON
 */
export function aws(
  account: Account,
  region: string,
  command: string,
  options: Readonly<Record<string, string | true | object>>,
): Command {
  const { source, endpoint } = account.access.state === "found" ? account.access.value : {};
  // The AWS CLI has no option that assumes a role, so the user has to.
  const profile = source?.assumeRole ? undefined : source?.profile;
  const all: typeof options = {
    ...(profile && { profile }),
    region,
    ...(endpoint && { "endpoint-url": endpoint }),
    ...options,
  };
  const words = Object.entries(all).map(([name, value]) => {
    if (value === true) {
      return `--${name}`;
    }
    const text = typeof value === "string" ? value : json(value);
    return `--${name}${text.startsWith("-") ? "=" : " "}${quote(text)}`;
  });
  return { account, text: ["aws", command, ...words].join(" ") };
}

/** Prints one value: version 2 shows a longer answer in a pager, which takes what is typed next. */
export const printOnly = (query: string) => ({ query, output: "text" });

/** Runs commands one after the other, and stops at the first that fails. */
export const chain = (first: Command, ...others: readonly Command[]): Command => ({
  account: first.account,
  text: [first, ...others].map(({ text }) => text).join(" && "),
});

/** Assigns the output of a command to a variable. */
export const assign = (name: string, { account, text }: Command): Command => ({
  account,
  text: `${name}=$(${text})`,
});

/** Waits while a command prints one of some states. */
export const waitWhile = (states: readonly string[], { account, text }: Command): Command => ({
  account,
  text: `while case "$(${text})" in ${states.join("|")}) true;; *) false;; esac; do sleep 2; done`,
});

/** Retries for a minute: a new role or policy takes some seconds to propagate. */
export const retry = ({ account, text }: Command): Command => ({
  account,
  text: `for attempt in 1 2 3 4 5 6; do ${text} && break; sleep 10; done`,
});
