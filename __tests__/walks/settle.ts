import type { Received, Sent } from "../e2e/changes/load";
import type { ObservedReader } from "./observe";
import type { Reception } from "./truth";

/** Longer than a role, a policy or a consumer takes in the local AWS of a walk until it works. */
const PROBLEM_MILLISECONDS = 5_000;
/** A reader that gets nothing for so long, although records are put, waits. */
const QUIET_MILLISECONDS = 12_000;
const DEADLINE_MILLISECONDS = 90_000;
const TICK_MILLISECONDS = 250;

/** Why a reader waits whose mapping is disabled. */
export const PAUSED = "its mapping is disabled";

/** Why a reader waits whose function a hand has broken, whatever a plan does. */
export const BROKEN = "its function fails";

export interface Settled {
  readonly reception: Reception;
  readonly reason?: string;
}

/** What is going on, asked again and again until it is decided. */
export interface Course {
  readers(): Promise<readonly ObservedReader[]>;
  /** All records put into a stream so far. */
  sentTo(streamArn: string): readonly Sent[];
  received(reader: ObservedReader): readonly Received[];
  discarded(reader: ObservedReader): ReadonlySet<number>;
  /** True once each load has put something since then, or was refused. */
  isLoadKnown(since: number): boolean;
  /** True if its function was made to fail. */
  isBroken(reader: ObservedReader): boolean;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, TICK_MILLISECONDS));

/** The newest record of each key that was put since a time: who has these has all. */
export function newestByKey(sent: readonly Sent[], since: number): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { key, number, at } of sent) {
    if (at >= since) {
      newest.set(key, Math.max(number, newest.get(key) ?? -1));
    }
  }
  return newest;
}

function hasCaughtUp(
  course: Course,
  reader: ObservedReader,
  targets: Map<string, number>,
): boolean {
  const latest = new Map<string, number>();
  for (const { key, number } of course.received(reader)) {
    latest.set(key, Math.max(number, latest.get(key) ?? -1));
  }
  const discarded = course.discarded(reader);
  return [...targets]
    .filter(([key]) => reader.keys?.includes(key) ?? true)
    .every(([key, number]) => (latest.get(key) ?? -1) >= number || discarded.has(number));
}

/** What a reader has come to by now; undefined while it is not decided. */
function decide(
  course: Course,
  reader: ObservedReader,
  targets: Map<string, number>,
  quietMilliseconds: number,
): Settled | undefined {
  if (reader.state === "Disabled") {
    return { reception: "waiting", reason: PAUSED };
  }
  if (reader.state !== "Enabled") {
    return undefined;
  }
  if (targets.size === 0) {
    return { reception: "idle" };
  }
  if (hasCaughtUp(course, reader, targets)) {
    return { reception: "receiving" };
  }
  if (quietMilliseconds > PROBLEM_MILLISECONDS && course.isBroken(reader)) {
    return { reception: "waiting", reason: BROKEN };
  }
  if (quietMilliseconds > PROBLEM_MILLISECONDS && reader.problem !== undefined) {
    return { reception: "waiting", reason: reader.problem };
  }
  return quietMilliseconds > QUIET_MILLISECONDS
    ? { reception: "waiting", reason: "it gets nothing" }
    : undefined;
}

/** Waits until it is known of every reader, by its mapping's UUID, whether records reach it. */
export async function settle(course: Course): Promise<ReadonlyMap<string, Settled>> {
  const start = Date.now();
  const isLate = (): boolean => Date.now() > start + DEADLINE_MILLISECONDS;
  while (!course.isLoadKnown(start) && !isLate()) {
    await pause();
  }
  const targets = new Map<string, Map<string, number>>();
  const progress = new Map<string, { count: number; at: number }>();
  const quietOf = (reader: ObservedReader): number => {
    const count = course.received(reader).length + course.discarded(reader).size;
    const known = progress.get(reader.uuid);
    if (known?.count !== count) {
      progress.set(reader.uuid, { count, at: Date.now() });
    }
    return Date.now() - (progress.get(reader.uuid)?.at ?? 0);
  };
  const targetsOf = ({ streamArn }: ObservedReader): Map<string, number> => {
    const known = targets.get(streamArn) ?? newestByKey(course.sentTo(streamArn), start);
    targets.set(streamArn, known);
    return known;
  };
  for (;;) {
    const readers = await course.readers();
    const decided = readers.map((reader) => ({
      reader,
      settled: decide(course, reader, targetsOf(reader), quietOf(reader)),
    }));
    if (decided.every(({ settled }) => settled) || isLate()) {
      const late: Settled = { reception: "waiting", reason: "it is not settled" };
      return new Map(decided.map(({ reader, settled }) => [reader.uuid, settled ?? late]));
    }
    await pause();
  }
}
