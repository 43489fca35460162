import { parseArn } from "../../../pipeline/arn";
import { functionLabel } from "../pipeline";
import type { Output } from "../output";
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

export function showStream(output: Output, access: StreamAccess): void {
  const { colors } = output;
  const print = (label: string, text: string) =>
    hanging(label, text).forEach((line) => output.line(line));
  const { arn, shards, mode, principals, consumers } = access;
  output.line(colors.bold(arn));
  print("  ", `${shards ?? "an unknown number of"} open shards, ${mode}`);
  output.line("\nWho may use it, by the policies of the stream, its consumers and its key:");
  if (principals.length === 0) {
    output.line("  nobody outside its account");
  }
  for (const { name, may, problems } of principals) {
    output.line(`  ${name}`);
    print("    ", may.length === 0 ? "nothing" : may.join(", "));
    problems.forEach((problem) => showProblem(output, "    ", problem));
  }
  output.line("\nRegistered consumers:");
  if (consumers.length === 0) {
    output.line("  none");
  }
  for (const one of consumers) {
    if (isUnused(one)) {
      showProblem(output, "  ", `${one.name}: ${useOf(one)}`);
    } else {
      print("  ", `${one.name}: ${useOf(one)}`);
    }
  }
  unknownsOf(access).forEach((why) => {
    output.line();
    wrap(`unknown: ${why}`, "").forEach((line) => output.line(colors.yellow(line)));
  });
  output.line();
}

const showProblem = (output: Output, indentation: string, text: string): void =>
  hanging(indentation, `warning: ${text}`).forEach((line) =>
    output.line(output.colors.yellow(line)),
  );
