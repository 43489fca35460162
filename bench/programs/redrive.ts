import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { createClients, type ClientSettings, type Clients } from "../../cli/src/clients";
import { kinesisEvent, kinesisRecord, type KinesisRecord } from "../../pipeline/kinesis-event";
import { invoker } from "../../cli/src/redrive/invoke";
import { Journal } from "../../cli/src/redrive/journal";
import { redrive } from "../../cli/src/redrive/redrive";
import { ReportQueue } from "../../cli/src/redrive/report-queue";
import type { Target } from "../../cli/src/redrive/sender";

/** What both sides work on: a queue of reports about one shard. */
export interface World {
  readonly target: Target;
  readonly shardId: string;
  readonly queueUrl: string;
  readonly producer: ClientSettings;
  readonly consumer: ClientSettings;
  readonly journal: string;
}

export interface Redriven {
  readonly wall: number;
  readonly cpu: number;
  readonly records: number;
  /** Calls by operation, so that both sides can be seen to make the same. */
  readonly calls: Readonly<Record<string, number>>;
}

interface Reads {
  readonly kinesis: Clients["kinesis"];
  readonly sqs: Clients["sqs"];
  readonly invoke: Clients["invoke"];
}

/** Sends what the reports name to the function by the command's own code. */
async function byCommand(world: World, { kinesis, sqs, invoke }: Reads): Promise<number> {
  const journal = Journal.open(world.journal);
  const source = new ReportQueue(sqs, world.queueUrl, journal);
  const summary = await redrive(
    world.target,
    {},
    { kinesis, source, journal, invoke: invoker(invoke, world.target.functionArn) },
  );
  journal.close();
  if (summary.stopped ?? summary.rejected[0] ?? summary.unusable[0] ?? summary.undecided[0]) {
    throw new Error(JSON.stringify(summary));
  }
  return summary.sent;
}

/** The same calls in a row, without a journal, without checks, for one shard that nobody splits. */
async function bare(world: World, { kinesis, sqs, invoke }: Reads): Promise<number> {
  const { queueUrl: QueueUrl, shardId: ShardId, target } = world;
  const { streamArn: StreamARN, functionArn: FunctionName } = target;
  const count = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
  });
  const page = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 120, WaitTimeSeconds: 1 };
  await sqs.send(count);
  const reports: { handle?: string; start: bigint; end: bigint }[] = [];
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand(page));
    if (messages.length === 0) {
      break;
    }
    for (const { Body = "", ReceiptHandle: handle } of messages) {
      const { KinesisBatchInfo: batch } = JSON.parse(Body) as {
        KinesisBatchInfo: { startSequenceNumber: string; endSequenceNumber: string };
      };
      const [start, end] = [BigInt(batch.startSequenceNumber), BigInt(batch.endSequenceNumber)];
      reports.push({ ...(handle !== undefined && { handle }), start, end });
    }
  }
  await sqs.send(count);
  await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }));
  await kinesis.send(new ListShardsCommand({ StreamARN }));
  reports.sort((a, b) => Number(a.start > b.start) - Number(a.start < b.start));
  const StartingSequenceNumber = String(reports[0]?.start);
  const position = { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber } as const;
  const begin = new GetShardIteratorCommand({ StreamARN, ShardId, ...position });
  let next = (await kinesis.send(begin)).ShardIterator;
  let records: KinesisRecord[] = [];
  // A page of 100 records shows that a megabyte of memory holds 736 of them.
  let Limit = 100;
  let sent = 0;
  for (const { handle: ReceiptHandle, end } of reports) {
    while (BigInt(records.at(-1)?.sequenceNumber ?? -1) < end) {
      const [answer] = await Promise.all([
        kinesis.send(new GetRecordsCommand({ StreamARN, ShardIterator: next, Limit })),
        // Five reads a second are all that a shard allows.
        records.length > 0 && setTimeout(250),
      ]);
      Limit = 736;
      records = [...records, ...(answer.Records ?? []).map(kinesisRecord)];
      next = answer.NextShardIterator;
    }
    const after = records.findIndex(({ sequenceNumber }) => BigInt(sequenceNumber) > end);
    const batch = records.splice(0, after === -1 ? records.length : after);
    const Payload = Buffer.from(JSON.stringify(kinesisEvent(batch, ShardId, target)));
    const { FunctionError } = await invoke.send(new InvokeCommand({ FunctionName, Payload }));
    if (FunctionError !== undefined) {
      throw new Error(FunctionError);
    }
    sent += batch.length;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return sent;
}

async function main([file = "", side]: readonly string[]): Promise<void> {
  const world = JSON.parse(fs.readFileSync(file, "utf8")) as World;
  const calls: Record<string, number> = {};
  const onCall = (service: string, operation: string) => {
    const name = `${service}:${operation}`;
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const { kinesis } = createClients(world.producer, onCall);
  const { sqs, invoke } = createClients(world.consumer, onCall);
  const before = process.cpuUsage();
  const start = performance.now();
  const records = await (side === "bare" ? bare : byCommand)(world, { kinesis, sqs, invoke });
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const redriven: Redriven = { wall, cpu: (user + system) / 1e6, records, calls };
  console.log(JSON.stringify(redriven));
}

void main(process.argv.slice(2));
