import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  type Shard,
  type StreamDescriptionSummary,
} from "@aws-sdk/client-kinesis";
import type { KinesisReads } from "./shard-reader";

export interface StreamFacts {
  readonly created: Date;
  readonly retentionHours: number;
  /** IDs of the shards that have records, parents before their children. */
  readonly shardIds: readonly string[];
  /** Shards that a shard came from, directly or not, as far as they are listed. */
  readonly ancestors: ReadonlyMap<string, readonly string[]>;
}

/** Describes a stream by its ARN; undefined if there is none. */
export async function describeStream(
  kinesis: KinesisReads,
  StreamARN: string,
): Promise<StreamFacts | undefined> {
  let summary: StreamDescriptionSummary | undefined;
  try {
    const answer = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }));
    summary = answer.StreamDescriptionSummary;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") {
      return undefined;
    }
    throw error;
  }
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  do {
    // AWS refuses the ARN together with a token.
    const input = NextToken === undefined ? { StreamARN } : { NextToken };
    const page = await kinesis.send(new ListShardsCommand(input));
    shards.push(...(page.Shards ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return {
    created: summary?.StreamCreationTimestamp ?? new Date(0),
    retentionHours: summary?.RetentionPeriodHours ?? 24,
    shardIds: parentsFirst(shards),
    ancestors: ancestorsOf(shards),
  };
}

function parentsFirst(shards: readonly Shard[]): string[] {
  const byId = new Map(shards.map((shard) => [shard.ShardId ?? "", shard]));
  const ordered = new Set<string>();
  const add = (id: string | undefined) => {
    const shard = byId.get(id ?? "");
    if (shard?.ShardId !== undefined && !ordered.has(shard.ShardId)) {
      add(shard.ParentShardId);
      add(shard.AdjacentParentShardId);
      ordered.add(shard.ShardId);
    }
  };
  for (const id of [...byId.keys()].sort()) {
    add(id);
  }
  return [...ordered];
}

function ancestorsOf(shards: readonly Shard[]): Map<string, string[]> {
  const parents = new Map(
    shards.map(({ ShardId = "", ParentShardId, AdjacentParentShardId }) => [
      ShardId,
      [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
    ]),
  );
  const ancestors = new Map<string, string[]>();
  for (const id of parentsFirst(shards)) {
    const direct = parents.get(id) ?? [];
    const all = direct.flatMap((parent) => [parent, ...(ancestors.get(parent) ?? [])]);
    ancestors.set(id, [...new Set(all)]);
  }
  return ancestors;
}
