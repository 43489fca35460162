import { streamNameOf } from "../../pipeline/arn";
import { overtaken } from "../e2e/changes/outcomes";
import type { Received, Sent } from "../e2e/changes/load";
import type { ObservedReader, Store } from "./observe";

/** Whether records reach a reader. `idle`: nothing could be put, so that nobody can tell. */
export type Reception = "receiving" | "waiting" | "idle" | "absent";

/** What became of the records of one reader in one step. */
export interface ReaderTruth {
  /** Names of its function before and after, which differ after a rename. */
  readonly names: readonly string[];
  /** Names of its stream before and after. */
  readonly streams: readonly string[];
  readonly before: Reception;
  readonly after: Reception;
  /** Why it waits, in Lambda's words. */
  readonly reason?: string | undefined;
  /** Records that it had before the step and has got again, and those that it could have got again. */
  readonly again: number;
  readonly repeatable: number;
  /** Records that it should have got and never will, since it got later ones or their stream is gone. */
  readonly missed: number;
  /** Records put before the step, not delivered by then, and all delivered since. */
  readonly caughtUp: number;
  /** Records that Lambda gave up on and reported nowhere, although it had not done so before. */
  readonly unreported: number;
  readonly outOfOrder: number;
  /** The longest time that a record put meanwhile took to arrive, in milliseconds. */
  readonly slowest: number;
  /** It may lose records from now on: it gives up earlier, reports elsewhere, or its stream forgets sooner. */
  readonly mayLose: boolean;
  /** Terraform made its function anew: nothing else could run, however short that was. */
  readonly mayWait: boolean;
  /** Said in an earlier step, and not to be seen until the reader receives again. */
  readonly owed: readonly ("replayed" | "lost" | "unreadable")[];
}

/** Whether an account can do with a stream what it was allowed to. */
export interface AccessTruth {
  readonly kind: "writer" | "principal";
  readonly account: string;
  readonly stream: string;
  readonly before: boolean;
  readonly after: boolean;
}

/** A store that is there no more, or was made anew under its name. */
export interface StoreTruth {
  readonly kind: Store["kind"];
  readonly name: string;
}

export interface Truth {
  readonly readers: readonly ReaderTruth[];
  readonly access: readonly AccessTruth[];
  /** Stores that ended, and those that were there before. */
  readonly ended: readonly StoreTruth[];
  readonly kept: readonly StoreTruth[];
}

/** What is known of one reader in one step. */
export interface Evidence {
  readonly old: ObservedReader | undefined;
  readonly next: ObservedReader | undefined;
  /** Records put into its streams, each of an incarnation of a stream that lives or not. */
  readonly sent: readonly (Sent & { readonly isGone: boolean })[];
  readonly received: readonly Received[];
  /** Numbers of the records that Lambda gave up on, and which of them were reported. */
  readonly discarded: ReadonlySet<number>;
  readonly unreported: readonly { readonly number: number; readonly at: number }[];
  readonly begun: number;
  readonly applied: number;
  /** The reader expects what is put from this time on. */
  readonly expectedFrom: number;
  /** Missed in earlier steps. */
  readonly known: ReadonlySet<number>;
}

type Measured = Pick<
  ReaderTruth,
  "again" | "repeatable" | "missed" | "caughtUp" | "unreported" | "outOfOrder" | "slowest"
> & { readonly notExpectedLater: readonly number[] };

const passes = (reader: ObservedReader | undefined, key: string): boolean =>
  reader?.keys?.includes(key) ?? true;

/** Counts what became of the records of one reader. */
export function measure(evidence: Evidence): Measured {
  const { old, next, received, begun, applied, discarded, known, expectedFrom } = evidence;
  const own = new Map(evidence.sent.map((record) => [record.number, record]));
  const mine = received.filter(({ number }) => own.has(number));
  const before = new Set(mine.filter(({ at }) => at < begun).map(({ number }) => number));
  const since = mine.filter(({ at }) => at >= begun);
  const seen = new Set<number>();
  let again = 0;
  for (const { number } of since) {
    again += before.has(number) || seen.has(number) ? 1 : 0;
    seen.add(number);
  }
  const latest = new Map<string, number>();
  for (const { key, number } of since) {
    latest.set(key, Math.max(number, latest.get(key) ?? -1));
  }
  const isWanted = ({ key }: Sent): boolean => passes(old ?? next, key) && passes(next ?? old, key);
  // What a filter excludes before or after the change is not expected, nor is it later.
  const expected = evidence.sent.filter(
    (record) => record.at >= expectedFrom && !known.has(record.number) && isWanted(record),
  );
  const isDelivered = ({ number }: Sent): boolean => before.has(number) || seen.has(number);
  const missed = expected.filter(
    (record) =>
      !isDelivered(record) &&
      !discarded.has(record.number) &&
      (record.isGone ? record.at < begun : record.number < (latest.get(record.key) ?? -1)),
  );
  const pending = expected.filter(({ at, number }) => at < begun && !before.has(number));
  const arrivals = new Map(since.map(({ number, at }) => [number, at]));
  const meanwhile = expected
    .filter(({ at }) => at >= begun && at <= applied)
    .map(({ at, number }) => (arrivals.get(number) ?? Date.now()) - at);
  return {
    again,
    repeatable: evidence.sent.filter(
      ({ number, isGone, key }) => before.has(number) && !isGone && passes(next, key),
    ).length,
    missed: missed.length,
    notExpectedLater: [
      ...missed,
      ...evidence.sent.filter((record) => !isWanted(record) && !isDelivered(record)),
    ].map(({ number }) => number),
    caughtUp: pending.every(({ number }) => seen.has(number)) ? pending.length : 0,
    unreported: evidence.unreported.filter(({ at }) => at >= begun).length,
    outOfOrder: overtaken(mine).filter(({ at }) => at >= begun).length,
    slowest: Math.max(0, ...meanwhile),
  };
}

/** Whether the settings of a mapping let it lose more than before. */
export function mayLoseMore(
  old: ObservedReader | undefined,
  next: ObservedReader | undefined,
): boolean {
  return (
    old === undefined ||
    next === undefined ||
    next.retries < old.retries ||
    next.ageSeconds < old.ageSeconds ||
    next.destination !== old.destination
  );
}

/** The readers before and after, in pairs: by function and stream, by mapping, by construct. */
export function pairReaders(
  before: readonly ObservedReader[],
  after: readonly ObservedReader[],
  idOf: (reader: ObservedReader, when: "before" | "after") => string | undefined,
): [old: ObservedReader | undefined, next: ObservedReader | undefined][] {
  const left = [...before];
  const right = [...after];
  const pairs: [ObservedReader | undefined, ObservedReader | undefined][] = [];
  const pairBy = (isSame: (old: ObservedReader, next: ObservedReader) => boolean): void => {
    for (const old of [...left]) {
      const next = right.find((one) => isSame(old, one));
      if (next) {
        pairs.push([old, next]);
        left.splice(left.indexOf(old), 1);
        right.splice(right.indexOf(next), 1);
      }
    }
  };
  // A function that reads another stream from now on is another reader.
  const inPlace = (one: ObservedReader, other: ObservedReader): boolean =>
    one.account === other.account && one.streamArn === other.streamArn;
  pairBy((one, other) => inPlace(one, other) && one.functionName === other.functionName);
  pairBy((one, other) => one.uuid === other.uuid);
  pairBy((one, other) => {
    const id = idOf(one, "before");
    return id !== undefined && id === idOf(other, "after") && inPlace(one, other);
  });
  return [
    ...pairs,
    ...left.map((old): (typeof pairs)[number] => [old, undefined]),
    ...right.map((next): (typeof pairs)[number] => [undefined, next]),
  ];
}

export const streamsOf = (...readers: (ObservedReader | undefined)[]): string[] => [
  ...new Set(readers.flatMap((one) => (one ? [streamNameOf(one.streamArn)] : []))),
];

const key = ({ kind, account, name }: Store): string => `${kind} ${account} ${name}`;

/** Stores that ended in a step, and those that are as they were. */
export function compareStores(
  before: readonly Store[],
  after: readonly Store[],
): Pick<Truth, "ended" | "kept"> {
  const identities = new Map(after.map((one) => [key(one), one.identity]));
  const isKept = (one: Store): boolean => identities.get(key(one)) === one.identity;
  const named = ({ kind, name }: Store): StoreTruth => ({ kind, name });
  return {
    ended: before.filter((one) => !isKept(one)).map(named),
    kept: before.filter(isKept).map(named),
  };
}
