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
import type { KinesisReads } from "../../cli/src/redrive/shard-reader";

/** What one run redrives by time, from a stream and a function that cost nothing but this process's work. */
export interface Volume {
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
const PAGE = 10_000;
/** The records arrive within an hour, which ended a minute ago. */
const END = Date.now() - 60_000;
const START = END - 3_600_000;

/** Kinesis, as far as a redrive by time asks it. An iterator is `SHARD POSITION`. */
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
      return { ShardIterator: `${command.input.ShardId} 0` };
    }
    if (command instanceof ListShardsCommand) {
      const ids = Array.from({ length: shards }, (_, at) => String(at).padStart(12, "0"));
      return { Shards: ids.map((id) => ({ ShardId: `shardId-${id}` })) };
    }
    return { StreamDescriptionSummary: { RetentionPeriodHours: 24 } };
  };
  const send = (command: unknown) => Promise.resolve(answer(command));
  return { send };
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
      functionArn: "arn:aws:lambda:eu-west-1:222222222222:function:analytics",
      eventSourceArn: STREAM,
      streamArn: STREAM,
      roleArn: "arn:aws:iam::222222222222:role/analytics",
      batchSize,
      parallelizationFactor: 1,
      filterPatterns: [],
      reportsBatchItemFailures: true,
    },
    { time: { from: new Date(START), to: new Date(END) }, concurrency: volume.shards },
    {
      kinesis: stream(volume),
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
