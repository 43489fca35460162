import type { Kinesis } from "@aws-sdk/client-kinesis";
import type { Accounts } from "./accounts";
import { Batch, type BatchTools } from "./batch";
import { parseFilters, passes } from "./filters";
import { kinesisRecord, type KinesisRecord } from "./kinesis-event";
import { patternsOf, type Mapping } from "./mapping";
import type { Permissions } from "./permissions";
import { isConsumerArn, parseArn, sleep, streamArnOf } from "./requests";
import type { StreamConsumers } from "./stream-consumers";

const TICK_MILLISECONDS = 50;
// Writes that do not pass the gateway, such as moto's own subscription filters, are found this late.
const UNSEEN_WRITES_MILLISECONDS = 5_000;
const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;

export interface PollerTools extends BatchTools {
  readonly accounts: Accounts;
  readonly consumers: StreamConsumers;
  readonly permissions: Permissions;
  /** How often a stream was written to through the gateway: unchanged means there is nothing to read. */
  writes(streamArn: string): number;
}

/** Records of a shard that wait in order; there are as many as the parallelization factor says. */
interface Lane {
  readonly name: string;
  readonly shardId: string;
  readonly queue: KinesisRecord[];
  firstAt: number;
  draining?: Promise<void>;
}

interface Shard {
  iterator: string;
  lanes: Lane[];
}

/** Why Lambda can't read a stream or consumer for a function now; undefined when it can. */
export async function whyNotReadable(
  { functions, consumers, permissions }: PollerTools,
  functionArn: string,
  sourceArn: string,
): Promise<string | undefined> {
  const known = await functions.configuration(functionArn);
  if (!known) return `Function not found: ${functionArn}`;
  const inactive = isConsumerArn(sourceArn)
    ? consumers.whyNotActive(sourceArn)?.message
    : undefined;
  const { Role: role = "", FunctionName: name = "" } = known;
  return inactive ?? permissions.deniedRead(role, name, sourceArn).catch(String);
}

/** Reads one mapping's stream shard by shard and gives batches to its function. */
export class Poller {
  private readonly shards = new Map<string, Shard>();
  private readonly streamArn: string;
  private readonly kinesis: Kinesis;
  private running = Promise.resolve();
  private isRunning = false;
  private couldNotRead = false;
  private seenWrites = -1;
  private readAt = 0;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: PollerTools,
  ) {
    this.streamArn = streamArnOf(mapping.EventSourceArn);
    this.kinesis = tools.accounts.owning(this.streamArn).kinesis;
  }

  get isStopping(): boolean {
    return !this.isRunning;
  }

  start(): void {
    this.isRunning = true;
    for (const [shardId, shard] of this.shards) this.layLanes(shardId, shard);
    this.running = this.run();
  }

  /** Ends after the invocations that run now; start() goes on where this left off. */
  stop(): Promise<void> {
    this.isRunning = false;
    return this.running;
  }

  /** Whether Lambda may read for the function, and it can be run here; if not, the mapping says why. */
  async mayGoOn(): Promise<boolean> {
    const { FunctionArn: functionArn, EventSourceArn: source } = this.mapping;
    const problem =
      (await whyNotReadable(this.tools, functionArn, source)) ??
      (await this.tools.runner.whyNot(functionArn));
    if (problem) this.say(problem);
    else if (this.couldNotRead) this.mapping.LastProcessingResult = "No records processed";
    this.couldNotRead = problem !== undefined;
    return !problem;
  }

  private say(problem: string): void {
    this.mapping.LastProcessingResult = `PROBLEM: ${problem}`;
  }

  private async run(): Promise<void> {
    for (; this.isRunning; await sleep(TICK_MILLISECONDS)) {
      const writes = this.tools.writes(this.streamArn);
      const isDue = Date.now() - this.readAt >= UNSEEN_WRITES_MILLISECONDS;
      if ((await this.mayGoOn()) && (writes !== this.seenWrites || isDue))
        await this.read(writes).catch((error: unknown) => {
          this.say(String(error));
        });
      for (const lane of this.lanes())
        lane.draining ??= this.drain(lane).finally(() => {
          lane.draining = undefined;
        });
    }
    await Promise.all(this.lanes().map(async ({ draining }) => draining));
  }

  private lanes(): Lane[] {
    return [...this.shards.values()].flatMap(({ lanes }) => lanes);
  }

  private async read(writes: number): Promise<void> {
    await this.findShards();
    const counts = await Promise.all(
      [...this.shards.values()].map((shard) => this.readShard(shard)),
    );
    if (counts.every((count) => count === 0)) this.seenWrites = writes;
    this.readAt = Date.now();
  }

  private async findShards(): Promise<void> {
    const { StartingPosition, StartingPositionTimestamp: seconds = 0 } = this.mapping;
    const StreamName = parseArn(this.streamArn).resource.split("/")[1];
    const isFirst = this.shards.size === 0;
    const { Shards: found = [] } = await this.kinesis.listShards({
      StreamName,
    });
    for (const { ShardId: id = "" } of found) {
      if (this.shards.has(id)) continue;
      const { ShardIterator: iterator = "" } = await this.kinesis.getShardIterator({
        StreamName,
        ShardId: id,
        // A shard that appears later continues its parent: it is read from its beginning.
        ShardIteratorType: isFirst ? StartingPosition : "TRIM_HORIZON",
        ...(seconds && { Timestamp: new Date(seconds * 1000) }),
      });
      const shard: Shard = { iterator, lanes: [] };
      this.layLanes(id, shard);
      this.shards.set(id, shard);
    }
  }

  private async readShard(shard: Shard): Promise<number> {
    const { NextShardIterator: next, Records: records = [] } = await this.kinesis.getRecords({
      ShardIterator: shard.iterator,
    });
    shard.iterator = next ?? shard.iterator;
    const filters = parseFilters(patternsOf(this.mapping));
    records
      .map(kinesisRecord)
      .filter((record) => passes(filters, record))
      .forEach((record) => enqueue(shard, record));
    return records.length;
  }

  /** Makes as many lanes as the settings say now; what waits in older ones moves over, in order. */
  private layLanes(shardId: string, shard: Shard): void {
    const waiting = shard.lanes
      .flatMap(({ queue }) => queue)
      .sort((a, b) => (BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1));
    const { UUID, ParallelizationFactor: length } = this.mapping;
    shard.lanes = Array.from({ length }, (_, number) => ({
      name: `${UUID} ${shardId} ${number}`,
      shardId,
      queue: [],
      firstAt: 0,
    }));
    waiting.forEach((record) => enqueue(shard, record));
  }

  /** Hands over what waits in a lane as long as it makes batches. */
  private async drain(lane: Lane): Promise<void> {
    const { name, shardId, queue } = lane;
    for (let size = this.due(lane); size; size = this.due(lane)) {
      const records = queue.splice(0, size);
      lane.firstAt = Date.now();
      const batch = new Batch(this.mapping, this.tools, shardId, name, this);
      queue.unshift(...(await batch.process(records)));
    }
  }

  /** How many records a batch would have now; 0 as long as the batching window lets it wait for more. */
  private due({ queue, firstAt }: Lane): number {
    const { BatchSize, MaximumBatchingWindowInSeconds: seconds } = this.mapping;
    let bytes = 0;
    const tooMuch = queue.slice(0, BatchSize).findIndex((record) => {
      bytes += record.data.length + record.partitionKey.length + 500;
      return bytes > LARGEST_BATCH_BYTES;
    });
    const size = Math.min(queue.length, tooMuch > 0 ? tooMuch : BatchSize);
    const isFull = tooMuch > 0 || size === BatchSize;
    const isOver = Date.now() >= firstAt + seconds * 1000;
    return this.isRunning && (isFull || isOver) ? size : 0;
  }
}

/** Puts a record into its partition key's lane. */
function enqueue({ lanes }: Shard, record: KinesisRecord): void {
  let hash = 0;
  for (const sign of record.partitionKey) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  const lane = lanes[hash % lanes.length];
  if (!lane?.queue.length && lane) lane.firstAt = Date.now();
  lane?.queue.push(record);
}
