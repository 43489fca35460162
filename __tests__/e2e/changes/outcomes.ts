import type { Outcome } from "../../../app/changes/change";
import type { Received, Sent } from "./load";

/** The records that a consumer has received, and those that it could receive. */
export interface Evidence {
  /** All records put into the consumer's stream. */
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
  /** Times at which the change started, and at which Terraform had applied it. */
  readonly begun: number;
  readonly applied: number;
  /** The requested starting time, for a mapping that starts at a time. */
  readonly from: number;
}

const CLOCK_TOLERANCE_MILLISECONDS = 1_500;

const numbers = (records: readonly { readonly number: number }[]): Set<number> =>
  new Set(records.map(({ number }) => number));

const missing = ({ sent, received }: Evidence, isExpected: (record: Sent) => boolean): Sent[] => {
  const known = numbers(received);
  return sent.filter((record) => isExpected(record) && !known.has(record.number));
};

/** Records that were received before the change, and again since it started. */
const repeated = ({ received, begun }: Evidence): Received[] => {
  const before = numbers(received.filter(({ at }) => at < begun));
  return received.filter(({ at, number }) => at >= begun && before.has(number));
};

/** Records put before the change that were not received since it started. */
const notReplayed = ({ sent, received, begun }: Evidence, from = 0): Sent[] => {
  const since = numbers(received.filter(({ at }) => at >= begun));
  return sent.filter(({ at, number }) => at >= from && at < begun && !since.has(number));
};

const receivedOf = (
  { received, sent, applied }: Evidence,
  isMeant: (record: Sent) => boolean,
): Sent[] => {
  const known = numbers(received);
  return sent.filter(
    (record) => record.at > applied && isMeant(record) && known.has(record.number),
  );
};

/** Differences from the expected outcome; empty once it has happened. */
export const DEVIATIONS: Record<Outcome, (evidence: Evidence) => readonly unknown[]> = {
  delivered: (evidence) => [...missing(evidence, () => true), ...repeated(evidence)],
  replayed: (evidence) => [...missing(evidence, () => true), ...notReplayed(evidence)],
  "replayed from the time given": (evidence) => {
    const { from } = evidence;
    return [
      ...missing(evidence, () => true),
      ...notReplayed(evidence, from + CLOCK_TOLERANCE_MILLISECONDS),
      ...repeated(evidence).filter(
        ({ number }) =>
          evidence.sent.find((record) => record.number === number)!.at <
          from - CLOCK_TOLERANCE_MILLISECONDS,
      ),
    ];
  },
  waiting: (evidence) => receivedOf(evidence, () => true),
  filtered: (evidence) => [
    ...missing(evidence, ({ key }) => key === "key-0"),
    ...receivedOf(evidence, ({ key }) => key !== "key-0"),
    ...repeated(evidence),
  ],
  unreadable: ({ received }) => received,
  // The records of the new stream are delivered. No record of the destroyed stream was read.
  lost: (evidence) => {
    const current = evidence.sent.at(-1)?.streamArn;
    const old = numbers(evidence.sent.filter(({ streamArn }) => streamArn !== current));
    return [
      ...(old.size === 0 ? ["nothing was put before the change"] : []),
      ...missing(evidence, ({ streamArn }) => streamArn === current),
      ...evidence.received.filter(({ number }) => old.has(number)),
    ];
  },
  // Records do not expire in the local AWS.
  expired: (evidence) => [...missing(evidence, () => true), ...repeated(evidence)],
  ended: (evidence) => receivedOf(evidence, () => true),
  refused: () => [],
};

/** Records received after a later record of their partition key. Replayed records are ignored. */
export function overtaken(received: readonly Received[]): Received[] {
  const last = new Map<string, number>();
  const known = new Set<number>();
  return received.filter(({ number, key }) => {
    if (known.has(number)) {
      return false;
    }
    known.add(number);
    const isOvertaken = number < (last.get(key) ?? -1);
    last.set(key, Math.max(number, last.get(key) ?? -1));
    return isOvertaken;
  });
}
