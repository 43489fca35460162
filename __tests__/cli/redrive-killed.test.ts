import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Summary } from "../../cli/src/redrive/summary";
import { startLocalAws, type LocalAws } from "../../local/aws";
import * as two from "../local/two-accounts";
import type { ProcessInput } from "./redrive-process";

jest.setTimeout(180_000);

const NAME = "failing";
const KEYS = 40;

let aws: LocalAws;
let producer: two.Clients;
let consumer: two.Clients;
let queueUrl: string;
let input: ProcessInput;
let stream: string;
let directory: string;
let last = 0;

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "redrive-"));
  aws = await startLocalAws({ rolePropagationSeconds: 0, consumerCreatingSeconds: 0 });
  producer = await two.clientsOf(aws, two.PRODUCER);
  consumer = await two.clientsOf(aws, two.CONSUMER);
  stream = await two.makeStream(producer, NAME, 4);
  const { QueueUrl = "" } = await consumer.sqs.send(new CreateQueueCommand({ QueueName: NAME }));
  queueUrl = QueueUrl;
  const queueArn = `arn:aws:sqs:${two.REGION}:${two.CONSUMER}:${NAME}`;
  const source = 'exports.handler = async () => { throw new Error("down"); };';
  const { role } = await two.connect(producer, consumer, NAME, stream, source, {
    mapping: {
      BatchSize: 10,
      MaximumRetryAttempts: 0,
      ParallelizationFactor: 1,
      DestinationConfig: { OnFailure: { Destination: queueArn } },
    },
    statements: [two.allow(["sqs:SendMessage"], queueArn)],
  });
  input = {
    endpoint: aws.url,
    streamCredentials: await aws.credentials(two.PRODUCER),
    queueCredentials: await aws.credentials(two.CONSUMER),
    queueUrl,
    journal: path.join(directory, "journal"),
    delivered: path.join(directory, "delivered"),
    target: {
      functionArn: `arn:aws:lambda:${two.REGION}:${two.CONSUMER}:function:${NAME}`,
      eventSourceArn: stream,
      streamArn: stream,
      roleArn: role,
      batchSize: 10,
      parallelizationFactor: 1,
      filterPatterns: [],
      reportsBatchItemFailures: true,
    },
  };
});
afterAll(() => aws.stop());

/** The reports in the queue, which stay visible. */
async function reports(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let empty = 0; empty < 2;) {
    const { Messages: messages = [] } = await consumer.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 1,
      }),
    );
    empty = messages.length > 0 ? 0 : empty + 1;
    for (const { MessageId: id = "", Body: body = "" } of messages) {
      const { KinesisBatchInfo: batch } = JSON.parse(body) as {
        KinesisBatchInfo: { batchSize: number };
      };
      found.set(id, batch.batchSize);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return found;
}

const failedRecords = async () => [...(await reports()).values()].reduce((sum, n) => sum + n, 0);

/** Puts records that the function fails on, and waits until all of them are reported. */
async function fail(count: number): Promise<string[]> {
  fs.rmSync(input.delivered, { force: true });
  const records = Array.from({ length: count }, () => {
    last += 1;
    return { key: `key-${last % KEYS}`, data: `${last}` };
  });
  await two.put(producer, stream, records);
  await two.until(async () => (await failedRecords()) === count, 60);
  return records.map(({ key, data }) => `${key} ${data}`);
}

async function run(changes: Partial<ProcessInput> = {}) {
  const script = path.join(__dirname, "redrive-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script]);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on("exit", (_, signal) => resolve(signal)),
  );
  child.stdin.end(JSON.stringify({ ...input, ...changes }));
  const [signal, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (signal === null && stdout === "") {
    throw new Error(stderr);
  }
  return {
    wasKilled: signal === "SIGKILL",
    summary: (stdout ? JSON.parse(stdout) : {}) as Partial<Summary>,
  };
}

const delivered = (): string[] =>
  fs.existsSync(input.delivered)
    ? fs.readFileSync(input.delivered, "utf8").split("\n").slice(0, -1)
    : [];

const byKey = (lines: readonly string[]): string[] =>
  [...lines].sort((a, b) => a.split(" ", 1)[0]!.localeCompare(b.split(" ", 1)[0]!));

describe("redrive", () => {
  it("brings 500 failed records of 4 shards back exactly and in order, although killed three times", async () => {
    const failed = await fail(500);
    const kills = [
      { point: "ReceiveMessage", at: 3 },
      { point: "invoke", at: 12 },
      { point: "DeleteMessage", at: 9 },
    ] as const;

    const counts: number[] = [];
    for (const kill of kills) {
      expect((await run({ kill })).wasKilled).toBe(true);
      counts.push(delivered().length);
    }
    const { summary } = await run();

    expect(counts[0]).toBe(0);
    expect(counts[1]).toBeGreaterThan(0);
    expect(counts[2]).toBeGreaterThan(counts[1]!);
    expect(counts[2]).toBeLessThan(500);
    expect(byKey(delivered())).toEqual(byKey(failed));
    expect(summary).toMatchObject({ sent: 500 - counts[2]!, rejected: [], undecided: [] });
    expect(summary.confirmedBefore).toBeGreaterThan(0);
    expect((await reports()).size).toBe(0);
    expect(fs.existsSync(input.journal)).toBe(false);
  });

  it("sends a batch twice only if it was killed before the answer, and names it", async () => {
    const failed = await fail(60);

    const killed = await run({ kill: { point: "invoked", at: 2 } });
    const { summary } = await run();

    expect(killed.wasKilled).toBe(true);
    const twice = delivered().filter((line, at, all) => all.indexOf(line) !== at);
    expect(twice).toHaveLength(summary.unanswered!.length);
    expect(twice.length).toBeGreaterThan(0);
    expect(byKey([...new Set(delivered())])).toEqual(byKey(failed));
  });

  it("leaves the records reported that the function still rejects, and sends only them next time", async () => {
    const failed = await fail(500);
    const rejects = [failed[7]!, failed[250]!, failed[499]!].map((line) => line.split(" ")[1]!);

    const { summary } = await run({ rejects });
    const left = await reports();

    const others = failed.filter((line) => !rejects.includes(line.split(" ")[1]!));
    expect(byKey(delivered())).toEqual(byKey(others));
    expect(summary.sent).toBe(497);
    expect(summary.rejected).toHaveLength(3);
    expect(left.size).toBe(3);

    const { summary: next } = await run();

    expect(next).toMatchObject({ reports: 3, sent: 3, rejected: [], deletedReports: 3 });
    expect(byKey(delivered())).toEqual(
      byKey([...others, ...failed.filter((l) => !others.includes(l))]),
    );
    expect((await reports()).size).toBe(0);
  });
});
