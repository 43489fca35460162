import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";
import * as fs from "node:fs";

/**
 * Invokes a bundled handler as Lambda's runtime does under the JSON log format, and prints the time from
 * the start of the process to the first return, and the CPU seconds of a later invocation.
 *
 * Arguments: file of the bundle, number of records, bytes of each, later invocations.
 */
const [file = "", count = "1", bytes = "1024", repetitions = "0"] = process.argv.slice(2);

const sink = fs.openSync("/dev/null", "w");
const print = console.log.bind(console);
console.log = (message: unknown) => {
  const line = { timestamp: new Date().toISOString(), level: "INFO", requestId: "id", message };
  fs.writeSync(sink, `${JSON.stringify(line)}\n`);
};

const data = Buffer.alloc(Number(bytes), "record ").toString("base64");
const event = {
  Records: Array.from({ length: Number(count) }, (_, at) => ({
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: `key-${at % 100}`,
      sequenceNumber: String(at).padStart(56, "4"),
      data,
      approximateArrivalTimestamp: 1_764_150_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000000:${at}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "arn:aws:iam::222222222222:role/analytics",
    awsRegion: "eu-west-1",
    eventSourceARN: "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks",
  })),
} satisfies KinesisStreamEvent;

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { handler } = require(file) as {
  handler: (event: KinesisStreamEvent, context: object) => Promise<KinesisStreamBatchResponse>;
};

async function invoke(): Promise<void> {
  const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 60_000 };
  const { batchItemFailures } = await handler(event, context);
  if (batchItemFailures.length > 0) {
    throw new Error("the handler reported a failure");
  }
}

async function main(): Promise<void> {
  await invoke();
  const coldStart = performance.now();
  const before = process.cpuUsage();
  const coldCpu = (before.user + before.system) / 1000;
  const start = performance.now();
  for (let at = 0; at < Number(repetitions); at += 1) {
    await invoke();
  }
  const { user, system } = process.cpuUsage(before);
  const each = Number(repetitions) || 1;
  const wall = (performance.now() - start) / 1000 / each;
  print(JSON.stringify({ coldStart, coldCpu, cpu: (user + system) / 1e6 / each, wall }));
}

void main();
