import type { Kinesis, _Record } from "@aws-sdk/client-kinesis";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts } from "./accounts";
import { Batch, type BatchTools } from "./batch";
import { parseFilters, passes } from "./filters";
import { kinesisRecord, type KinesisRecord } from "./kinesis-event";
import { patternsOf, type Mapping } from "./mapping";
import { sessionOf, type Permissions } from "./permissions";
import { isConsumerArn, parseArn, sleep, streamArnOf } from "./requests";
import type { RecordKeys } from "./record-keys";
import type { StreamConsumers } from "./stream-consumers";

const TICK_MILLISECONDS = 50;
const READ_MILLISECONDS = 400;
const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;

export interface PollerTools extends BatchTools {
  readonly accounts: Accounts;
  readonly consumers: StreamConsumers;
  readonly permissions: Permissions;
  readonly recordKeys: RecordKeys;
}

/** Records of a shard that wait in order; there are as many lanes as the parallelization factor says. */
interface Lane {
  readonly name: string;
  readonly shardId: string;
  readonly queue: KinesisRecord[];
  firstAt: number;
  draining?: Promise<void>;
}

interface Shard {
  readonly parents: readonly string[];
  iterator: string | undefined;
  lanes: Lane[];
  /** No record can be put into it any more, since the stream was resharded. */
  isClosed: boolean;
  /** It is closed, and all its records have been read. */
  isRead: boolean;
}

/** Why Lambda can't read a stream or consumer for a function now; undefined when it can. */
export async function whyNotReadable(
  { consumers, permissions }: PollerTools,
  configuration: FunctionConfiguration,
  source: string,
): Promise<string | undefined> {
  const inactive = isConsumerArn(source) ? consumers.whyNotActive(source) : undefined;
  const denied = () => permissions.deniedRead(sessionOf(configuration), source).catch(String);
  return inactive?.message ?? denied();
}

/** Reads one mapping's stream shard by shard and gives batches to its function. */
export class Poller {
  private readonly kinesis: Kinesis;
  private readonly shards = new Map<string, Shard>();
  private running = Promise.resolve();
  private couldNotRead = false;
  isStopping = true;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: PollerTools,
  ) {
    this.kinesis = tools.accounts.owning(mapping.EventSourceArn).kinesis;
  }

  start(): void {
    this.isStopping = false;
    for (const [shardId, shard] of this.shards) this.layLanes(shardId, shard);
    this.running = this.run();
  }

  /** Ends after the invocations that run now; start() goes on where this left off. */
  stop(): Promise<void> {
    this.isStopping = true;
    return this.running;
  }

  /** Whether Lambda may read for the function, and it can be run here; if not, the mapping says why. */
  async mayGoOn(): Promise<boolean> {
    const { FunctionArn: arn, EventSourceArn: source } = this.mapping;
    const problem = await this.tools.functions
      .configuration(arn)
      .then(
        async (configuration) =>
          (await whyNotReadable(this.tools, configuration, source)) ??
          this.tools.runner.whyNot(configuration),
        String,
      );
    if (problem) this.say(`PROBLEM: ${problem}`);
    else if (this.couldNotRead) this.say("No records processed");
    this.couldNotRead = problem !== undefined;
    return !problem;
  }

  private say(result: string): void {
    if (!this.isStopping) this.mapping.LastProcessingResult = result;
  }

  private async run(): Promise<void> {
    let readAt = 0;
    while (!this.isStopping) {
      if (Date.now() - readAt >= READ_MILLISECONDS && (await this.mayGoOn())) {
        readAt = Date.now();
        await this.read().catch((error: unknown) => {
          this.say(`PROBLEM: ${String(error)}`);
        });
      }
      for (const lane of this.lanes())
        lane.draining ??= this.drain(lane).finally(() => {
          lane.draining = undefined;
        });
      await sleep(TICK_MILLISECONDS);
    }
    await Promise.all(this.lanes().map(async ({ draining }) => draining));
  }

  private lanes(): Lane[] {
    return [...this.shards.values()].flatMap(({ lanes }) => lanes);
  }

  private async read(): Promise<void> {
    await this.findShards();
    const filters = parseFilters(patternsOf(this.mapping));
    const readShard = async (shard: Shard) => {
      const { isClosed } = shard;
      const { NextShardIterator: next, Records: records = [] } = await this.kinesis.getRecords({
        ShardIterator: shard.iterator,
      });
      await this.mustDecrypt(records);
      shard.iterator = next ?? shard.iterator;
      shard.isRead = isClosed && records.length === 0;
      for (const record of records.map(kinesisRecord))
        if (passes(filters, record)) enqueue(shard, record);
    };
    const readable = [...this.shards.values()].filter((shard) => this.isReadable(shard));
    await Promise.all(readable.map(readShard));
  }

  /** Records of a key are in order only if a shard's parents are processed before it. */
  private isReadable({ parents, isRead }: Shard): boolean {
    const isProcessed = (parent: string): boolean => {
      const { isRead: read = true, lanes = [] } = this.shards.get(parent) ?? {};
      return read && lanes.every(({ queue, draining }) => !queue.length && !draining);
    };
    return !isRead && parents.every(isProcessed);
  }

  /** Each record is decrypted with the key that it was encrypted with when it was put. */
  private async mustDecrypt(records: readonly _Record[]): Promise<void> {
    const { recordKeys, permissions, functions } = this.tools;
    const stream = streamArnOf(this.mapping.EventSourceArn);
    const keys = new Set(records.map((record) => recordKeys.of(stream, record)));
    for (const key of keys) {
      if (key === undefined) continue;
      const session = sessionOf(await functions.configuration(this.mapping.FunctionArn));
      const denied = await permissions.deniedDecrypt(session, stream, key);
      if (denied) throw new Error(denied);
    }
  }

  private async findShards(): Promise<void> {
    const { StartingPosition, StartingPositionTimestamp: seconds = 0 } = this.mapping;
    const StreamName = parseArn(streamArnOf(this.mapping.EventSourceArn)).resource.split("/")[1];
    // A shard that appears later continues its parent: it is read from its beginning.
    const ShardIteratorType = this.shards.size ? "TRIM_HORIZON" : StartingPosition;
    const { Shards: found = [] } = await this.kinesis.listShards({ StreamName });
    for (const { ShardId = "", SequenceNumberRange: range, ...shard } of found) {
      const isClosed = range?.EndingSequenceNumber !== undefined;
      const known = this.shards.get(ShardId);
      if (known) {
        known.isClosed = isClosed;
        continue;
      }
      const Timestamp = new Date(seconds * 1000);
      const { ShardIterator: iterator } = await this.kinesis.getShardIterator({
        StreamName,
        ShardId,
        ShardIteratorType,
        ...(ShardIteratorType === "AT_TIMESTAMP" && { Timestamp }),
      });
      const parents = [shard.ParentShardId, shard.AdjacentParentShardId].filter(
        (parent) => parent !== undefined,
      );
      const added: Shard = { parents, iterator, lanes: [], isClosed, isRead: false };
      this.layLanes(ShardId, added);
      this.shards.set(ShardId, added);
    }
  }

  /** Makes as many lanes as the settings say now; what waits in older ones moves over, in order. */
  private layLanes(shardId: string, shard: Shard): void {
    const { UUID, ParallelizationFactor: length } = this.mapping;
    const waiting = shard.lanes
      .flatMap(({ queue }) => queue)
      .sort((a, b) => (BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1));
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
    const most = tooMuch > 0 ? tooMuch : BatchSize;
    const isDue = queue.length >= most || Date.now() >= firstAt + seconds * 1000;
    return isDue && !this.isStopping ? Math.min(queue.length, most) : 0;
  }
}

/** Puts a record into its partition key's lane. */
function enqueue({ lanes }: Shard, record: KinesisRecord): void {
  let hash = 0;
  for (const sign of record.partitionKey) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  const lane = lanes[hash % lanes.length];
  if (lane?.queue.push(record) === 1) lane.firstAt = Date.now();
}
