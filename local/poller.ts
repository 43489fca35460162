import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type ShardIteratorType,
  type _Record,
} from "@aws-sdk/client-kinesis";
import type { Accounts } from "./accounts";
import type { BatchTools, KinesisRecord } from "./batch";
import type { Mapping } from "./event-source-mapping";
import { parseFilters, passes } from "./filters";
import { Lane } from "./lane";
import { patternsOf } from "./mapping-settings";
import type { Permissions } from "./permissions";
import {
  isConsumerArn,
  messageOf,
  parseArn,
  sleep,
  streamArnOf,
} from "./requests";
import type { StreamConsumers } from "./stream-consumers";

const IDLE_MILLISECONDS = 200;
// Writes that do not pass the gateway, such as moto's own subscription filters, are found this late.
const UNSEEN_WRITES_MILLISECONDS = 5_000;
const RECORDS_PER_READ = 10_000;
const MOST_BUFFERED = 20_000;

export interface PollerTools extends BatchTools {
  readonly accounts: Accounts;
  readonly consumers: StreamConsumers;
  readonly permissions: Permissions;
  /** How often a stream was written to through the gateway: unchanged means there is nothing to read. */
  writes(streamArn: string): number;
}

/** Where reading a shard has come to; what was read and not yet processed waits in `pending`. */
interface Shard {
  readonly id: string;
  iterator: string;
  pending: KinesisRecord[];
  reading?: Promise<void>;
}

/** Reads one mapping's stream shard by shard and gives batches to its function. */
export class Poller {
  private readonly shards = new Map<string, Shard>();
  private running: Promise<void> | undefined;
  private stopping = false;
  private readonly streamArn: string;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: PollerTools,
  ) {
    this.streamArn = streamArnOf(mapping.sourceArn);
  }

  start(): void {
    this.stopping = false;
    this.running = this.run();
  }

  /** Ends after the invocations that run now; start() goes on where this left off. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    this.running = undefined;
  }

  private async run(): Promise<void> {
    let listed = -1;
    let first = this.shards.size === 0;
    while (!this.stopping) {
      await this.guarded(async () => {
        const writes = this.tools.writes(this.streamArn);
        if (listed !== writes) {
          await this.findShards(first);
          first = false;
          listed = writes;
        }
        for (const shard of this.shards.values())
          shard.reading ??= this.read(shard);
      });
      await sleep(IDLE_MILLISECONDS);
    }
    for (const shard of this.shards.values()) await shard.reading;
    for (const shard of this.shards.values()) shard.reading = undefined;
  }

  private async findShards(first: boolean): Promise<void> {
    const { kinesis, StreamName } = this.stream();
    const { StartingPosition: position, StartingPositionTimestamp: timestamp } =
      this.mapping.settings;
    const { Shards: shards = [] } = await kinesis.send(
      new ListShardsCommand({ StreamName }),
    );
    for (const { ShardId: id = "" } of shards) {
      if (this.shards.has(id)) continue;
      // A shard that appears later continues its parent: it is read from its beginning.
      const from = first ? (position as ShardIteratorType) : "TRIM_HORIZON";
      const { ShardIterator: iterator = "" } = await kinesis.send(
        new GetShardIteratorCommand({
          StreamName,
          ShardId: id,
          ShardIteratorType: from,
          ...(from === "AT_TIMESTAMP" && {
            Timestamp: new Date((timestamp ?? 0) * 1000),
          }),
        }),
      );
      this.shards.set(id, { id, iterator, pending: [] });
    }
  }

  /** Reads a shard into lanes, one per parallelization factor, in which a partition key keeps its order. */
  private async read(shard: Shard): Promise<void> {
    const { ParallelizationFactor: factor } = this.mapping.settings;
    const lanes = Array.from(
      { length: factor },
      (_, number) => new Lane(this.mapping, this.tools, shard.id, number, this),
    );
    const filters = parseFilters(patternsOf(this.mapping.settings));
    const laneOf = (record: KinesisRecord) =>
      lanes[hash(record.partitionKey) % factor];
    shard.pending.splice(0).forEach((record) => laneOf(record)?.add(record));
    const processing = Promise.all(lanes.map((lane) => lane.run()));

    let seen = -1;
    let readAt = 0;
    while (!this.stopping) {
      const writes = this.tools.writes(this.streamArn);
      const idle =
        writes === seen && Date.now() - readAt < UNSEEN_WRITES_MILLISECONDS;
      const full =
        lanes.reduce((sum, lane) => sum + lane.size, 0) >= MOST_BUFFERED;
      if (idle || full || !(await this.allowed())) {
        await sleep(full ? 20 : IDLE_MILLISECONDS);
        continue;
      }
      await this.guarded(async () => {
        const { kinesis } = this.stream();
        const answer = await kinesis.send(
          new GetRecordsCommand({
            ShardIterator: shard.iterator,
            Limit: RECORDS_PER_READ,
          }),
        );
        shard.iterator = answer.NextShardIterator ?? shard.iterator;
        const records = (answer.Records ?? [])
          .map(eventRecord)
          .filter((record) => passes(filters, record));
        records.forEach((record) => laneOf(record)?.add(record));
        if (!answer.Records?.length) seen = writes;
        readAt = Date.now();
      });
    }
    lanes.forEach((lane) => lane.wake());
    await processing;
    shard.pending = lanes
      .flatMap((lane) => lane.rest())
      .sort((a, b) =>
        BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1,
      );
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  /** Whether Lambda may read for the function now; if not, the mapping says why. */
  async allowed(): Promise<boolean> {
    return (
      (await this.guarded(async () => {
        const { functionArn, sourceArn } = this.mapping;
        const configuration =
          await this.tools.functions.configuration(functionArn);
        if (!configuration)
          throw new Error(`Function not found: ${functionArn}`);
        const unfit = this.tools.runner.whyNot(functionArn, configuration);
        if (unfit) throw new Error(unfit);
        if (
          isConsumerArn(sourceArn) &&
          this.tools.consumers.status(sourceArn) !== "ACTIVE"
        )
          throw new Error(`Consumer ${sourceArn} not found.`);
        const { Role: role = "", FunctionName: name = "" } = configuration;
        const denied = await this.tools.permissions.deniedRead(
          role,
          name,
          sourceArn,
        );
        if (denied) throw new Error(denied);
        return true;
      })) ?? false
    );
  }

  /** Runs `step`; what goes wrong in it becomes the mapping's LastProcessingResult. */
  private async guarded<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!this.stopping)
        this.mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
      return undefined;
    }
  }

  private stream() {
    const { account, region, resource } = parseArn(this.streamArn);
    const StreamName = resource.replace("stream/", "");
    return {
      kinesis: this.tools.accounts.kinesis(account, region),
      StreamName,
    };
  }
}

function eventRecord(record: _Record): KinesisRecord {
  return {
    kinesisSchemaVersion: "1.0",
    partitionKey: record.PartitionKey ?? "",
    sequenceNumber: record.SequenceNumber ?? "",
    data: Buffer.from(record.Data ?? []).toString("base64"),
    approximateArrivalTimestamp:
      (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
  };
}

function hash(text: string): number {
  let value = 0;
  for (const sign of text)
    value = (value * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
