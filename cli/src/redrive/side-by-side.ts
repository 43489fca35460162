/** A part of the work on a shard. */
export interface Unit {
  /** What is due first goes first. */
  readonly due: number;
}

export interface ShardWork<U extends Unit> {
  readonly shardId: string;
  /** In the shard's order. */
  readonly units: readonly U[];
}

interface Options<U extends Unit> {
  /** Shards at a time. */
  readonly limit: number;
  /** Shards whose records come before those of a shard. */
  readonly ancestorsOf: (shardId: string) => readonly string[];
  readonly work: (shardId: string, unit: U) => Promise<void>;
  /** Whether to begin nothing more. */
  readonly isStopping?: () => boolean;
  /** Called at the first failure. */
  readonly onFailure?: () => void;
}

/**
 * Works on shards side by side: on the units of a shard one after the other, and on a shard after its
 * ancestors. After a failure it begins nothing more, waits until what has begun is over, and rejects.
 */
export async function sideBySide<U extends Unit>(
  shards: readonly ShardWork<U>[],
  { limit, ancestorsOf, work, isStopping, onFailure }: Options<U>,
): Promise<void> {
  const left = new Map(
    shards
      .filter(({ units }) => units.length > 0)
      .map(({ shardId, units }) => [shardId, [...units].reverse()]),
  );
  const running = new Map<string, Promise<void>>();
  const failures: unknown[] = [];

  const next = (): string | undefined => {
    let chosen: string | undefined;
    let soonest = Infinity;
    for (const [shardId, units] of left) {
      const due = units.at(-1)?.due ?? Infinity;
      const mayBegin = due < soonest && !running.has(shardId);
      if (mayBegin && !ancestorsOf(shardId).some((ancestor) => left.has(ancestor))) {
        [chosen, soonest] = [shardId, due];
      }
    }
    return chosen;
  };

  const begin = async (shardId: string): Promise<void> => {
    const units = left.get(shardId) ?? [];
    const unit = units.pop();
    try {
      await (unit && work(shardId, unit));
    } catch (error) {
      failures.push(error);
      onFailure?.();
    }
    running.delete(shardId);
    if (units.length === 0) {
      left.delete(shardId);
    }
  };

  for (;;) {
    while (running.size < limit && failures.length === 0) {
      const shardId = next();
      if (shardId === undefined || isStopping?.()) {
        break;
      }
      running.set(shardId, begin(shardId));
    }
    if (running.size === 0) {
      break;
    }
    await Promise.race(running.values());
  }
  if (failures.length > 0) {
    throw failures[0];
  }
}
