import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { kinesisEvent } from "../../pipeline/kinesis-event";
import { Output } from "../../cli/src/output";
import { Journal } from "../../cli/src/redrive/journal";
import type { RedriveOptions } from "../../cli/src/redrive/redrive";
import { ReportBucket } from "../../cli/src/redrive/report-bucket";
import { showReport } from "../../cli/src/redrive/show";
import { scratch } from "../terraform/harness";
import { aggregate, CONSUMER, invocationRecord, record } from "./redrive-records";
import { RedriveWorld, shardId } from "./redrive-world";

const SHARD = shardId(0);
const ARRIVAL = Date.parse("2026-01-01T00:00:00Z");

interface Shown {
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** Records that failed together, and their report; `show` prints it. */
function worldOf(...records: (string | Buffer)[]) {
  const journal = Journal.open(path.join(scratch(), "journal"));
  const world = new RedriveWorld(path.join(scratch(), "unused"));
  world.arrivalOf = () => ARRIVAL;
  records.forEach((data, at) => world.put(0, at === 0 ? null : `key-${at}`, data));
  world.report(0, 1, records.length);
  const show = async (id: string, options: RedriveOptions = {}, isJson = false) => {
    let stdout = "";
    const output = new Output(
      { write: (text: string) => (stdout += text) },
      process.stderr,
      isJson,
    );
    const tools = {
      ...world.tools(journal),
      pace: { sleep: () => Promise.resolve() },
      journal,
      output,
    };
    const isComplete = await showReport(id, world.target, options, tools);
    return { isComplete, stdout, json: isJson ? (JSON.parse(stdout) as Shown) : undefined };
  };
  return { world, journal, show };
}

describe("a report that is shown", () => {
  beforeEach(() => jest.useFakeTimers({ now: ARRIVAL + 90 * 60_000, doNotFake: ["nextTick"] }));
  afterEach(() => jest.useRealTimers());

  it("has its records in words, and is given back before the stream is read", async () => {
    const { world, journal, show } = worldOf('{"a":1}', "text");
    journal.write({ settled: { "0:1-2": ["2"] } });
    const heldWhileReading: number[] = [];
    world.beforeRead = () => heldWhileReading.push(world.held.length);

    const { isComplete, stdout } = await show("0:1-2");

    expect(stdout.split("\n")).toEqual([
      "report 0:1-2",
      `2 records of ${SHARD}, RetryAttemptsExhausted`,
      "",
      "record 1 of 2",
      "  sequence number  1",
      `  shard            ${SHARD}`,
      "  partition key    null",
      "  arrived          2026-01-01T00:00:00.000Z, 1.5 h ago",
      "  size             7 bytes",
      "  data             JSON",
      "{",
      '  "a": 1',
      "}",
      "",
      "record 2 of 2",
      "  sequence number  2",
      `  shard            ${SHARD}`,
      '  partition key    "key-1"',
      "  arrived          2026-01-01T00:00:00.000Z, 1.5 h ago",
      "  size             4 bytes",
      "  confirmed        by the function, to an earlier redrive",
      "  data             text",
      "text",
      "",
    ]);
    expect(isComplete).toBe(true);
    expect(new Set(heldWhileReading)).toEqual(new Set([0]));
    expect([world.delivered, world.messages.size]).toEqual([[], 1]);
  });

  it("has the records inside of an aggregate, some of many", async () => {
    const many = Array.from({ length: 102 }, (_, at) => [`k${at}`, `${at}`] as const);
    const { show } = worldOf(aggregate([["a", gzipSync("inside")]]), aggregate(many));

    const { stdout } = await show("0:1-2");

    expect(stdout).toContain(
      [
        "  data             1 record aggregated by the KPL",
        '  partition key "a"',
        "  data             text, gzip of 6 bytes",
        "inside",
        "",
      ].join("\n"),
    );
    expect(stdout).toContain("102 records aggregated by the KPL\n");
    expect(stdout.match(/partition key "k/g)).toHaveLength(100);
    expect(stdout.endsWith("99\n  and 2 more\n")).toBe(true);
  });

  it("is bounded, whatever its records hold, and says how to get all", async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const { show } = worldOf(Buffer.alloc(10_000_000, "x"), bomb);

    const { stdout } = await show("0:1-2");

    expect(stdout).toContain("x\n  and more; --save DIR writes whole records\n");
    expect(stdout).toContain("hex, gzip of more than 4194304 bytes, not unpacked\n");
    expect(stdout.length).toBeLessThan(40_000);
  });

  it("is the same with --json", async () => {
    const { show } = worldOf('{"a":1}', aggregate([["a", "x"]]));

    const { json } = await show("0:1-2", {}, true);

    expect(json).toEqual({
      report: "0:1-2",
      shardId: SHARD,
      batchSize: 2,
      condition: "RetryAttemptsExhausted",
      isComplete: true,
      records: [
        {
          shardId: SHARD,
          sequenceNumber: "1",
          partitionKey: null,
          arrival: "2026-01-01T00:00:00.000Z",
          bytes: 7,
          isConfirmed: false,
          data: { format: "JSON", content: '{\n  "a": 1\n}', isCut: false },
        },
        expect.objectContaining({
          userRecordCount: 1,
          userRecords: [
            { partitionKey: "a", data: { format: "text", content: "x", isCut: false } },
          ],
        }),
      ],
    });
  });

  it("has the records that may have failed where it is not known which", async () => {
    const { world, show } = worldOf("1", "2", "3");
    world.report(0, 1, 3, 2);

    const { isComplete, stdout } = await show("0:1-3");
    const chosen = await show("0:1-3", { partitionKeys: ["key-1"] });

    expect(isComplete).toBe(false);
    expect(stdout).toContain(
      "which of the records in its range they were is not known; these may be them:\n\nrecord 1 of 3\n",
    );
    expect(chosen.stdout).toContain("record 1 of 1\n  sequence number  2\n");
  });

  it("says how many of its records have expired", async () => {
    const { world, show } = worldOf("1", "2", "3");
    world.horizon = 3;

    const { isComplete, stdout } = await show("0:1-3");

    expect(isComplete).toBe(false);
    expect(stdout).toContain("2 records of them expired, and cannot be read any more\n");
    expect(stdout).toContain("record 1 of 1\n  sequence number  3\n");
  });

  it("comes from a bucket as well, which is not listed for it", async () => {
    const { world, show } = worldOf("1");
    const { Records } = kinesisEvent([record(7, "k", "from S3")], SHARD, {
      eventSourceArn: CONSUMER,
      roleArn: undefined,
    });
    const body = JSON.stringify(invocationRecord({ payload: { Records } }));
    const send = jest.fn(() =>
      Promise.resolve({ Body: { transformToString: () => Promise.resolve(body) } }),
    );
    world.source = new ReportBucket({ send } as never, "reports", "u");
    world.isStreamDeleted = true;

    const { stdout } = await show("aws/lambda/u/one");

    expect(stdout).toContain("text\nfrom S3\n");
    expect(send).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (world: RedriveWorld) => void, string]>([
    ["is not there", () => undefined, "it is not in queue failed"],
    ["is no report", (world) => world.message("m", "hello"), "it is not a JSON object"],
    [
      "is of another function",
      (world) =>
        world.message(
          "m",
          JSON.stringify(
            invocationRecord({
              requestContext: {
                functionArn: "arn:aws:lambda:eu-west-1:222222222222:function:other",
              },
            }),
          ),
        ),
      "it is a report of arn:aws:lambda:eu-west-1:222222222222:function:other",
    ],
    [
      "names what Kinesis refuses to read",
      (world) => {
        world.message("m", world.messages.get("0:1-1")!.body);
        world.refusedStart = "1";
      },
      "Kinesis refuses to read what it names",
    ],
  ])("cannot be shown if it %s, and the reason is told", async (_, prepare, why) => {
    const { world, show } = worldOf("1");
    prepare(world);

    await expect(show("m")).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        new RegExp(`^report m cannot be shown: ${why}.*; --dry-run lists the oldest reports$`),
      ) as string,
    });
    expect(world.held).toEqual([]);
  });
});
