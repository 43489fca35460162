import { setTimeout as sleep } from "node:timers/promises";
import type { Kinesis, _Record } from "@aws-sdk/client-kinesis";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts } from "./accounts";
import { Batch, type BatchTools } from "./batch";
import type { Cache } from "./cache";
import { kinesisRecord } from "../../pipeline/kinesis-event";
import { passes } from "../../pipeline/filter-pattern";
import { parseFilters, type Mapping } from "./mapping-settings";
import { sessionOf, type Permissions } from "./permissions";
import type { RecordKeys } from "./record-keys";
import {
  dueBatchSize,
  enqueue,
  millisecondsBehind,
  rebuildLanes,
  type Lane,
  type Shard,
} from "./shards";
import type { StreamConsumers } from "./stream-consumers";
import { isWindowOver, TumblingWindow } from "./windows";
import { isConsumerArn, streamArnOf, streamNameOf } from "../../pipeline/arn";

const TICK_MILLISECONDS = 50;
const READ_MILLISECONDS = 400;
/** The pause after a read is this many times as long as the read, which leaves moto time for other calls. */
const PAUSE_PER_READ = 3;

export interface PollerTools extends BatchTools {
  readonly accounts: Accounts;
  readonly cache: Cache;
  readonly consumers: StreamConsumers;
  readonly permissions: Permissions;
  readonly recordKeys: RecordKeys;
}

/** Reason why Lambda cannot read a stream or consumer for a function; undefined if it can. */
export async function unreadableReason(
  { consumers, permissions }: PollerTools,
  configuration: FunctionConfiguration,
  source: string,
): Promise<string | undefined> {
  const inactive = isConsumerArn(source) ? consumers.inactiveReason(source) : undefined;
  const denied = () => permissions.deniedRead(sessionOf(configuration), source).catch(String);
  return inactive?.message ?? denied();
}

/** Polls the stream of one mapping and invokes the function with batches of records. */
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
    for (const [shardId, shard] of this.shards) {
      rebuildLanes(shardId, shard, this.mapping);
    }
    this.running = this.run();
  }

  /** Resolves when running invocations have ended. start() continues from the same position. */
  stop(): Promise<void> {
    this.isStopping = true;
    return this.running;
  }

  /** Checks that the stream can be read and the function can run. Otherwise sets the mapping's result. */
  async checkReadable(): Promise<boolean> {
    const { FunctionArn: arn, EventSourceArn: source } = this.mapping;
    const problem = await this.tools.functions
      .configuration(arn)
      .then(
        async (configuration) =>
          (await unreadableReason(this.tools, configuration, source)) ??
          this.tools.runner.unsupportedReason(configuration),
        String,
      );
    if (problem) {
      this.setResult(`PROBLEM: ${problem}`);
    } else if (this.couldNotRead) {
      this.setResult("No records processed");
    }
    this.couldNotRead = problem !== undefined;
    return !problem;
  }

  private setResult(result: string): void {
    if (!this.isStopping) {
      this.mapping.LastProcessingResult = result;
    }
  }

  private async run(): Promise<void> {
    let nextRead = 0;
    while (!this.isStopping) {
      if (Date.now() >= nextRead && (await this.checkReadable())) {
        const start = Date.now();
        await this.read().catch((error: unknown) => {
          this.setResult(`PROBLEM: ${String(error)}`);
        });
        const end = Date.now();
        nextRead = Math.max(start + READ_MILLISECONDS, end + PAUSE_PER_READ * (end - start));
      }
      for (const shard of this.shards.values()) {
        for (const lane of shard.lanes) {
          lane.draining ??= this.drain(shard, lane).finally(() => {
            lane.draining = undefined;
          });
        }
      }
      await sleep(TICK_MILLISECONDS);
    }
    await Promise.all(this.lanes().map(async ({ draining }) => draining));
  }

  private lanes(): Lane[] {
    return [...this.shards.values()].flatMap(({ lanes }) => lanes);
  }

  private async read(): Promise<void> {
    await this.findShards();
    const { metrics } = this.tools;
    const filters = parseFilters(this.mapping);
    const readShard = async (shard: Shard) => {
      const { isClosed } = shard;
      const start = Date.now();
      const {
        NextShardIterator: next,
        Records = [],
        MillisBehindLatest: behind,
      } = await this.kinesis.getRecords({
        ShardIterator: shard.iterator,
      });
      const latencyMilliseconds = Date.now() - start;
      await this.assertDecryptable(Records);
      shard.iterator = next ?? shard.iterator;
      shard.isRead = isClosed && Records.length === 0;
      const records = Records.map(kinesisRecord);
      const passing = records.filter((record) => passes(filters, record));
      passing.forEach((record) => enqueue(shard, record));
      shard.readUntil = behind ? shard.readUntil : start;
      const isSubscribed = Date.now() - shard.subscribedAt >= metrics.subscriptionMilliseconds;
      shard.subscribedAt = isSubscribed ? Date.now() : shard.subscribedAt;
      metrics.shardRead(this.mapping, {
        records,
        filteredOut: records.length - passing.length,
        behindMilliseconds: millisecondsBehind(shard),
        latencyMilliseconds,
        isSubscribed,
      });
    };
    const readable = [...this.shards.values()].filter((shard) => this.isReadable(shard));
    await Promise.all(readable.map(readShard));
  }

  /** A shard is read after its parents are processed. Otherwise records of a key could be out of order. */
  private isReadable({ parents, isRead }: Shard): boolean {
    const isProcessed = (parent: string): boolean => {
      const { isRead: read = true, lanes = [], window } = this.shards.get(parent) ?? {};
      return read && !window && lanes.every(({ queue, draining }) => !queue.length && !draining);
    };
    return !isRead && parents.every(isProcessed);
  }

  /** Throws unless the role may use the keys with which the records were encrypted when they were put. */
  private async assertDecryptable(records: readonly _Record[]): Promise<void> {
    const { recordKeys, permissions, functions } = this.tools;
    const stream = streamArnOf(this.mapping.EventSourceArn);
    const keys = new Set(records.map((record) => recordKeys.of(stream, record)));
    for (const key of keys) {
      if (key === undefined) {
        continue;
      }
      const session = sessionOf(await functions.configuration(this.mapping.FunctionArn));
      const denied = await permissions.deniedDecrypt(session, stream, key);
      if (denied) {
        throw new Error(denied);
      }
    }
  }

  private async findShards(): Promise<void> {
    const { StartingPosition, StartingPositionTimestamp: seconds = 0 } = this.mapping;
    const streamArn = streamArnOf(this.mapping.EventSourceArn);
    const StreamName = streamNameOf(streamArn);
    // A shard that appears later continues its parent: it is read from its beginning.
    const ShardIteratorType = this.shards.size ? "TRIM_HORIZON" : StartingPosition;
    const { Shards: found = [] } = await this.tools.cache.getOrLoad(`shards of ${streamArn}`, () =>
      this.kinesis.listShards({ StreamName }),
    );
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
      const added: Shard = {
        parents,
        iterator,
        lanes: [],
        isClosed,
        isRead: false,
        readUntil: 0,
        subscribedAt: 0,
      };
      rebuildLanes(ShardId, added, this.mapping);
      this.shards.set(ShardId, added);
    }
  }

  /** Processes a lane's batches, and ends its windows, until nothing is due. */
  private async drain(shard: Shard, lane: Lane): Promise<void> {
    const { name, shardId, queue } = lane;
    while (!this.isStopping) {
      const { TumblingWindowInSeconds: seconds } = this.mapping;
      if (lane === shard.lanes[0] && isWindowOver(shard, seconds)) {
        const last = new Batch(this.mapping, this.tools, shardId, name, this, shard.window);
        shard.window = (await last.endWindow()) ? undefined : shard.window;
        continue;
      }
      if (seconds && queue[0]) {
        shard.window ??= new TumblingWindow(seconds, queue[0]);
      }
      const window = seconds ? shard.window : undefined;
      const size = dueBatchSize(lane, window, this.mapping);
      if (!size) {
        return;
      }
      const records = queue.splice(0, size);
      lane.firstAt = Date.now();
      const batch = new Batch(this.mapping, this.tools, shardId, name, this, window);
      lane.processing = records;
      queue.unshift(...(await batch.process(records)));
      lane.processing = [];
    }
  }
}
