import * as fs from "node:fs";
import * as path from "node:path";
import { scratch } from "../terraform/harness";
import { RedriveWorld, shardId } from "./redrive-world";

const ALL = { time: { from: new Date(0), to: new Date(1e9) } };
const journalIn = () => path.join(scratch(), "journal");

function withRecords(count: number, { shards = 1, keys = 1, journal = journalIn() } = {}) {
  const world = new RedriveWorld(journal, shards);
  for (let at = 1; at <= count; at += 1) {
    world.shards.forEach((_, shard) => world.put(shard, `${shard}-${at % keys}`, String(at)));
  }
  return world;
}

/** The data that the function got, of each partition key in order. */
const deliveredOf = (world: RedriveWorld) => {
  const byKey = new Map<string, number[]>();
  for (const line of world.delivered) {
    const [key = "", data] = line.split(" ");
    byKey.set(key, [...(byKey.get(key) ?? []), Number(data)]);
  }
  return byKey;
};
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe("a redrive by time", () => {
  it("goes on where it was killed, and says what the last run had under way", async () => {
    const journal = journalIn();
    const world = withRecords(100, { journal });
    expect(await world.run(ALL, { point: "invoked", at: 6 })).toBeUndefined();
    const lines = fs.readFileSync(journal, "utf8").trim().split("\n");

    const summary = await world.run(ALL);

    expect(lines.at(-2)).toBe(
      '{"settled":{},"passed":{"shard":"shardId-000000000000","filters":[],"upTo":"50","confirmed":50},"lane":"shardId-000000000000:0"}',
    );
    expect(summary).toMatchObject({ records: 100, sent: 50, confirmedBefore: 50 });
    expect(summary?.unanswered).toEqual(range(51, 60).map(String));
    expect(deliveredOf(world).get("0-0")).toEqual([...range(1, 60), ...range(51, 100)]);
    expect(fs.existsSync(journal)).toBe(false);
  });

  it("sends what was rejected, and nothing else, when it is run again", async () => {
    const world = withRecords(100);
    world.rejects = ["7", "8", "55"];
    const first = await world.run(ALL);
    const again = await world.run(ALL);
    world.rejects = [];
    world.delivered.length = 0;

    const last = await world.run(ALL);

    expect(first).toMatchObject({ records: 100, sent: 97, confirmedBefore: 0 });
    expect(again).toMatchObject({ records: 100, sent: 0, confirmedBefore: 97 });
    expect(again?.rejected.map(({ sequenceNumber }) => sequenceNumber)).toEqual(["7", "8", "55"]);
    expect(last).toMatchObject({ records: 100, sent: 3, confirmedBefore: 97, rejected: [] });
    expect(deliveredOf(world).get("0-0")).toEqual([7, 8, 55]);
  });

  it("does not send again what a journal of an earlier version names", async () => {
    const journal = journalIn();
    const settled = { [shardId(0)]: ["1", "3"] };
    fs.writeFileSync(
      journal,
      `${JSON.stringify({ sending: ["9"] })}\n${JSON.stringify({ settled })}\n`,
    );
    const world = withRecords(5, { journal });

    const summary = await world.run(ALL);

    expect(summary).toMatchObject({ sent: 3, confirmedBefore: 2 });
    expect(deliveredOf(world).get("0-0")).toEqual([2, 4, 5]);
  });

  it("sends what other filters let through, and none of it twice", async () => {
    const world = withRecords(30);
    world.shards[0] = world.shards[0]!.map((one, at) => ({
      ...one,
      data: JSON.stringify({ n: (at + 1) % 2 }),
    }));
    world.target = { ...world.target, filterPatterns: ['{"data":{"n":[1]}}'] };
    await world.run(ALL, { point: "invoked", at: 2 });
    const before = world.delivered.length;

    const summary = await world.run({ ...ALL, ignoreFilters: true });

    expect(before).toBe(15);
    expect(summary).toMatchObject({ records: 30, sent: 20, confirmedBefore: 10 });
  });

  it("keeps what was ahead when it is killed with several partition keys under way", async () => {
    const world = withRecords(200, { keys: 7 });
    world.target = { ...world.target, parallelizationFactor: 4 };
    await world.run(ALL, { point: "invoked", at: 9 });
    const before = world.delivered.length;

    const summary = await world.run(ALL);

    const twice = summary!.unanswered.length;
    expect(twice).toBeLessThanOrEqual(40);
    expect(summary).toMatchObject({ records: 200, sent: 200 - before + twice });
    const numbers = [...deliveredOf(world).values()].flat();
    expect(new Set(numbers).size).toBe(200);
    expect(numbers.length - 200).toBe(twice);
    for (const all of deliveredOf(world).values()) {
      const first = all.filter((number, at) => all.indexOf(number) === at);
      expect(first).toEqual([...first].sort((a, b) => a - b));
    }
  });

  it("sends records without a partition key in the shard's order, with null as the mapping", async () => {
    const world = new RedriveWorld(journalIn());
    for (let at = 1; at <= 50; at += 1) {
      world.put(0, null, String(at));
    }
    world.target = { ...world.target, parallelizationFactor: 4 };

    await world.run(ALL);

    expect(world.delivered).toEqual(range(1, 50).map((at) => `null ${at}`));
  });

  it("leaves no journal behind when it writes files, which confirms nothing", async () => {
    const journal = journalIn();
    const world = withRecords(20, { journal });

    const summary = await world.run({ ...ALL, saveDirectory: path.join(scratch(), "saved") });

    expect(summary).toMatchObject({ records: 20, saved: 20, sent: 0 });
    expect([world.delivered, fs.existsSync(journal)]).toEqual([[], false]);
  });

  it("works on shards side by side, and stops all of them when one fails", async () => {
    const world = withRecords(50, { shards: 3 });
    let [running, most, invocations] = [0, 0, 0];
    const invoke = async () => {
      invocations += 1;
      running += 1;
      most = Math.max(most, running);
      const isLast = invocations === 5;
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (isLast) {
        throw new Error("denied");
      }
      return { result: {} };
    };

    await expect(world.run(ALL, undefined, { invoke })).rejects.toThrow("denied");
    const stopped = invocations;
    const summary = await world.run(ALL);

    expect(most).toBe(3);
    expect(stopped).toBeLessThanOrEqual(7);
    expect(summary).toMatchObject({ confirmedBefore: 10 * (stopped - 1), unanswered: [] });
    expect(summary!.sent).toBe(150 - 10 * (stopped - 1));
  });

  it("names every answer that was lost at the same time", async () => {
    const world = withRecords(10, { shards: 2 });
    world.invocationFaults.push("lost", "lost");

    const summary = await world.run(ALL);

    expect(summary?.lost.map((one) => one.shardId)).toEqual([shardId(0), shardId(1)]);
    expect(summary).toMatchObject({ sent: 0, stopped: expect.stringContaining("lost") as string });
  });

  it("looks at no more than 10,000 records before it asks, and at all of them with --dry-run", async () => {
    const world = withRecords(6000, { shards: 3 });
    const found: object[] = [];
    const confirm = (summary: object) => {
      found.push({ ...summary });
      return Promise.resolve(false);
    };

    const declined = await world.run(ALL, undefined, { confirm });
    const dryRun = await world.run({ ...ALL, dryRun: true });

    const { records, isAtLeast } = found[0] as { records: number; isAtLeast: boolean };
    expect(records).toBeGreaterThanOrEqual(9000);
    expect(records).toBeLessThan(10_100);
    expect(isAtLeast).toBe(true);
    expect(declined?.sent).toBe(0);
    expect(dryRun).toMatchObject({ records: 18_000, isAtLeast: false });
  });
});

describe("a redrive of reports", () => {
  const arrival = (minute: number) => ({
    approximateArrivalOfFirstRecord: `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`,
    approximateArrivalOfLastRecord: "2026-01-01T01:00:00Z",
  });

  it("begins with the records that expire first, whichever shard has them", async () => {
    const world = withRecords(4, { shards: 2 });
    world.report(0, 1, 1, 1, {}, arrival(2));
    world.report(0, 2, 2, 1, {}, arrival(9));
    world.report(1, 1, 1, 1, {}, arrival(1));
    world.report(1, 2, 2, 1, {}, arrival(5));

    const some = await world.run({ concurrency: 1, max: 3 });
    await world.run();

    expect(some).toMatchObject({ deletedReports: 3, leftByMax: 1 });
    expect(world.delivered).toEqual(["1-0 1", "0-0 1", "1-0 2", "0-0 2"]);
  });

  it("sends a grandparent's records first, although nothing of the shard between is reported", async () => {
    const world = withRecords(1, { shards: 3 });
    world.parents = { [shardId(2)]: shardId(1), [shardId(1)]: shardId(0) };
    world.report(2, 1, 1, 1, {}, arrival(1));
    world.report(0, 1, 1, 1, {}, arrival(2));

    await world.run();

    expect(world.delivered).toEqual(["0-0 1", "2-0 1"]);
  });

  it("counts as reported what it does not look at before it asks", async () => {
    const world = withRecords(12_000);
    for (let at = 1; at <= 12_000; at += 1000) {
      world.report(0, at, at + 999);
    }
    const found: object[] = [];

    await world.run({}, undefined, {
      confirm: (summary) => {
        found.push({ ...summary });
        return Promise.resolve(false);
      },
    });

    expect(found[0]).toMatchObject({ reports: 12, records: 12_000, unsurveyed: 2 });
  });
});
