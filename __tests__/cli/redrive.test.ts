import * as fs from "node:fs";
import * as path from "node:path";
import {
  describeFindings,
  describeOutcome,
  describeWarnings,
} from "../../cli/src/redrive/sentences";
import { scratch } from "../terraform/harness";
import { aggregate, invocationRecord } from "./redrive-records";
import { RedriveWorld, shardId } from "./redrive-world";

const journalIn = () => path.join(scratch(), "journal");

/** Failed records over the shards, 40 keys, in reports of 10. */
function failed(world: RedriveWorld, count: number): string[] {
  const lines = Array.from({ length: count }, (_, at) => {
    const key = at % 40;
    world.put(key % world.shards.length, `key-${key}`, String(at));
    return `key-${key} ${at}`;
  });
  world.shards.forEach((records, shard) => {
    for (let at = 0; at < records.length; at += 10) {
      world.report(shard, at + 1, Math.min(at + 10, records.length));
    }
  });
  return lines;
}

const byKey = (lines: readonly string[]): string[] =>
  [...lines].sort((a, b) => a.split(" ", 1)[0]!.localeCompare(b.split(" ", 1)[0]!));

function withRecords(keys: string): RedriveWorld {
  const world = new RedriveWorld(journalIn());
  Array.from(keys).forEach((key, at) => world.put(0, key, String(at + 1)));
  return world;
}

describe("redrive", () => {
  it("brings 500 records of 4 shards back in order per key, although killed three times", async () => {
    const journal = journalIn();
    const world = new RedriveWorld(journal, 4);
    const lines = failed(world, 500);
    const counts: number[] = [];
    for (const kill of [
      { point: "ReceiveMessage", at: 3 },
      { point: "invoke", at: 12 },
      { point: "DeleteMessage", at: 9 },
    ]) {
      expect(await world.run({}, kill)).toBeUndefined();
      counts.push(world.delivered.length);
    }

    const summary = await world.run();

    expect(counts).toEqual([0, 110, 230]);
    // Each kill leaves one batch of every other shard without an answer, at most.
    expect(world.delivered.length - 500).toBeLessThanOrEqual(30);
    expect(byKey([...new Set(world.delivered)])).toEqual(byKey(lines));
    expect(summary).toMatchObject({ sent: 300, confirmedBefore: 40, rejected: [], undecided: [] });
    expect(world.messages.size).toBe(0);
    expect(fs.existsSync(journal)).toBe(false);
  });

  it("sends a batch twice only if it was killed before the answer, and names it", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);

    await world.run({}, { point: "invoked", at: 2 });
    const summary = await world.run();

    const twice = world.delivered.filter((line, at, all) => all.indexOf(line) !== at);
    expect(twice).toHaveLength(10);
    expect(summary?.unanswered).toEqual(Array.from({ length: 10 }, (_, at) => String(at + 11)));
  });

  it.each([
    ["invoke", 4, 30, 40],
    ["invoked", 1, 40, 40],
    ["invoked", 6, 15, 15],
    ["DeleteMessage", 3, 0, 0],
  ])(
    "names all batches of all shards that a kill at %s %i leaves without an answer",
    async (...kill) => {
      const [point, at, twice, announced] = kill;
      const world = new RedriveWorld(journalIn(), 4);
      world.shards.forEach((_, shard) => {
        Array.from({ length: 15 }, (_, sequence) => world.put(shard, `${shard}`, `${sequence}`));
        world.report(shard, 1, 10);
        world.report(shard, 11, 15);
      });
      await world.run({}, { point, at });

      const summary = await world.run();

      expect(summary?.unanswered).toHaveLength(announced);
      expect(world.delivered).toHaveLength(60 + twice);
      expect(new Set(world.delivered).size).toBe(60);
    },
  );

  it("leaves reported what the function still rejects, and sends only that next time", async () => {
    const world = new RedriveWorld(journalIn(), 4);
    const lines = failed(world, 500);
    world.rejects = ["7", "250", "499"];

    const summary = await world.run();

    expect(summary).toMatchObject({ sent: 497, rejected: [{}, {}, {}] });
    expect(world.messages.size).toBe(3);
    expect(world.held).toEqual([]);
    world.rejects = [];
    expect(await world.run()).toMatchObject({ sent: 3, confirmedBefore: 22, deletedReports: 3 });
    expect([...world.delivered].sort()).toEqual([...lines].sort());
    expect(world.messages.size).toBe(0);
  });

  it("stops when the function rejects too much", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 100);
    world.rejects = Array.from({ length: 100 }, (_, at) => String(at));

    const summary = await world.run({ maxRejected: 5 });

    expect(summary?.rejected).toHaveLength(5);
    expect(summary?.stopped).toContain("the function rejected 5 records");
    expect(world.messages.size).toBe(10);
  });

  it("sends and deletes nothing with --dry-run, and gives the reports back", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);

    const summary = await world.run({ dryRun: true });

    expect(summary).toMatchObject({ reports: 3, records: 30, sent: 0 });
    expect([world.delivered, world.held, world.messages.size]).toEqual([[], [], 3]);
  });

  it("writes events to files with --save, and deletes nothing", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 20);
    const directory = path.join(scratch(), "saved");

    const summary = await world.run({ saveDirectory: directory });

    expect(summary).toMatchObject({ saved: 20, sent: 0 });
    expect([world.delivered, world.messages.size]).toEqual([[], 2]);
    const [first] = fs.readdirSync(directory).sort();
    const event = JSON.parse(fs.readFileSync(path.join(directory, first!), "utf8")) as {
      Records: { eventID: string }[];
    };
    expect(event.Records.map(({ eventID }) => eventID)).toContain("shardId-000000000000:1");
    expect(event.Records).toHaveLength(10);
  });

  it("takes the oldest reports with --max, whatever the order of the queue", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);

    const summary = await world.run({ max: 1 });

    expect(summary).toMatchObject({ leftByMax: 2, sent: 10, deletedReports: 1 });
    expect(world.delivered[0]).toBe("key-0 0");
  });

  it("says what more is in a range, and sends what the caller chooses", async () => {
    const world = withRecords("abca");
    world.report(0, 1, 4, 2);

    const undecided = await world.run();
    expect(world.delivered).toEqual([]);
    expect(describeOutcome(undecided!).join("\n")).toContain(
      'its batch had 2 records, and its range holds 4 that pass the filters, with the partition keys "a" (2), "b" (1), "c" (1); choose with --partition-key, or take them all with --all-in-range',
    );

    await world.run({ partitionKeys: ["a"] });
    expect(world.delivered).toEqual(["a 1", "a 4"]);
    expect(world.messages.size).toBe(0);
  });

  it("warns once of aggregated records, in which filters and keys cannot choose", async () => {
    const world = new RedriveWorld(journalIn());
    const filterPatterns = [JSON.stringify({ data: { isOdd: [true] } })];
    world.target = { ...world.target, filterPatterns };
    world.put(0, "a", JSON.stringify({ isOdd: true }));
    world.put(0, "a", aggregate([["a", "x"]]));
    world.put(0, "b", aggregate([["a", "x"]]).subarray(0, -1));
    world.report(0, 1, 3, 1);

    const byReport = (await world.run({ dryRun: true }))!;
    const byTime = (await world.run({ time: { from: new Date(0), to: new Date(9000) } }))!;

    expect([byReport.aggregated, byTime.aggregated]).toEqual([1, 1]);
    expect(describeWarnings({ ...byReport, records: 0 })).toEqual([
      "1 of the records read holds several user records that the Kinesis Producer Library aggregated; the function gets them as they are, as it does from the mapping, but the mapping's filters and --partition-key cannot choose among the records inside",
    ]);
    expect(describeWarnings({ ...byReport, records: 0, aggregated: 0 })).toEqual([]);
  });

  it("tells a first record that the filters of today keep out from one that has expired", async () => {
    const world = new RedriveWorld(journalIn());
    world.target = { ...world.target, filterPatterns: ['{"data":{"n":[2]}}'] };
    [1, 1, 2, 1, 2].forEach((n) => world.put(0, "k", JSON.stringify({ n })));
    world.report(0, 2, 3, 2);
    world.report(0, 3, 5, 3);

    expect(await world.run()).toMatchObject({
      expired: [],
      undecided: [
        { report: "0:2-3", why: "fewer", candidates: 1 },
        { report: "0:3-5", why: "fewer", candidates: 2 },
      ],
    });
  });

  it("says exactly what has expired, and keeps the report unless told otherwise", async () => {
    const world = withRecords("aaaaa");
    world.report(0, 1, 5);
    world.horizon = 3;

    const summary = await world.run();

    expect(world.delivered).toEqual(["a 3", "a 4", "a 5"]);
    expect(world.messages.size).toBe(1);
    expect(describeOutcome(summary!).join("\n")).toContain(
      "2 records of shardId-000000000000, no longer available: from sequence number 1 to before 3",
    );
    await world.run({ deleteExpired: true });
    expect(world.delivered).toHaveLength(3);
    expect(world.messages.size).toBe(0);
  });

  it("keeps a report of which it is not known what has expired, even with --delete-expired", async () => {
    const world = withRecords("ababa");
    world.target = { ...world.target, parallelizationFactor: 2 };
    world.report(0, 1, 5, 4);
    world.horizon = 3;

    const summary = await world.run({ deleteExpired: true });

    expect(summary).toMatchObject({
      expired: [{ report: "0:1-5", count: 1, isMinimum: true }],
      undecided: [{ report: "0:1-5", why: "expired", candidates: 3 }],
      deletedReports: 0,
    });
    expect([...world.messages.keys()]).toEqual(["0:1-5"]);
  });

  it("sends the records of a parent shard before those of its children, whatever their IDs", async () => {
    const world = new RedriveWorld(journalIn(), 3);
    world.parents = { [shardId(0)]: shardId(2), [shardId(2)]: shardId(1) };
    [0, 1, 2].forEach((shard) => {
      world.put(shard, "k", `of shard ${shard}`);
      world.report(shard, 1, 1);
    });

    await world.run();

    expect(world.delivered).toEqual(["k of shard 1", "k of shard 2", "k of shard 0"]);
  });

  it.each([
    ["text", (world: RedriveWorld) => world.message("x", "hello"), /not a JSON object/],
    [
      "another schema version",
      (world: RedriveWorld) => world.report(0, 1, 1, 1, { version: "2.0" }),
      /schema version "2.0"/,
    ],
    [
      "another function",
      (world: RedriveWorld) => {
        const functionArn = "arn:aws:lambda:eu-west-1:222222222222:function:other";
        world.report(0, 1, 1, 1, { requestContext: { functionArn, condition: "x" } });
      },
      /it is a report of .*function:other/,
    ],
    [
      "a deleted stream",
      (world: RedriveWorld) => {
        world.report(0, 1, 1);
        world.isStreamDeleted = true;
      },
      /no longer exists: its records are lost/,
    ],
    [
      "a stream that was created again",
      (world: RedriveWorld) => {
        world.report(0, 1, 1);
        world.streamCreated = new Date();
      },
      /was deleted, and created again at/,
    ],
  ])("does not use or delete a report of %s", async (_, prepare, why) => {
    const world = withRecords("a");
    prepare(world);

    const summary = await world.run();

    expect(describeFindings(summary!).join("\n")).toMatch(why);
    expect([world.delivered, world.messages.size, world.held]).toEqual([[], 1, []]);
  });

  it("goes on with all other reports when one cannot be read, and names it", async () => {
    const world = withRecords("aaaa");
    world.report(0, 1, 2);
    world.report(0, 3, 4);
    world.message("forged", JSON.stringify(invocationRecord({ payload: { Records: [null] } })));
    world.message("path", JSON.stringify(invocationRecord({}, { shardId: "../x" })));

    const summary = (await world.run())!;

    expect(world.delivered).toEqual(["a 1", "a 2", "a 3", "a 4"]);
    expect([...world.messages.keys()].sort()).toEqual(["forged", "path"]);
    expect(describeOutcome(summary).filter((line) => line.startsWith("not used"))).toEqual([
      "not used: report forged: it has a 'payload', which Lambda writes to S3 only; it is not deleted",
      "not used: report path: its 'shardId' is missing or malformed; it is not deleted",
    ]);
  });

  it("leaves a report whose range Kinesis refuses to read, and redrives those that overlap with it", async () => {
    const world = withRecords("aaaa");
    world.refusedStart = "1";
    world.report(0, 1, 3);
    world.report(0, 2, 4);

    const summary = (await world.run())!;

    expect(world.delivered).toEqual(["a 2", "a 3", "a 4"]);
    expect(summary.unusable).toEqual([
      {
        id: "0:1-3",
        why: "Kinesis refuses to read what it names (ValidationException: ValidationException)",
      },
    ]);
    expect([...world.messages.keys()]).toEqual(["0:1-3"]);
  });

  it("stops when an answer is lost, says which records that concerns, and sends none of them again by itself", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);
    world.invocationFaults.push("lost");

    const first = (await world.run())!;

    expect(world.invocations).toEqual([10]);
    expect(describeOutcome(first)).toEqual([
      "0 records confirmed by the function, one invocation at a time (shards x parallelization factor, as the mapping)",
      "0 reports deleted",
      "perhaps processed: 10 records of shardId-000000000000, sequence number 1 to 10: the answer to lambda:InvokeFunction was lost (socket hang up); they stay reported, and the next run sends them again, so the function may process them twice",
      "stopped before the end: the answer to lambda:InvokeFunction was lost",
    ]);

    const second = (await world.run())!;

    expect(second.unanswered).toHaveLength(10);
    expect(describeOutcome(second)).toContain(
      "the last run ended before the function answered for 10 records, which may be processed twice: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    );
    expect(world.delivered).toHaveLength(40);
    expect(world.messages.size).toBe(0);
  });

  it("warns of nothing after an invocation that certainly did not reach the function", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);
    world.invocationFaults.push("refused");

    await expect(world.run()).rejects.toThrow("TooManyRequestsException");
    const summary = (await world.run())!;

    expect(summary).toMatchObject({ unanswered: [], sent: 30 });
    expect(world.delivered).toHaveLength(30);
  });

  it("says what it did not write over with --save, and writes the rest", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 20);
    const saveDirectory = scratch();
    const file = path.join(saveDirectory, "shardId-000000000000-1-10.json");
    fs.writeFileSync(file, "mine");

    const summary = (await world.run({ saveDirectory }))!;

    expect(describeOutcome(summary)).toEqual([
      `10 records written to files in ${saveDirectory}; the reports are still there`,
      `not written: 10 records of shardId-000000000000: ${file} is there already, and is not overwritten; name another directory`,
    ]);
    expect(fs.readFileSync(file, "utf8")).toBe("mine");
  });

  it("keeps what a function says of its error on one line", async () => {
    const world = new RedriveWorld(journalIn());
    const rejected = [
      {
        shardId: "shardId-000000000000",
        sequenceNumber: "1",
        partitionKey: "a",
        why: "no\n9 records confirmed",
      },
    ];

    const lines = describeOutcome({ ...(await world.run())!, rejected });

    expect(lines).toContainEqual(expect.stringMatching(/: no 9 records confirmed$/));
  });

  it("surveys a time without sending, and needs the stream for it", async () => {
    const world = withRecords("aab");
    const time = { from: new Date(0), to: new Date(2500) };

    const summary = await world.run({ time, dryRun: true });

    expect(summary).toMatchObject({ records: 2, sent: 0 });
    expect(world.delivered).toEqual([]);
    world.isStreamDeleted = true;
    await expect(world.run({ time })).rejects.toThrow(
      /stream\/clicks does not exist: its records are lost/,
    );
  });

  it.each([
    ["older than the retention", 30, 100, true],
    ["within the retention", 23, 100, false],
    ["older than the stream, which is young", 30, 1, false],
  ])("says that records have expired if the time is %s", async (_, from, created, isExpired) => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const world = withRecords("a");
    world.streamCreated = hoursAgo(created);

    const summary = await world.run({ time: { from: hoursAgo(from), to: hoursAgo(0) } });

    const before = Date.parse(summary?.expiredBefore ?? "");
    expect(Math.round((Date.now() - before) / 3_600_000)).toBe(isExpired ? 24 : NaN);
  });

  it("takes records until the end of a time, and not those at its end", async () => {
    const world = withRecords("abc");

    await world.run({ time: { from: new Date(0), to: new Date(2000) } });

    expect(world.delivered).toEqual(["a 1"]);
  });

  it("does not use reports of records in another stream", async () => {
    const world = withRecords("a");
    const other = "arn:aws:kinesis:eu-west-1:111111111111:stream/other";
    world.report(0, 1, 1);
    world.target = { ...world.target, streamArn: other };

    expect((await world.run())?.unusable).toEqual([
      {
        id: "0:1-1",
        why: `its records are in arn:aws:kinesis:eu-west-1:111111111111:stream/clicks, and the mapping reads ${other}; redrive it with the mapping of that stream`,
      },
    ]);
  });

  it("sends a record once that two reports name, and deletes both", async () => {
    const world = withRecords("aaa");
    world.report(0, 1, 2);
    world.report(0, 2, 3);

    const summary = await world.run();

    expect(world.delivered).toEqual(["a 1", "a 2", "a 3"]);
    expect(summary).toMatchObject({ records: 3, sent: 3, deletedReports: 2 });
  });

  it("starts nothing further once it is to stop", async () => {
    const world = new RedriveWorld(journalIn(), 2);
    ["0", "1"].forEach((data, shard) => {
      world.put(shard, "k", data);
      world.report(shard, 1, 1);
    });
    world.rejects = ["0"];

    const summary = await world.run({ maxRejected: 1, concurrency: 1 });

    expect([world.delivered, world.messages.size]).toEqual([[], 2]);
    expect(summary?.records).toBe(1);
  });

  it("stops a redrive by time when the function rejects too much", async () => {
    const world = withRecords("a".repeat(30));
    world.rejects = Array.from({ length: 30 }, (_, at) => String(at + 1));
    const time = { from: new Date(0), to: new Date(60_000) };

    const summary = await world.run({ time, maxRejected: 3 });

    expect(summary?.stopped).toContain("the function rejected 3 records");
    expect(summary?.records).toBe(10);
  });

  it("does not guess what a filter means that it cannot evaluate", async () => {
    const world = withRecords("a");
    world.report(0, 1, 1);
    world.target = { ...world.target, filterPatterns: ["{"] };

    await expect(world.run()).rejects.toThrow(
      /^the mapping's filter \{ cannot be evaluated here \(not JSON\); use --ignore-filters /,
    );
    expect(await world.run({ ignoreFilters: true })).toMatchObject({ sent: 1 });
  });

  it("refuses to start while another reader holds reports", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);
    world.messages.values().next().value!.isHeld = true;

    await expect(world.run()).rejects.toThrow(
      "another reader holds 1 of the messages in queue failed",
    );
    expect(world.held).toHaveLength(1);
  });

  it("gives its reports back when another redrive has started at the same moment", async () => {
    const world = new RedriveWorld(journalIn());
    failed(world, 30);
    world.receivedByOthers = 1;

    await expect(world.run()).rejects.toThrow(
      "another reader holds 1 of the messages in queue failed: another redrive, perhaps on another machine, or one that was killed less than 120 seconds ago; run this again when it has ended",
    );
    expect(world.delivered).toEqual([]);
    expect([world.held.length, world.messages.size]).toEqual([1, 3]);
  });

  it.each(["GetRecords", "DeleteMessage"])(
    "gives the reports back when %s is denied, and forgets nothing",
    async (call) => {
      const world = new RedriveWorld(journalIn());
      failed(world, 30);
      world.deniedCall = call;

      await expect(world.run()).rejects.toThrow("AccessDeniedException");
      expect([world.held, world.messages.size]).toEqual([[], 3]);

      world.deniedCall = "";
      await world.run();
      expect(world.delivered).toHaveLength(30);
      expect(world.messages.size).toBe(0);
    },
  );

  it("redrives by time with the mapping's filters, and goes on after a kill", async () => {
    const world = new RedriveWorld(journalIn());
    for (let n = 1; n <= 60; n += 1) {
      world.put(0, "k", JSON.stringify({ n, isOdd: n % 2 === 1 }));
    }
    const filterPatterns = [JSON.stringify({ data: { isOdd: [true] } })];
    world.target = { ...world.target, filterPatterns };
    const time = { from: new Date(0), to: new Date(50_000) };

    await world.run({ time }, { point: "invoke", at: 2 });
    const summary = await world.run({ time });

    expect(summary).toMatchObject({ sent: 15, confirmedBefore: 10 });
    expect(world.delivered.map((line) => (JSON.parse(line.slice(2)) as { n: number }).n)).toEqual(
      Array.from({ length: 25 }, (_, at) => 2 * at + 1),
    );
  });
});
