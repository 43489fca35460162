import { createHash } from "node:crypto";
import { Command } from "commander";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { unknown } from "../../pipeline/fact";
import { Output } from "../../cli/src/output";
import { COLUMNS, wrap } from "../../cli/src/wrap";
import type { Pipeline } from "../../cli/src/pipeline";
import { addOptions, redriveOptions, type CommandOptions } from "../../cli/src/redrive/options";
import { targetOf } from "../../cli/src/redrive/from-pipeline";
import { runRedrive } from "../../cli/src/redrive/run";
import {
  CONFIGURATION,
  CONSUMER,
  diagnosis,
  FUNCTION,
  gone,
  ROLE,
  STREAM,
  STREAM_ANSWERS,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";
import { kinesisEvent } from "../../pipeline/kinesis-event";
import { invocationRecord, record } from "./redrive-records";

const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const SHARD = "shardId-000000000000";

let state: string;
beforeEach(() => {
  state = fs.mkdtempSync(path.join(os.tmpdir(), "redrive-"));
  process.env.XDG_STATE_HOME = state;
});
afterEach(() => {
  delete process.env.XDG_STATE_HOME;
  fs.rmSync(state, { recursive: true });
});

const options = (...args: string[]): CommandOptions => {
  const command = new Command().exitOverride();
  addOptions(command.configureOutput({ writeErr: () => undefined }));
  return command.parse(args, { from: "user" }).opts();
};

describe("the options of a redrive", () => {
  it("are all passed on", () => {
    const given = options(
      ...["--dry-run", "--max", "2", "--partition-key", "a"],
      ...["--partition-key", "b", "--ignore-filters", "--delete-expired", "--max-rejected", "7"],
      ...["--concurrency", "8", "--rate", "0.5", "--drop", "7", "--drop", "8"],
    );

    expect(redriveOptions(given)).toEqual({
      dryRun: true,
      max: 2,
      drop: ["7", "8"],
      allInRange: undefined,
      partitionKeys: ["a", "b"],
      ignoreFilters: true,
      deleteExpired: true,
      maxRejected: 7,
      concurrency: 8,
      bytesPerSecond: 500_000,
    });
    expect(redriveOptions(options()).bytesPerSecond).toBe(1_000_000);
    expect(redriveOptions(options("--save", "files"))).toMatchObject({ saveDirectory: "files" });
    expect(redriveOptions(options("--all-in-range"))).toMatchObject({ allInRange: true });
  });

  it("end a time range now, unless they say when", () => {
    jest.useFakeTimers({ now: new Date("2026-01-02T00:00:00Z") });
    const from = new Date("2026-01-01T00:00:00Z");

    const open = redriveOptions(options("--from", "2026-01-01"));
    const closed = redriveOptions(options("--from", "2026-01-01", "--to", "2026-01-01T10:00:00Z"));

    jest.useRealTimers();
    expect(open.time).toEqual({ from, to: new Date("2026-01-02T00:00:00Z") });
    expect(closed.time).toEqual({ from, to: new Date("2026-01-01T10:00:00Z") });
  });

  it.each([
    [["--max", "0"], "It must be a whole number of 1 or more."],
    [["--max", "x1"], "It must be a whole number of 1 or more."],
    [["--max", "1x"], "It must be a whole number of 1 or more."],
    [["--max-rejected", "1.5"], "It must be a whole number of 1 or more."],
    [["--concurrency", "0"], "It must be a whole number of 1 or more."],
    [["--rate", "0"], "It must be a number of MB/s above 0 and up to 2, such as 0.5."],
    [["--rate", "2.1"], "It must be a number of MB/s above 0 and up to 2, such as 0.5."],
    [["--rate", "1x"], "It must be a number of MB/s above 0 and up to 2, such as 0.5."],
    [["--from", "soon"], "It must be a time such as 2026-11-26T10:00:00Z."],
    [["--to", "2026-01-01"], "'--to' requires '--from', got nothing"],
    [["--all-in-range", "--partition-key", "a"], "'--all-in-range' and '--partition-key' are"],
    [["--drop", "7x"], "It must be a sequence number, as --show prints it."],
    [["--drop", "7", "--save", "d"], "'--drop' and '--save' are mutually exclusive"],
    [["--drop", "7", "--show", "m"], "'--drop' and '--show' are mutually exclusive"],
    [["--from", "2026-01-01", "--max", "1"], "'--from' and '--max' are mutually exclusive"],
    [["--from", "2026-01-01", "--partition-key", "a"], "'--from' and '--partition-key' are"],
    [["--from", "2026-01-01", "--all-in-range"], "'--from' and '--all-in-range' are"],
    [
      ["--from", "2026-01-01", "--to", "2026-01-01"],
      "'--from' must be before '--to', got 2026-01-01T",
    ],
  ])("cannot be %j", (args, message) => {
    expect(() => redriveOptions(options(...args))).toThrow(message);
  });
});

const pipelineOf = async (changes: Answers = {}, Destination: string | undefined = QUEUE) =>
  (
    await diagnosis({
      "lambda:GetEventSourceMapping": () => ({
        ...CONFIGURATION,
        ...(Destination && { DestinationConfig: { OnFailure: { Destination } } }),
      }),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "http://sqs/failed" }),
      "sns:GetTopicAttributes": () => ({}),
      ...changes,
    })
  ).examination.pipeline;

describe("the target of a redrive", () => {
  const mapping = (more: object): Answers => ({
    "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...more }),
  });

  it("has AWS's defaults where the mapping names no others", async () => {
    const bare = mapping({ FunctionResponseTypes: undefined });

    expect(targetOf(await pipelineOf(bare))).toEqual({
      functionArn: FUNCTION,
      eventSourceArn: CONSUMER,
      streamArn: STREAM,
      roleArn: ROLE,
      batchSize: 100,
      parallelizationFactor: 1,
      filterPatterns: [],
      reportsBatchItemFailures: false,
    });
  });

  it("has the mapping's settings, and the version that is asked for", async () => {
    const settings = mapping({
      FunctionArn: `${FUNCTION}:live`,
      BatchSize: 7,
      ParallelizationFactor: 2,
      FilterCriteria: { Filters: [{ Pattern: "{}" }] },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    const pipeline = await pipelineOf(settings);

    expect(targetOf(pipeline)).toMatchObject({
      functionArn: `${FUNCTION}:live`,
      batchSize: 7,
      parallelizationFactor: 2,
      filterPatterns: ["{}"],
      reportsBatchItemFailures: true,
    });
    expect(targetOf(pipeline, "7").functionArn).toBe(`${FUNCTION}:7`);
  });

  it.each<[string, Answers, string]>([
    [
      "mapping",
      { "lambda:GetEventSourceMapping": gone("AccessDenied") },
      "the mapping's settings are not known: profile 222222222222 may not call lambda:GetEventSourceMapping",
    ],
    [
      "role, since the function is not known",
      { "lambda:GetFunctionConfiguration": gone("AccessDenied") },
      "the function's role, which every event names, is not known: profile 222222222222 may not call",
    ],
    [
      "role, since the function has none",
      { "lambda:GetFunctionConfiguration": () => ({ State: "Active" }) },
      "the function's role, which every event names, is not known: the function has none",
    ],
  ])("needs to know the %s", async (_, changes, message) => {
    const pipeline = await pipelineOf(changes);

    expect(() => targetOf(pipeline)).toThrow(message);
  });
});

/** Two records that failed, with their report in the queue. */
class World {
  readonly calls: string[] = [];
  readonly inputs: Record<string, unknown> = {};
  readonly messages = new Map([["m", JSON.stringify(invocationRecord({}, this.batch()))]]);
  private isReceived = false;

  batch() {
    const numbers = { startSequenceNumber: "1", endSequenceNumber: "2", batchSize: 2 };
    return { shardId: SHARD, ...numbers };
  }

  readonly answers: Answers = {
    "lambda:GetFunctionConcurrency": () => ({}),
    "kinesis:ListShards": () => ({ Shards: [{ ShardId: SHARD }] }),
    "kinesis:GetShardIterator": () => ({ ShardIterator: "i" }),
    "kinesis:GetRecords": () => ({
      Records: [1, 2].map((sequence) => ({
        SequenceNumber: String(sequence),
        PartitionKey: "k",
        Data: Buffer.from("{}"),
        ApproximateArrivalTimestamp: new Date("2026-01-01T00:00:00Z"),
      })),
    }),
    "sqs:GetQueueAttributes": () => ({}),
    "sqs:ReceiveMessage": () => {
      const isFirst = !this.isReceived;
      this.isReceived = true;
      return isFirst
        ? {
            Messages: [...this.messages].map(([MessageId, Body]) => ({
              ...{ MessageId, Body, ReceiptHandle: MessageId },
              // The SDK checks it.
              MD5OfBody: createHash("md5").update(Body).digest("hex"),
            })),
          }
        : {};
    },
    "sqs:DeleteMessage": ({ ReceiptHandle }: { ReceiptHandle: string }) => {
      this.messages.delete(ReceiptHandle);
      return {};
    },
    "sqs:ChangeMessageVisibilityBatch": () => ({}),
    "invoke:Invoke": () => ({}),
  };

  async run(
    given: readonly string[],
    {
      changes = {},
      destination = QUEUE,
      answer,
      isJson = false,
      prepare = (pipelines: Pipeline[]): Pipeline[] => pipelines,
      interruption,
    }: {
      changes?: Answers;
      destination?: string | undefined;
      answer?: string;
      isJson?: boolean;
      prepare?: (pipelines: Pipeline[]) => Pipeline[];
      interruption?: AbortSignal;
    } = {},
  ) {
    const all = { ...this.answers, ...changes };
    const recorded = Object.fromEntries(
      Object.entries(all).map(([call, reply]) => [
        call,
        (input: never) => {
          this.calls.push(call);
          this.inputs[call] = input;
          return reply(input);
        },
      ]),
    );
    const pipelines = prepare([await pipelineOf(recorded, destination)]);
    let [stdout, stderr] = ["", ""];
    const stdin = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
    stdin.end(answer);
    const exitCode = await runRedrive({
      options: options(...given),
      output: new Output(
        { write: (text: string) => (stdout += text) },
        { write: (text: string) => (stderr += text) },
        isJson,
      ),
      stdin,
      pipelines: () => Promise.resolve(pipelines),
      ...(interruption && { interruption: () => interruption }),
    } as Partial<Parameters<typeof runRedrive>[0]> as Parameters<typeof runRedrive>[0]);
    const long = `${stdout}${stderr}`.split("\n").filter((line) => line.length > COLUMNS);
    // JSON aside, only a word is longer.
    expect(isJson ? [] : long.filter((line) => line.trim().includes(" "))).toEqual([]);
    return { exitCode, stdout, stderr };
  }
}

const listed = (id: string) =>
  `reports, oldest first (--show REPORT prints the records of one):\n  ${id} 2 records, 2019-11-14T00:38:04.835Z\n`;
const PACE = "one invocation at a time (shards x parallelization factor, as the mapping)";
/** Lines as they are printed, in 80 columns. */
const lines = (...all: string[]) =>
  all.flatMap((line) => [...wrap(line, "", "  "), ""].join("\n")).join("");
const SENT = lines(`2 records confirmed by the function, ${PACE}`, "1 report deleted");
const ORDER = [
  ...wrap(
    "note: the function may have processed newer records of the same partition keys since; if it overwrites what they wrote, use --save and decide record by record",
    "",
  ),
  "",
].join("\n");

describe("the command redrive", () => {
  it("sends the records of the reports, deletes these and leaves no file behind", async () => {
    const world = new World();

    expect(await world.run(["--yes"])).toEqual({
      exitCode: 0,
      stdout: SENT,
      stderr: ORDER,
    });
    expect(world.messages.size).toBe(0);
    expect(world.inputs["invoke:Invoke"]).toMatchObject({ FunctionName: FUNCTION });
    expect(world.inputs["sqs:ReceiveMessage"]).toMatchObject({ QueueUrl: "http://sqs/failed" });
    expect(fs.readdirSync(path.join(state, "cross-account-kinesis"))).toEqual([]);
  });

  it.each([
    ["y\n", 0],
    [" YES \n", 0],
    ["n\n", 1],
    ["yesterday\n", 1],
    ["", 1],
  ])("asks first, and takes %j for an answer", async (answer, left) => {
    const world = new World();

    const { exitCode, stdout, stderr } = await world.run([], { answer });

    const outcome = left ? "nothing was sent, and the reports are still there\n" : SENT;
    expect(stdout).toBe(`1 report in queue failed, 2 records to redrive\n${PACE}\n${outcome}`);
    expect(stderr).toBe(`${ORDER}Redrive 2 records? [y/N] `);
    expect([exitCode, world.messages.size]).toEqual([left, left]);
  });

  it("takes an interruption for a no", async () => {
    const interruption = AbortSignal.abort();
    const world = new World();

    const { exitCode } = await world.run(["--yes"], { interruption });

    expect([exitCode, world.messages.size]).toEqual([1, 1]);
    expect(world.calls).not.toContain("invoke:Invoke");
  });

  it("shows what it would do with --dry-run", async () => {
    const world = new World();

    expect(await world.run(["--dry-run"])).toEqual({
      exitCode: 0,
      stdout: `1 report in queue failed, 2 records to redrive\n${PACE}\n${listed("m")}`,
      stderr: ORDER,
    });
    expect(world.calls).not.toContain("invoke:Invoke");
  });

  it("prints one report with --show, asks nothing and sends nothing", async () => {
    const world = new World();

    const changes = { "lambda:GetFunctionConcurrency": gone("AccessDenied") };
    const { exitCode, stdout, stderr } = await world.run(["--show", "m"], { changes });

    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^report m\n2 records of shardId-0{12}, Retry.*\n\nrecord 1 of 2\n/);
    expect(world.calls.filter((call) => /Invoke|Delete/.test(call))).toEqual([]);
    expect(world.inputs["sqs:ChangeMessageVisibilityBatch"]).toMatchObject({
      Entries: [{ ReceiptHandle: "m", VisibilityTimeout: 0 }],
    });
    expect(fs.readdirSync(path.join(state, "cross-account-kinesis"))).toEqual([]);
    await expect(new World().run(["--show", "n"])).rejects.toMatchObject({ exitCode: 1 });
  });

  it("ends like any command when --show is interrupted", async () => {
    const interruption = AbortSignal.abort(Object.assign(new Error("SIGINT"), { exitCode: 130 }));

    await expect(new World().run(["--show", "m"], { interruption })).rejects.toMatchObject({
      exitCode: 130,
    });
  });

  it("gives up what --drop names once that was confirmed, and only then", async () => {
    const [declined, world] = [new World(), new World()];

    const no = await declined.run(["--drop", "2"], { answer: "n\n" });
    const yes = await world.run(["--drop", "2"], { answer: "y\n" });
    const unknown = new World().run(["--yes", "--drop", "3"]);

    expect(no.stderr).toBe(`${ORDER}Redrive 2 records, except 1 to drop? [y/N] `);
    expect([no.exitCode, declined.messages.size]).toEqual([1, 1]);
    expect(yes.stdout).toContain(
      lines(
        "to be dropped on purpose, and not sent: record 2",
        `1 record confirmed by the function, ${PACE}`,
        `dropped on purpose, and not sent: record 2 of ${SHARD}`,
        "1 report deleted",
      ),
    );
    expect([yes.exitCode, world.messages.size]).toEqual([0, 0]);
    await expect(unknown).rejects.toMatchObject({ exitCode: 1 });
    const time = ["--from", "2025-12-31", "--to", "2026-01-02"];
    expect(await new World().run(["--yes", ...time, "--drop", "3"])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("not dropped: record 3, since") as string,
    });
  });

  it("prints its summary with --json", async () => {
    const { stdout } = await new World().run(["--yes"], { isJson: true });

    expect(JSON.parse(stdout)).toMatchObject({ reports: 1, sent: 2, deletedReports: 1 });
  });

  it("needs --yes where nobody can be asked", async () => {
    const message = "'--yes' must be given where nobody can be asked";

    await expect(new World().run([])).rejects.toThrow(message);
    await expect(new World().run([], { isJson: true, answer: "y\n" })).rejects.toThrow(message);
  });

  it("makes no more invocations at a time than are reserved for the function", async () => {
    const changes = (ReservedConcurrentExecutions: number): Answers => ({
      "lambda:GetFunctionConcurrency": () => ({ ReservedConcurrentExecutions }),
    });

    const { stdout } = await new World().run(["--yes", "--concurrency", "9"], {
      changes: changes(3),
    });
    const stopped = new World();

    expect(stdout).toBe(
      lines(
        "2 records confirmed by the function, up to 3 invocations at a time (the function's reserved concurrency)",
        "1 report deleted",
      ),
    );
    await expect(stopped.run(["--yes"], { changes: changes(0) })).rejects.toMatchObject({
      exitCode: 1,
      message:
        "0 executions are reserved for the function, so every invocation is throttled; reserve some, or remove the reservation with 'aws lambda delete-function-concurrency'",
    });
    expect(stopped.calls).not.toContain("sqs:ReceiveMessage");
    const dryRun = await stopped.run(["--dry-run"], { changes: changes(0) });
    expect(dryRun).toMatchObject({
      exitCode: 0,
      stdout:
        "1 report in queue failed, 2 records to redrive\nup to 0 invocations at a time (the function's reserved concurrency)\n" +
        listed("m"),
    });
  });

  it("must know how many invocations the function may have, or be told", async () => {
    const changes = { "lambda:GetFunctionConcurrency": gone("AccessDenied") };

    await expect(new World().run(["--yes"], { changes })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /^how many invocations .* may not call lambda:GetFunctionConcurrency; .*; say how many with --concurrency$/,
      ) as string,
    });
    const { stdout } = await new World().run(["--yes", "--concurrency", "2"], { changes });
    expect(stdout).toMatch(/up to 2 invocations at a time\s+\(--concurrency\)\n/);
    const saved = await new World().run(["--yes", "--save", path.join(state, "d")], { changes });
    expect(saved.exitCode).toBe(0);
  });

  it("is about one mapping", async () => {
    const none = new World().run(["--yes"], { prepare: () => [] });
    const two = new World().run(["--yes"], { prepare: ([one]) => [one!, one!] });

    await expect(none).rejects.toThrow("a redrive is about one mapping, got 1");
    await expect(two).rejects.toThrow(
      "a redrive is about one mapping, got 2; name one with --mapping: a-mapping, a-mapping",
    );
  });

  it("does not run twice at a time", async () => {
    const world = new World();
    let second: Promise<unknown> | undefined;
    const changes: Answers = {
      "sqs:GetQueueAttributes": () => {
        second ??= expect(new World().run(["--yes"])).rejects.toMatchObject({
          exitCode: 3,
          message: expect.stringContaining("another redrive of this queue is running") as string,
        });
        return {};
      },
    };

    await world.run(["--yes"], { changes });

    await second;
    // The one that the second run is refused, and the width of the first one's lines.
    expect.assertions(2);
  });

  it("reads with the credentials of the function's account if there are no others", async () => {
    const withoutStream = ([one]: Pipeline[]): Pipeline[] => {
      const { account } = one!.stream;
      return [
        { ...one!, stream: { ...one!.stream, account: { ...account, access: unknown("none") } } },
      ];
    };

    const changes = {
      "kinesis:DescribeStreamSummary": STREAM_ANSWERS["kinesis:DescribeStreamSummary"]!,
    };
    const { exitCode } = await new World().run(["--yes"], { prepare: withoutStream, changes });
    expect(exitCode).toBe(0);
  });

  it.each<[string, Answers, string]>([
    ["kinesis:GetRecords", { "kinesis:GetRecords": gone("AccessDenied") }, "111111111111"],
    ["sqs:DeleteMessage", { "sqs:DeleteMessage": gone("AccessDenied") }, "222222222222"],
  ])("names who may not call %s, and exits with 3", async (call, changes, account) => {
    await expect(new World().run(["--yes"], { changes })).rejects.toMatchObject({
      exitCode: 3,
      message: `profile ${account} may not call ${call}; --permissions prints the policy that it needs (AWS: not there); no report was deleted whose records are not confirmed`,
    });
  });

  it.each([
    [undefined, "the mapping has no on-failure destination; name a queue"],
    [
      "arn:aws:sns:eu-west-1:222222222222:failed",
      "the mapping reports to arn:aws:sns:eu-west-1:222222222222:failed, and a topic keeps nothing; name a queue",
    ],
  ])("needs a queue instead of %s, unless one is named", async (destination, message) => {
    const none = destination === undefined ? { prepare: withoutDestination } : { destination };

    await expect(new World().run(["--yes"], none)).rejects.toThrow(message);
    const world = new World();
    await world.run(["--yes", "--queue-url", "http://sqs/mine"], none);
    expect(world.inputs["sqs:ReceiveMessage"]).toMatchObject({ QueueUrl: "http://sqs/mine" });
  });

  it("reads the reports in a bucket", async () => {
    const body = JSON.stringify(invocationRecord({}, new World().batch()));
    const world = new World();
    const changes: Answers = {
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      "s3:ListObjectsV2": () => ({ Contents: [{ Key: "one", Size: 9 }] }),
      "s3:GetObject": () => ({ Body: { transformToString: () => Promise.resolve(body) } }),
      "s3:DeleteObject": () => ({}),
    };

    const { stdout } = await world.run(["--yes"], { changes, destination: "arn:aws:s3:::reports" });

    expect(stdout).toBe(SENT);
    expect(world.inputs["s3:ListObjectsV2"]).toMatchObject({
      Bucket: "reports",
      Prefix: "aws/lambda/a-mapping/",
    });
    expect(world.inputs["s3:DeleteObject"]).toEqual({ Bucket: "reports", Key: "one" });
  });

  it("sends the records that reports in a bucket hold, without reading the stream", async () => {
    const { Records } = kinesisEvent([record(2, "k", "b"), record(1, "k", "a")], SHARD, {
      eventSourceArn: CONSUMER,
      roleArn: ROLE,
    });
    const body = JSON.stringify(invocationRecord({ payload: { Records } }, new World().batch()));
    const changes: Answers = {
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      "s3:ListObjectsV2": () => ({ Contents: [{ Key: "one", Size: 9 }] }),
      "s3:GetObject": () => ({ Body: { transformToString: () => Promise.resolve(body) } }),
      "s3:DeleteObject": () => ({}),
    };
    const bucket = { changes, destination: "arn:aws:s3:::reports" };
    const world = new World();

    const survey = await new World().run(["--dry-run"], bucket);
    const { stdout } = await world.run([], { ...bucket, answer: "y\n" });

    const found = `1 report in bucket reports, 2 records to redrive\n${PACE}\n`;
    expect(survey.stdout).toBe(`${found}${listed("one")}`);
    expect(stdout).toBe(`${found}${SENT}`);
    const { Payload } = world.inputs["invoke:Invoke"] as { Payload: Buffer };
    const sent = JSON.parse(Payload.toString()) as { Records: { eventID: string }[] };
    expect(sent.Records.map(({ eventID }) => eventID)).toEqual([`${SHARD}:1`, `${SHARD}:2`]);
    expect(world.calls).not.toContain("kinesis:GetRecords");
  });

  it("leaves a report in a bucket that has changed meanwhile", async () => {
    const { Records } = kinesisEvent([record(1)], SHARD, {
      eventSourceArn: CONSUMER,
      roleArn: ROLE,
    });
    const bodies = [{ payload: { Records } }, { payload: { Records: [null] } }];
    const changes: Answers = {
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      "s3:ListObjectsV2": () => ({ Contents: [{ Key: "one", Size: 9 }] }),
      "s3:GetObject": () => {
        const body = JSON.stringify(invocationRecord(bodies.shift(), new World().batch()));
        return { Body: { transformToString: () => Promise.resolve(body) } };
      },
    };
    const world = new World();

    const { stdout, exitCode } = await world.run(["--yes"], {
      changes,
      destination: "arn:aws:s3:::reports",
    });

    expect([exitCode, world.calls.includes("invoke:Invoke")]).toEqual([1, false]);
    expect(stdout).toContain(
      "not used: report one: its 'payload' is not a Kinesis event; it is not deleted\n",
    );
  });

  it("redrives by time without a queue", async () => {
    const world = new World();

    const { stdout } = await world.run(["--yes", "--from", "2025-12-31", "--to", "2026-01-02"]);

    expect(stdout).toMatch(/^2 records confirmed by the function, /);
    expect(world.calls.filter((call) => /Receive|Delete/.test(call))).toEqual([]);
  });

  it("says which lines of its journal it cannot read", async () => {
    const before = fs.readdirSync(state);
    const directory = path.join(state, "cross-account-kinesis");
    const world = new World();
    // The first run fails while it works, so that its journal stays.
    const changes = { "sqs:DeleteMessage": gone("AccessDenied") };
    await expect(world.run(["--yes"], { changes })).rejects.toThrow();
    const [name] = fs.readdirSync(directory);
    fs.appendFileSync(path.join(directory, name!), "no JSON\n");

    const { stderr } = await new World().run(["--yes"]);

    expect(before).toEqual([]);
    expect(stderr.replaceAll("\n", " ")).toContain(
      `note: some lines of ${path.join(directory, name!)} cannot be read`,
    );
  });
});

const withoutDestination = ([one]: Pipeline[]): Pipeline[] => {
  const { destination: _queue, ...rest } = one!;
  return [rest];
};
