import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import * as fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Journal } from "../../cli/src/redrive/journal";
import { Pauses } from "../../cli/src/redrive/pauses";
import { redrive } from "../../cli/src/redrive/redrive";
import type { ReportSource } from "../../cli/src/redrive/report-source";
import type { KinesisReads } from "../../cli/src/redrive/shard-reader";

/** What one run redrives, from a stream and a function that cost nothing but this process's work. */
export interface Volume {
  /** Reports of each shard, whose batches overlap from its first record to its last; else by time. */
  readonly lanes?: number;
  readonly shards: number;
  readonly recordsPerShard: number;
  readonly recordBytes: number;
  readonly batchSize: number;
  /** How long each invocation takes. */
  readonly invocationMilliseconds: number;
  readonly journal: string;
}

export interface Redriven {
  readonly wall: number;
  readonly cpu: number;
  readonly records: number;
  /** Largest size of the journal during the run. */
  readonly journalBytes: number;
  readonly memoryBytes: number;
}

const FIRST = 10n ** 55n;
const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";
const PAGE = 10_000;
/** The records arrive within an hour, which ended a minute ago. */
const END = Date.now() - 60_000;
const START = END - 3_600_000;

/** Kinesis, as far as a redrive asks it. An iterator is `SHARD POSITION`. */
function stream({ shards, recordsPerShard, recordBytes }: Volume): KinesisReads {
  const Data = Buffer.alloc(recordBytes, "record ");
  const arrival = (at: number) =>
    new Date(START + Math.floor(((END - START) * at) / recordsPerShard));
  const records = (iterator: string, limit = PAGE) => {
    const [shard, from] = iterator.split(" ") as [string, string];
    const next = Math.min(Number(from) + limit, recordsPerShard);
    return {
      Records: Array.from({ length: next - Number(from) }, (_, index) => {
        const at = Number(from) + index;
        return {
          SequenceNumber: String(FIRST + BigInt(at)),
          PartitionKey: `key-${at % 1000}`,
          Data,
          ApproximateArrivalTimestamp: arrival(at),
        };
      }),
      NextShardIterator: next < recordsPerShard ? `${shard} ${next}` : undefined,
      MillisBehindLatest: 1,
    };
  };
  const answer = (command: unknown): unknown => {
    if (command instanceof GetRecordsCommand) {
      return records(command.input.ShardIterator ?? "", command.input.Limit);
    }
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId, StartingSequenceNumber = FIRST } = command.input;
      return { ShardIterator: `${ShardId} ${BigInt(StartingSequenceNumber) - FIRST}` };
    }
    if (command instanceof ListShardsCommand) {
      const ids = Array.from({ length: shards }, (_, at) => String(at).padStart(12, "0"));
      return { Shards: ids.map((id) => ({ ShardId: `shardId-${id}` })) };
    }
    const StreamCreationTimestamp = new Date(START);
    return { StreamDescriptionSummary: { StreamCreationTimestamp, RetentionPeriodHours: 24 } };
  };
  const send = (command: unknown) => Promise.resolve(answer(command));
  return { send };
}

/** Reports of every record of the first shard: the first batches are short, so that others span where they end. */
function reports({ lanes = 1, recordsPerShard, batchSize }: Volume): ReportSource {
  function* bodies() {
    const [first, last] = [new Date(START), new Date(END)].map((time) => time.toISOString());
    for (let lane = 0; lane < lanes; lane += 1) {
      let size = Math.ceil((batchSize * (lane + 1)) / lanes);
      for (let at = lane; at < recordsPerShard; at += size * lanes, size = batchSize) {
        size = Math.min(size, Math.ceil((recordsPerShard - at) / lanes));
        const batch = {
          ...{ shardId: "shardId-000000000000", streamArn: STREAM, batchSize: size },
          startSequenceNumber: String(FIRST + BigInt(at)),
          endSequenceNumber: String(FIRST + BigInt(at + (size - 1) * lanes)),
          approximateArrivalOfFirstRecord: first,
          approximateArrivalOfLastRecord: last,
        };
        const requestContext = { functionArn: FUNCTION };
        const body = JSON.stringify({ version: "1.0", requestContext, KinesisBatchInfo: batch });
        yield { id: `${lane}-${at}`, body };
      }
    }
  }
  return {
    name: "queue failed",
    holdsRecords: false,
    async *receive() {
      yield* await Promise.resolve(bodies());
    },
    find: () => Promise.resolve(undefined),
    delete: () => Promise.resolve(),
    problem: () => undefined,
    close: () => Promise.resolve(),
  };
}

async function main([text = ""]: readonly string[]): Promise<void> {
  const volume = JSON.parse(text) as Volume;
  const { journal: file, batchSize, invocationMilliseconds } = volume;
  const journal = Journal.open(file);
  let [journalBytes, invocations] = [0, 0];
  const before = process.cpuUsage();
  const start = performance.now();
  const summary = await redrive(
    {
      functionArn: FUNCTION,
      eventSourceArn: STREAM,
      streamArn: STREAM,
      roleArn: "arn:aws:iam::222222222222:role/analytics",
      batchSize,
      parallelizationFactor: volume.lanes ?? 1,
      filterPatterns: [],
      reportsBatchItemFailures: true,
    },
    volume.lanes === undefined
      ? { time: { from: new Date(START), to: new Date(END) }, concurrency: volume.shards }
      : {},
    {
      kinesis: stream(volume),
      source: reports(volume),
      journal,
      pauses: new Pauses(undefined, () => Promise.resolve()),
      invoke: async () => {
        invocations += 1;
        if (invocations % 50 === 0) {
          journalBytes = Math.max(journalBytes, fs.statSync(file).size);
        }
        await (invocationMilliseconds > 0 && setTimeout(invocationMilliseconds));
        return { result: { batchItemFailures: [] } };
      },
    },
  );
  journalBytes = Math.max(journalBytes, fs.statSync(file).size);
  const wall = (performance.now() - start) / 1000;
  journal.close();
  const { user, system } = process.cpuUsage(before);
  const redriven: Redriven = {
    wall,
    cpu: (user + system) / 1e6,
    records: summary.sent,
    journalBytes,
    memoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  console.log(JSON.stringify(redriven));
}

void main(process.argv.slice(2));
