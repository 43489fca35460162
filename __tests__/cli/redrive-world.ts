import { Journal } from "../../cli/src/redrive/journal";
import { Pauses } from "../../cli/src/redrive/pauses";
import { redrive, type RedriveOptions, type RedriveTools } from "../../cli/src/redrive/redrive";
import type { ReportSource } from "../../cli/src/redrive/report-source";
import { ReportQueue } from "../../cli/src/redrive/report-queue";
import type { Target } from "../../cli/src/redrive/sender";
import { CONSUMER, FUNCTION, invocationRecord, STREAM } from "./redrive-records";

interface Stored {
  readonly sequence: number;
  readonly key: string | null;
  readonly data: string | Buffer;
}

/** A run, which ends as a killed process does once it has come to a point so often. */
interface Run {
  readonly point?: string;
  left: number;
  readonly die: () => void;
}

interface Command {
  readonly input: Record<string, unknown>;
}

export const shardId = (shard: number): string => `shardId-00000000000${shard}`;

const error = (name: string) => Object.assign(new Error(name), { name });

/** A stream, a queue and a function in memory, which answer as AWS documents. */
export class RedriveWorld {
  readonly shards: Stored[][];
  readonly messages = new Map<string, { body: string; isHeld: boolean }>();
  /** What the function has processed, as `key data`. */
  readonly delivered: string[] = [];
  readonly invocations: number[] = [];
  rejects: readonly string[] = [];
  /** Records before this sequence number have expired. */
  horizon = 0;
  /** When a record arrived, in milliseconds since the epoch. */
  arrivalOf = (sequence: number): number => sequence * 1000;
  beforeInvocation = (): void => undefined;
  beforeRead = (): void => undefined;
  /** Instead of the queue. */
  source?: ReportSource;
  streamCreated = new Date(0);
  isStreamDeleted = false;
  deniedCall = "";
  /** Start of a range that Kinesis refuses to read. */
  refusedStart = "";
  /** Parents of shards, by the shard's ID. */
  parents: Readonly<Record<string, string>> = {};
  /** How many messages another reader receives before the first of this run. */
  receivedByOthers = 0;
  /** What becomes of the next invocations, once each; then they are answered. */
  readonly invocationFaults: ("lost" | "refused")[] = [];
  target: Target = {
    functionArn: FUNCTION,
    eventSourceArn: CONSUMER,
    streamArn: STREAM,
    roleArn: "arn:aws:iam::222222222222:role/analytics",
    batchSize: 10,
    parallelizationFactor: 1,
    filterPatterns: [],
    reportsBatchItemFailures: true,
  };

  constructor(
    private readonly journal: string,
    shards = 1,
  ) {
    this.shards = Array.from({ length: shards }, () => []);
  }

  put(shard: number, key: string | null, data: string | Buffer): number {
    const records = this.shards[shard]!;
    const sequence = (records.at(-1)?.sequence ?? 0) + 1;
    records.push({ sequence, key, data });
    return sequence;
  }

  report(
    shard: number,
    start: number,
    end: number,
    batchSize = end - start + 1,
    changes = {},
    batchChanges = {},
  ) {
    const batch = {
      shardId: shardId(shard),
      startSequenceNumber: String(start),
      endSequenceNumber: String(end),
      batchSize,
      ...batchChanges,
    };
    const body = JSON.stringify(invocationRecord(changes, batch));
    this.message(`${shard}:${start}-${end}`, body);
  }

  message(id: string, body: string): void {
    this.messages.set(id, { body, isHeld: false });
  }

  /** The clients of a run. */
  tools(journal: Journal, run: Run = { left: Infinity, die: () => undefined }) {
    const aws = { send: (command: Command) => this.answer(run, command) } as never;
    const url = "https://sqs.eu-west-1.amazonaws.com/222222222222/failed";
    return { kinesis: aws, source: this.source ?? new ReportQueue(aws, url, journal) };
  }

  /** Runs a redrive; with `kill`, up to that point, as a process that is killed there. */
  async run(
    options: RedriveOptions = {},
    kill?: { point: string; at: number },
    more: Partial<RedriveTools> = {},
  ) {
    const journal = Journal.open(this.journal);
    let die = (): void => undefined;
    const killed = new Promise<undefined>((resolve) => (die = () => resolve(undefined)));
    const run: Run = { ...(kill && { point: kill.point }), left: kill?.at ?? Infinity, die };
    const tools: RedriveTools = {
      ...this.tools(journal, run),
      journal,
      invoke: ({ Records: records }) =>
        this.invoke(
          run,
          records.map(({ kinesis }) => kinesis),
        ),
      pauses: new Pauses(undefined, () => Promise.resolve()),
      ...more,
    };
    const summary = await Promise.race([redrive(this.target, options, tools), killed]);
    if (summary) {
      journal.close();
    }
    return summary;
  }

  /** Nothing that is called after the kill returns, as in a process that has ended. */
  private async pass(run: Run, point: string): Promise<void> {
    run.left -= run.point === point ? 1 : 0;
    if (run.left <= 0) {
      run.die();
      await new Promise(() => undefined);
    }
  }

  private async invoke(
    run: Run,
    records: readonly { partitionKey: string | null; sequenceNumber: string; data: string }[],
  ) {
    await this.pass(run, "invoke");
    this.beforeInvocation();
    const fault = this.invocationFaults.shift();
    if (fault === "refused") {
      throw error("TooManyRequestsException");
    }
    this.invocations.push(records.length);
    for (const { partitionKey, sequenceNumber, data } of records) {
      const text = Buffer.from(data, "base64").toString();
      if (this.rejects.includes(text)) {
        return { result: { batchItemFailures: [{ itemIdentifier: sequenceNumber }] } };
      }
      this.delivered.push(`${partitionKey} ${text}`);
    }
    await this.pass(run, "invoked");
    if (fault === "lost") {
      return { lost: "socket hang up" };
    }
    return { result: { batchItemFailures: [] } };
  }

  private async answer(run: Run, command: Command): Promise<unknown> {
    const name = command.constructor.name.replace("Command", "");
    await this.pass(run, name);
    if (name === this.deniedCall) {
      throw error("AccessDeniedException");
    }
    const { input } = command;
    const handlers: Record<string, () => unknown> = {
      DescribeStreamSummary: () => this.describe(),
      ListShards: () => ({
        Shards: this.shards.map((_, shard) => ({
          ShardId: shardId(shard),
          ParentShardId: this.parents[shardId(shard)],
        })),
      }),
      GetShardIterator: () => {
        const { ShardId, StartingSequenceNumber: from = "0" } = input;
        if (from === this.refusedStart) {
          throw error("ValidationException");
        }
        const isAfter = input.ShardIteratorType === "AFTER_SEQUENCE_NUMBER";
        return { ShardIterator: `${String(ShardId)} ${Number(from) + Number(isAfter)}` };
      },
      GetRecords: () => this.records(String(input.ShardIterator)),
      GetQueueAttributes: () => ({
        Attributes: { ApproximateNumberOfMessagesNotVisible: String(this.held.length) },
      }),
      ReceiveMessage: () => this.receive(),
      DeleteMessage: () => this.messages.delete(String(input.ReceiptHandle)),
      ChangeMessageVisibilityBatch: () => {
        const entries = input.Entries as { ReceiptHandle: string; VisibilityTimeout: number }[];
        for (const { ReceiptHandle: id, VisibilityTimeout: seconds } of entries) {
          const message = this.messages.get(id);
          if (message) {
            message.isHeld = seconds > 0;
          }
        }
        return {};
      },
    };
    const answered = handlers[name]?.();
    await this.pass(run, `${name} done`);
    return answered;
  }

  private describe() {
    if (this.isStreamDeleted) {
      throw error("ResourceNotFoundException");
    }
    const summary = { StreamCreationTimestamp: this.streamCreated, RetentionPeriodHours: 24 };
    return { StreamDescriptionSummary: summary };
  }

  private records(iterator: string) {
    this.beforeRead();
    const [id, from] = iterator.split(" ") as [string, string];
    const shard = this.shards.find((_, index) => shardId(index) === id) ?? [];
    // Sequence numbers count from 1.
    const first = Math.max(Number(from), this.horizon, 1) - 1;
    const page = shard.slice(first, first + 25);
    const next = (page.at(-1)?.sequence ?? Number(from)) + 1;
    return {
      Records: page.map(({ sequence, key, data }) => ({
        SequenceNumber: String(sequence),
        ...(key !== null && { PartitionKey: key }),
        Data: typeof data === "string" ? Buffer.from(data) : data,
        ApproximateArrivalTimestamp: new Date(this.arrivalOf(sequence)),
      })),
      NextShardIterator: `${id} ${next}`,
      MillisBehindLatest: page.length === 0 || page.at(-1) === shard.at(-1) ? 0 : 1,
    };
  }

  get held() {
    return [...this.messages.values()].filter(({ isHeld }) => isHeld);
  }

  private receive() {
    for (const message of [...this.messages.values()].slice(0, this.receivedByOthers)) {
      message.isHeld = true;
    }
    this.receivedByOthers = 0;
    const visible = [...this.messages].filter(([, { isHeld }]) => !isHeld).reverse();
    return {
      Messages: visible.slice(0, 10).map(([id, message]) => {
        message.isHeld = true;
        return { MessageId: id, ReceiptHandle: id, Body: message.body };
      }),
    };
  }
}
