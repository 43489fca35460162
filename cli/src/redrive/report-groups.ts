import type { Report } from "./report";
import { compareStarts, overlapping } from "./selection";
import type { ShardWork, Unit } from "./side-by-side";
import type { StreamFacts } from "./stream";

/** Reports of one shard that have to be decided together. */
export interface Group extends Unit {
  readonly reports: readonly Report[];
  /** Reports that an earlier run deleted, whose ranges overlap theirs. */
  readonly deleted: readonly Report[];
}

/** Objects in a bucket that are worked on at a time: each may take 16 MB, and several times that in memory. */
const MOST_OBJECTS = 8;

/** Records that reports have together. */
export const reported = (reports: readonly Report[]): number =>
  reports.reduce((sum, { batchSize }) => sum + batchSize, 0);

/** Brings the reports whose records expire first to the front. */
export function sortByExpiry(reports: Report[], stream: StreamFacts | undefined): void {
  // A shard that is no longer listed is older than all that are; IDs grow with time.
  const ranks = new Map(stream?.shardIds.map((shardId, at) => [shardId, at]));
  const rank = ({ shardId }: Report) => ranks.get(shardId) ?? -1;
  reports.sort(
    (a, b) =>
      a.firstArrival.getTime() - b.firstArrival.getTime() ||
      rank(a) - rank(b) ||
      a.shardId.localeCompare(b.shardId) ||
      compareStarts(a, b),
  );
}

/**
 * The reports of each shard; what belongs together is as old as the oldest of it.
 *
 * @param deleted reports that earlier runs deleted
 */
export const groupsOf = (
  reports: readonly Report[],
  deleted: readonly Report[],
): ShardWork<Group>[] =>
  [...groupBy(reports, ({ shardId }) => shardId)].map(([shardId, own]) => {
    const before = deleted.filter((report) => report.shardId === shardId);
    const groups = overlapping([...own, ...before]).map((all) => ({
      due: all[0]?.firstArrival.getTime() ?? 0,
      reports: all.filter(({ isDeleted }) => isDeleted !== true),
      deleted: all.filter(({ isDeleted }) => isDeleted === true),
    }));
    return { shardId, units: groups.filter((group) => group.reports.length > 0) };
  });

/** Which shards may be worked on side by side, so that none is before its parents. */
export function orderOf(
  shards: readonly ShardWork<Group>[],
  stream: StreamFacts | undefined,
  limit: number,
) {
  const reports = shards.flatMap(({ units }) => units.flatMap((group) => group.reports));
  const created = stream?.created.getTime() ?? Infinity;
  const isOfStream = ({ lastArrival }: Report) => lastArrival.getTime() + 1000 >= created;
  const most = reports.some(({ payload }) => payload) ? Math.min(limit, MOST_OBJECTS) : limit;
  const ancestors = stream?.ancestors ?? new Map<string, readonly string[]>();
  const unlisted = shards.map(({ shardId }) => shardId).filter((id) => !ancestors.has(id));
  return {
    // Where parents are not known, what arrived first goes first.
    limit: reports.every(isOfStream) ? most : 1,
    ancestorsOf: (shardId: string) => [
      ...(ancestors.get(shardId) ?? []),
      ...unlisted.filter((id) => ancestors.has(shardId) || id < shardId),
    ],
  };
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one)) ?? [];
    group.push(one);
    groups.set(keyOf(one), group);
  }
  return groups;
}
