import type { Effect } from "../../app/explain/effect";
import { streamArn } from "../e2e/deployment";
import type { Received, Sent } from "../e2e/changes/load";
import type { Discarded } from "./discards";
import type { Observation, ObservedReader } from "./observe";
import { AUDITOR, WRITER } from "./settings";
import type { Settled } from "./settle";
import {
  type AccessTruth,
  compareStores,
  mayLoseMore,
  measure,
  pairReaders,
  type ReaderTruth,
  streamsOf,
  type Truth,
} from "./truth";

/** What is seen at one time, once everything has settled. */
export interface Moment {
  readonly observation: Observation;
  /** By the mapping's UUID. */
  readonly settled: ReadonlyMap<string, Settled>;
  /** By the stream's name, whether the writer may put records. */
  readonly writers: ReadonlyMap<string, boolean>;
}

/** One step, from before it until everything has settled. */
export interface Course {
  readonly begun: number;
  readonly applied: number;
  readonly before: Moment;
  readonly after: Moment;
  /** Names of the functions that Terraform made anew. */
  readonly recreated: readonly string[];
  idOf(reader: ObservedReader, when: "before" | "after"): string | undefined;
  sentTo(arn: string): readonly Sent[];
  received(readers: readonly ObservedReader[]): readonly Received[];
  discards(readers: readonly ObservedReader[]): readonly Discarded[];
}

type Owed = ReaderTruth["owed"][number];

const OWED = new Set<string>(["replayed", "lost", "unreadable"] satisfies Owed[]);

/** A mapping that starts at a time starts at most so much after it, since Kinesis rounds. */
const CLOCK_TOLERANCE_MILLISECONDS = 1_500;

const keyOf = ({ account, functionName, streamArn: arn }: ObservedReader): string =>
  `${account} ${functionName} ${arn}`;

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/** What earlier steps have done to readers, which is no news in later ones. */
export class Memory {
  private readonly expected = new Map<string, number>();
  private readonly missed = new Map<string, Set<number>>();
  private readonly owed = new Map<string, Set<Owed>>();
  /** The readers that went on as this one, for example before a rename of the function. */
  private readonly former = new Map<string, readonly ObservedReader[]>();
  /** Whether a key is gone with which retained records are encrypted. */
  private isKeyGone = false;
  /** By the stream's ARN: records put before are of a stream that is gone. */
  private readonly forgotten = new Map<string, number>();

  truthOf(course: Course): Truth {
    const { before, after } = course;
    const stores = compareStores(before.observation.stores, after.observation.stores);
    const ended = new Set(
      stores.ended.filter(({ kind }) => kind === "stream").map(({ name }) => streamArn(name)),
    );
    const pairs = pairReaders(before.observation.readers, after.observation.readers, course.idOf);
    const readers = pairs.map(([old, next]) => this.readerTruth(course, ended, old, next));
    ended.forEach((arn) => this.forgotten.set(arn, course.applied));
    return { readers, access: accessTruths(course), ...stores };
  }

  /** Notes what was said of readers that wait, and that will be seen once they receive. */
  owe(effects: readonly Effect[], { readers }: Truth): void {
    this.isKeyGone ||= effects.some(
      ({ about, records }) => about.kind === "key" && records === "unreadable",
    );
    for (const reader of readers) {
      const said = effects
        .filter(({ about }) => about.kind === "reader" && reader.names.includes(about.name))
        .map(({ records }) => records as Owed)
        .filter((records) => OWED.has(records));
      for (const key of reader.names.map((name) => `${name} ${reader.streams.at(-1) ?? ""}`)) {
        const owed = this.owed.get(key) ?? new Set();
        if (reader.after === "receiving") {
          owed.clear();
        }
        said.filter(() => reader.after === "waiting").forEach((records) => owed.add(records));
        this.owed.set(key, owed);
      }
    }
  }

  private readerTruth(
    course: Course,
    ended: ReadonlySet<string>,
    old: ObservedReader | undefined,
    next: ObservedReader | undefined,
  ): ReaderTruth {
    const { begun, applied, before, after } = course;
    const both = [old, next].filter(isDefined);
    const keys = both.map(keyOf);
    const known = new Set(keys.flatMap((key) => [...(this.missed.get(key) ?? [])]));
    const lineage = [...both, ...keys.flatMap((key) => this.former.get(key) ?? [])];
    const received = course.received(lineage);
    const discards = course.discards(lineage);
    const hadUnreported = discards.some((one) => one.at < begun && !one.isReported);
    const { notExpectedLater, ...measured } = measure({
      ...{ old, next, received, begun, applied, known },
      sent: [...new Set(both.map((one) => one.streamArn))].flatMap((arn) =>
        this.recordsOf(course, arn, ended.has(arn)),
      ),
      discarded: new Set(discards.map(({ number }) => number)),
      unreported: hadUnreported ? [] : discards.filter(({ isReported }) => !isReported),
      expectedFrom: this.expectation(both, received, course),
    });
    if (old && next && keyOf(old) !== keyOf(next)) {
      this.former.set(keyOf(next), lineage);
    }
    keys.forEach((key) => this.missed.set(key, new Set([...known, ...notExpectedLater])));
    const names = [...new Set(both.map(({ functionName }) => functionName))];
    const streams = streamsOf(old, next);
    const settled = next && after.settled.get(next.uuid);
    const owed = names.flatMap((name) => [...(this.owed.get(`${name} ${streams[0] ?? ""}`) ?? [])]);
    return {
      ...{ names, streams, ...measured },
      before: old ? (before.settled.get(old.uuid)?.reception ?? "idle") : "absent",
      after: next ? (settled?.reception ?? "idle") : "absent",
      reason: settled?.reason,
      mayLose: mayLoseMore(old, next),
      mayWait: names.some((name) => course.recreated.includes(name)),
      owed: !old && this.isKeyGone ? ["unreadable"] : owed,
    };
  }

  private recordsOf(
    { sentTo, applied }: Course,
    arn: string,
    isEnded: boolean,
  ): (Sent & { readonly isGone: boolean })[] {
    const forgotten = this.forgotten.get(arn) ?? 0;
    return sentTo(arn)
      .filter(({ at }) => at >= forgotten)
      .map((record) => ({ ...record, isGone: isEnded && record.at < applied }));
  }

  /** From when on a reader expects records: from the position at which it was first seen. */
  private expectation(
    readers: readonly ObservedReader[],
    received: readonly Received[],
    course: Course,
  ): number {
    const known = readers.map((one) => this.expected.get(keyOf(one))).filter(isDefined);
    const [first] = readers;
    const from = known.length > 0 ? Math.min(...known) : startOf(first, received, course);
    if (Number.isFinite(from)) {
      readers.forEach((one) => this.expected.set(keyOf(one), from));
    }
    return from;
  }
}

function startOf(
  reader: ObservedReader | undefined,
  received: readonly Received[],
  { sentTo }: Course,
): number {
  if (reader?.position === "AT_TIMESTAMP") {
    return reader.startsAt + CLOCK_TOLERANCE_MILLISECONDS;
  }
  if (reader?.position !== "LATEST") {
    return 0;
  }
  // It starts at the first record that it gets.
  const numbers = new Set(received.map(({ number }) => number));
  const first = sentTo(reader.streamArn).find(({ number }) => numbers.has(number));
  return first ? first.at + CLOCK_TOLERANCE_MILLISECONDS : Infinity;
}

function accessTruths({ before, after }: Course): AccessTruth[] {
  const streams = (moment: Moment): string[] =>
    moment.observation.stores.filter(({ kind }) => kind === "stream").map(({ name }) => name);
  const kept = streams(before).filter((name) => streams(after).includes(name));
  return kept.flatMap((stream): AccessTruth[] => [
    {
      ...{ kind: "writer", account: WRITER, stream },
      before: before.writers.get(stream) ?? false,
      after: after.writers.get(stream) ?? false,
    },
    {
      ...{ kind: "principal", account: AUDITOR, stream },
      before: before.observation.readableByAuditor.includes(stream),
      after: after.observation.readableByAuditor.includes(stream),
    },
  ]);
}
