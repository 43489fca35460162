import { CreateQueueCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  clientsOf,
  CONSUMER,
  makeFunction,
  makeRole,
  makeStream,
  PRODUCER,
  REGION,
  until,
} from "../../__tests__/local/two-accounts";
import { startLocalAws, type LocalAws } from "../../local/aws";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { alternate, each, report } from "../measure";
import type { Redriven, World } from "../programs/redrive";
import { ratio, row } from "../statistics";

export const redrive: Benchmark = {
  name: "redrive",
  title: "Redriving failed records",
  sameWork:
    "both sides make the same number of calls of every operation on the same queue, stream and function of the local AWS, in a process each; the bare sequence has no journal and checks nothing",
  chart: { unit: "records/s", title: "Records of 1 KB that a redrive sends" },
  run,
};

const BATCH = 100;

async function run(context: Context): Promise<readonly Row[]> {
  const aws = await startLocalAws({ rolePropagationSeconds: 0 });
  try {
    return await measure(aws, context);
  } finally {
    await aws.stop();
  }
}

async function measure(aws: LocalAws, context: Context): Promise<readonly Row[]> {
  const { scratch, tiny } = context;
  const producer = clientsOf(aws, PRODUCER);
  const consumer = clientsOf(aws, CONSUMER);
  const streamArn = await makeStream(producer, "clicks");
  const roleArn = await makeRole(consumer, "analytics");
  const source = "exports.handler = async () => ({ batchItemFailures: [] });";
  const functionArn = await makeFunction(consumer, "analytics", roleArn, source);
  const { QueueUrl = "" } = await consumer.sqs.send(
    new CreateQueueCommand({ QueueName: "failed" }),
  );
  const numbers: string[] = [];
  const batches = tiny ? 2 : 100;
  let shardId = "";
  // The last batch is not reported: a stream goes on.
  for (let at = 0; at <= batches; at += 1) {
    const Records = Array.from({ length: BATCH }, (_, index) => ({
      PartitionKey: `key-${index}`,
      Data: Buffer.alloc(1024, "record "),
    }));
    const put = () =>
      producer.kinesis.send(new PutRecordsCommand({ StreamARN: streamArn, Records }));
    const answer = await until(() => put().catch(() => undefined));
    for (const { SequenceNumber = "", ShardId = "" } of answer.Records ?? []) {
      numbers.push(SequenceNumber);
      shardId = ShardId;
    }
  }
  numbers.length = batches * BATCH;
  const settings = async (account: string) => ({
    region: REGION,
    endpoint: aws.url,
    credentials: await aws.credentials(account),
  });
  const world: World = {
    target: {
      functionArn,
      eventSourceArn: streamArn,
      streamArn,
      roleArn,
      batchSize: BATCH,
      parallelizationFactor: 1,
      filterPatterns: [],
      reportsBatchItemFailures: true,
    },
    shardId,
    queueUrl: QueueUrl,
    producer: await settings(PRODUCER),
    consumer: await settings(CONSUMER),
    journal: path.join(scratch, "journal"),
  };
  const file = path.join(scratch, "world.json");
  fs.writeFileSync(file, JSON.stringify(world));
  const program = await bundle("bench/programs/redrive.ts", path.join(scratch, "redrive.js"));
  const side = (name: string) => async () => {
    await reportAll(consumer, world, numbers);
    const redriven = await report<Redriven>({ run: ["node", program, file, name] });
    if (redriven.records !== numbers.length) {
      throw new Error(`${name} sent ${redriven.records} of ${numbers.length} records`);
    }
    return redriven;
  };
  const samples = await alternate(
    9,
    { redrive: side("redrive"), "bare calls": side("bare") },
    context,
  );
  const { redrive: own, "bare calls": bare } = samples;
  assertSameCalls(own, bare);
  const speeds = (all: readonly Redriven[]) => all.map(({ records, wall }) => records / wall);
  const cpu = (all: readonly Redriven[]) => all.map((one) => one.cpu);
  return [
    row("redrive", "records/s", speeds(own)),
    row("bare calls", "records/s", speeds(bare)),
    row("redrive", "CPU s", cpu(own)),
    row("bare calls", "CPU s", cpu(bare)),
    ratio("time against the bare calls", each(wallOf(own), "wall"), each(wallOf(bare), "wall"), {
      atMost: 1.2,
    }),
    ratio("CPU time against the bare calls", cpu(own), cpu(bare)),
  ];
}

const wallOf = (all: readonly Redriven[]) => all.map(({ wall }) => ({ wall }));

/** Puts a report about every batch into the queue, as Lambda does when it gives a batch up. */
async function reportAll(
  { sqs }: Awaited<ReturnType<typeof clientsOf>>,
  { queueUrl: QueueUrl, shardId, target }: World,
  numbers: readonly string[],
): Promise<void> {
  const arrival = new Date().toISOString();
  const bodies: string[] = [];
  for (let at = 0; at < numbers.length; at += BATCH) {
    bodies.push(
      JSON.stringify({
        requestContext: {
          requestId: `batch-${at}`,
          functionArn: target.functionArn,
          condition: "RetryAttemptsExhausted",
          approximateInvokeCount: 1,
        },
        version: "1.0",
        timestamp: arrival,
        KinesisBatchInfo: {
          shardId,
          startSequenceNumber: numbers[at],
          endSequenceNumber: numbers[at + BATCH - 1],
          approximateArrivalOfFirstRecord: arrival,
          approximateArrivalOfLastRecord: arrival,
          batchSize: BATCH,
          streamArn: target.streamArn,
        },
      }),
    );
  }
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies
      .slice(at, at + 10)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

function assertSameCalls(own: readonly Redriven[], bare: readonly Redriven[]): void {
  const text = (one: Redriven | undefined) =>
    JSON.stringify(Object.entries(one?.calls ?? {}).sort());
  own.forEach((one, round) => {
    if (text(one) !== text(bare[round])) {
      throw new Error(`the sides make different calls: ${text(one)} and ${text(bare[round])}`);
    }
  });
}
