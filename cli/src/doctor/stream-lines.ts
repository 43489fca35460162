import { parseArn } from "../../../pipeline/arn";
import { functionLabel } from "../pipeline";
import { NO_COLORS } from "../output";
import { hanging, wrap } from "../wrap";
import type { StreamAccess } from "./stream-access";

type Consumer = StreamAccess["consumers"][number];

/** What is wrong with the access to a stream, whoever reads it. */
export const problemsOf = ({ principals, consumers }: StreamAccess): string[] => [
  ...principals.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
  ...consumers.flatMap((one) => (isUnused(one) ? [`${one.name}: ${useOf(one)}`] : [])),
];

/** What could not be read of a stream. */
export const unknownsOf = ({ unknown, consumers }: StreamAccess): string[] => [
  ...new Set([
    ...unknown,
    ...consumers.flatMap(({ lastReadAt: fact }) => (fact.state === "unknown" ? [fact.why] : [])),
  ]),
];

/** A consumer that nobody has read through within a day, as its own metric tells. */
const isUnused = ({ lastReadAt: { state } }: Consumer): boolean => state === "missing";

function useOf(consumer: Consumer): string {
  const { functions, lastReadAt, dollarsPerMonth: dollars } = consumer;
  const readers = functions.map((arn) => `${functionLabel(arn)} (${parseArn(arn).account})`);
  if (isUnused(consumer)) {
    const price = dollars === undefined ? "" : `; it costs about $${dollars} a month (us-east-1)`;
    const but = readers.length === 0 ? "" : `, although ${readers.join(", ")} should`;
    return `nobody has read through it within a day${but}${price}`;
  }
  if (readers.length > 0) {
    return `${readers.join(", ")} ${readers.length === 1 ? "reads" : "read"} through it`;
  }
  return lastReadAt.state === "found"
    ? "somebody reads through it, in an account whose profile is not named"
    : "no mapping in the accounts of the profiles reads through it";
}

/** What a person reads about the access to a stream. */
export function streamLines(access: StreamAccess, { bold, yellow } = NO_COLORS): string[] {
  const { arn, shards, mode, principals, consumers } = access;
  const warning = (indentation: string, text: string): string[] =>
    hanging(indentation, `warning: ${text}`).map(yellow);
  return [
    bold(arn),
    ...hanging("  ", `${shards ?? "an unknown number of"} open shards, ${mode}`),
    "",
    "Who may use it, by the policies of the stream, its consumers and its key:",
    ...(principals.length === 0 ? ["  nobody outside its account"] : []),
    ...principals.flatMap(({ name, may, problems }) => [
      `  ${name}`,
      ...hanging("    ", may.length === 0 ? "nothing" : may.join(", ")),
      ...problems.flatMap((problem) => warning("    ", problem)),
    ]),
    "",
    "Registered consumers:",
    ...(consumers.length === 0 ? ["  none"] : []),
    ...consumers.flatMap((one) => {
      const text = `${one.name}: ${useOf(one)}`;
      return isUnused(one) ? warning("  ", text) : hanging("  ", text);
    }),
    ...unknownsOf(access).flatMap((why) => ["", ...wrap(`unknown: ${why}`, "").map(yellow)]),
  ];
}
