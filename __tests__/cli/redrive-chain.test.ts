import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Chain, type BatchRules } from "../../cli/src/redrive/chain";
import { Journal } from "../../cli/src/redrive/journal";
import { partsOf } from "../../cli/src/redrive/parts";
import type { Report } from "../../cli/src/redrive/report";
import type { Choice } from "../../cli/src/redrive/selection";
import { record, report } from "./redrive-records";
import { RedriveWorld } from "./redrive-world";

/** Room for a few records, so that a short chain is as one that does not fit into memory. */
jest.mock("../../cli/src/redrive/room", () => ({
  ...jest.requireActual<object>("../../cli/src/redrive/room"),
  roomFor: () => 2000,
}));

const NONE: Choice = { allInRange: false, partitionKeys: [] };
const PARALLEL: BatchRules = { filters: [], parallelizationFactor: 10 };

/** Numbers that look random, and are the same in every run. */
function random(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Batches as a mapping with several lanes makes them of a shard; those that failed are reported. */
function outage(seed: number, failing: number) {
  const pick = random(seed);
  const lanes = 1 + pick(4);
  const records = Array.from({ length: 60 }, (_, at) => record(at + 1, `k${pick(12)}`));
  const batches: number[][] = [];
  for (let lane = 0; lane < lanes; lane += 1) {
    const own = records.filter(
      ({ partitionKey }) => Number(partitionKey?.slice(1)) % lanes === lane,
    );
    while (own.length > 0) {
      const batch = own.splice(0, 1 + pick(4));
      batches.push(batch.map(({ sequenceNumber }) => Number(sequenceNumber)));
    }
  }
  const failed = batches.filter(() => pick(100) < failing);
  const reports = failed.map((batch) => report(batch[0] ?? 0, batch.at(-1) ?? 0, batch.length));
  return { records, failed: failed.flat().sort((a, b) => a - b), reports };
}

async function decided(
  reports: readonly Report[],
  records: ReturnType<typeof record>[],
  room: number,
) {
  const chain = new Chain(reports, PARALLEL, NONE);
  records.forEach((one) => chain.see(one));
  chain.decide();
  const found: number[] = [];
  const undecided: string[] = [];
  for await (const part of partsOf(chain, records, [], room)) {
    found.push(...part.records.map(({ sequenceNumber }) => Number(sequenceNumber)));
    undecided.push(...part.ended.filter((one) => one.undecided).map((one) => one.report.id));
  }
  return { found, undecided: undecided.sort() };
}

const SEEDS = Array.from({ length: 200 }, (_, at) => at);

describe("reports with overlapping ranges", () => {
  it("name all records where every batch failed", async () => {
    for (const { records, failed, reports } of SEEDS.map((seed) => outage(seed, 100))) {
      expect(await decided(reports, records, 1)).toEqual({ found: failed, undecided: [] });
    }
  });

  it("name no record that was in no failed batch, in parts of any size", async () => {
    let undecided = 0;
    for (const { records, failed, reports } of SEEDS.map((seed) => outage(seed, 60))) {
      const whole = await decided(reports, records, Infinity);

      expect(failed).toEqual(expect.arrayContaining(whole.found));
      expect(whole.undecided.length > 0 || whole.found.length === failed.length).toBe(true);
      expect(await decided(reports, records, 1)).toEqual(whole);
      undecided += whole.undecided.length;
    }

    expect(undecided).toBeGreaterThan(0);
  });
});

describe("a chain that does not fit into memory", () => {
  let journal: string;
  beforeEach(() => (journal = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "chain-")), "j")));
  afterEach(() => fs.rmSync(path.dirname(journal), { recursive: true }));

  const now = Date.now();
  const all = Array.from({ length: 24 }, (_, at) => `k${at + 1} ${at + 1}`);

  /** Two lanes whose batches of three overlap from the first record to the last, and all failed. */
  function world(): RedriveWorld {
    const made = new RedriveWorld(journal);
    made.target = { ...made.target, parallelizationFactor: 2 };
    made.arrivalOf = () => now;
    all.forEach((_, at) => made.put(0, `k${at + 1}`, String(at + 1)));
    const ranges = [1, 7, 13, 19, 4, 10, 16].map((start) => [start, start + 4, 3] as const);
    for (const [start, end, size] of [...ranges, [2, 2, 1] as const, [22, 24, 2] as const]) {
      const time = new Date(now - 60_000 + start * 1000).toISOString();
      const arrivals = {
        approximateArrivalOfFirstRecord: time,
        approximateArrivalOfLastRecord: time,
      };
      made.report(0, start, end, size, {}, arrivals);
    }
    return made;
  }
  const once = (delivered: readonly string[]) => [...new Set(delivered)].sort();

  it("is sent in the shard's order, and its reports are deleted as it goes", async () => {
    const made = world();
    const deleted: number[] = [];
    made.beforeInvocation = () => deleted.push(9 - made.messages.size);

    const summary = await made.run();

    expect(summary).toMatchObject({ sent: 24, deletedReports: 9, undecided: [], expired: [] });
    expect(made.delivered).toHaveLength(24);
    expect(once(made.delivered)).toEqual([...all].sort());
    expect(Math.max(...deleted)).toBeGreaterThan(3);
    expect(fs.existsSync(journal)).toBe(false);
  });

  it.each([
    ...[1, 2, 3, 4].map((at) => ["invoked", at] as const),
    ...[1, 2, 3, 4].map((at) => ["DeleteMessage", at] as const),
    ...[1, 2, 3, 4].map((at) => ["DeleteMessage done", at] as const),
  ])("is finished after a kill at '%s' number %i", async (point, at) => {
    const made = world();
    await made.run({ concurrency: 1 }, { point, at });
    made.messages.forEach((message) => (message.isHeld = false));
    const before = made.delivered.length;

    const summary = await made.run();

    expect(summary).toMatchObject({ undecided: [], unusable: [] });
    expect(once(made.delivered)).toEqual([...all].sort());
    expect(made.delivered.length).toBeLessThanOrEqual(24 + (made.invocations.at(0) ?? 0) + 3);
    expect(before).toBeLessThan(24);
    expect([made.messages.size, fs.existsSync(journal)]).toEqual([0, false]);
  });

  it("keeps the reports of a record that was rejected, and finishes once it is not", async () => {
    const made = world();
    made.rejects = ["9"];

    await made.run();
    expect([...made.messages.keys()]).toEqual(["0:7-11"]);
    made.rejects = [];
    const summary = await made.run();

    expect(summary).toMatchObject({ sent: 1, undecided: [], deletedReports: 1 });
    expect(fs.existsSync(journal)).toBe(false);
  });

  it("keeps reports whose records expire before they are read again", async () => {
    const made = world();
    let reads = 0;
    made.beforeRead = () => {
      reads += 1;
      made.horizon = reads > 1 ? 6 : 0;
    };

    const summary = await made.run();

    expect(
      summary?.expired.map(({ report: id, ...one }) => [id, one.count, one.beforeSequenceNumber]),
    ).toEqual([
      ["0:1-5", 5, "6"],
      ["0:2-2", 1, "3"],
      ["0:4-8", 2, "6"],
    ]);
    expect([...made.messages.keys()].sort()).toEqual(["0:1-5", "0:2-2", "0:4-8"]);
    expect(once(made.delivered)).toEqual(all.slice(5).sort());
  });

  it("is forgotten when its records have expired", async () => {
    const made = world();
    await made.run({ concurrency: 1 }, { point: "invoked", at: 4 });
    expect(Journal.open(journal).deletedReports.size).toBeGreaterThan(0);
    made.messages.forEach((message) => (message.isHeld = false));
    jest.useFakeTimers({ now: now + 25 * 3_600_000, doNotFake: ["nextTick", "setImmediate"] });

    await made.run({ dryRun: true });
    jest.useRealTimers();

    expect(Journal.open(journal).deletedReports.size).toBe(0);
  });
});
