import * as fs from "node:fs";
import * as path from "node:path";
import { Journal } from "../../cli/src/redrive/journal";
import { describeFindings, describeOutcome } from "../../cli/src/redrive/sentences";
import { notDropped } from "../../cli/src/redrive/summary";
import { scratch } from "../terraform/harness";
import { RedriveWorld, shardId } from "./redrive-world";

const SHARD = shardId(0);
const ALL = { time: { from: new Date(0), to: new Date(1e9) } };
const journalIn = () => path.join(scratch(), "journal");
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

function worldOf(count: number, { keys = 1, journal = journalIn() } = {}) {
  const world = new RedriveWorld(journal);
  range(1, count).forEach((at) => world.put(0, `k${at % keys}`, String(at)));
  return world;
}
const numbersOf = ({ delivered }: RedriveWorld) =>
  delivered.map((line) => Number(line.split(" ")[1]));
const dropped = (...numbers: number[]) =>
  numbers.map((number) => ({ shardId: SHARD, sequenceNumber: String(number) }));

describe("a record that is dropped from reports", () => {
  it("is settled without being sent, and so is its report with the others", async () => {
    const journal = journalIn();
    const world = worldOf(20, { journal });
    world.report(0, 1, 10);
    world.report(0, 11, 20);

    const summary = (await world.run({ drop: ["7"] }))!;

    expect(numbersOf(world)).toEqual(range(1, 20).filter((number) => number !== 7));
    expect(summary).toMatchObject({ sent: 19, deletedReports: 2, dropped: dropped(7) });
    expect(describeOutcome(summary)).toContain(
      `dropped on purpose, and not sent: record 7 of ${SHARD}`,
    );
    expect([notDropped(summary), fs.existsSync(journal)]).toEqual([[], false]);
  });

  it("stays dropped when the run is killed, and the next one tells it", async () => {
    const world = worldOf(10);
    world.report(0, 1, 10);
    expect(await world.run({ drop: ["7", "2"] }, { point: "invoke", at: 1 })).toBeUndefined();

    const summary = await world.run();

    expect(numbersOf(world)).toEqual([1, 3, 4, 5, 6, 8, 9, 10]);
    expect(summary).toMatchObject({
      ...{ sent: 8, confirmedBefore: 0, deletedReports: 1 },
      dropped: dropped(2, 7),
    });
  });

  it("is told until its report is gone, and not counted as confirmed", async () => {
    const world = worldOf(10);
    world.report(0, 1, 10);
    world.rejects = ["9"];
    await world.run({ drop: ["7"] });
    world.rejects = [];

    const summary = await world.run();

    expect(summary).toMatchObject({ sent: 1, confirmedBefore: 8, dropped: dropped(7) });
    expect(world.messages.size).toBe(0);
  });

  it("may be in several reports", async () => {
    const world = worldOf(10);
    world.report(0, 1, 10);
    world.report(0, 7, 7);

    expect(await world.run({ drop: ["7"] })).toMatchObject({
      ...{ sent: 9, deletedReports: 2 },
      dropped: dropped(7),
    });
  });

  it("must be in a report that is to be redriven, before anything is sent", async () => {
    const world = worldOf(30);
    world.report(0, 1, 10);
    world.report(0, 11, 20);

    for (const options of [{ drop: ["5", "21"] }, { drop: ["11"], max: 1 }]) {
      await expect(world.run(options)).rejects.toMatchObject({
        exitCode: 1,
        message: `'--drop' must be the sequence number of a record that a report names, got ${options.drop.at(-1)}; find it with --show`,
      });
    }
    expect([world.delivered, world.held]).toEqual([[], []]);
  });

  it("is told as not dropped if it is in a report's range and not among its records", async () => {
    const world = worldOf(3);
    world.shards[0]![1] = { sequence: 2, key: "k", data: "no JSON" };
    world.target = { ...world.target, filterPatterns: ['{"data":{"n":[{"exists":false}]}}'] };
    world.shards[0]![0] = { sequence: 1, key: "k", data: "{}" };
    world.shards[0]![2] = { sequence: 3, key: "k", data: "{}" };
    world.report(0, 1, 3, 2);

    const summary = (await world.run({ drop: ["2"] }))!;

    expect(summary).toMatchObject({ sent: 2, dropped: [] });
    expect(describeOutcome(summary)).toContain(
      "not dropped: record 2, since it is not among the records of this run",
    );
  });

  it("is only announced with --dry-run", async () => {
    const world = worldOf(10);
    world.report(0, 1, 10);

    const summary = (await world.run({ drop: ["7"], dryRun: true }))!;

    expect(describeFindings(summary)).toContain("to be dropped on purpose, and not sent: record 7");
    expect(await world.run()).toMatchObject({ sent: 10, dropped: [] });
  });
});

describe("a record that is dropped from a time", () => {
  it("is settled without being sent", async () => {
    const journal = journalIn();
    const world = worldOf(100, { journal });

    const summary = await world.run({ ...ALL, drop: ["7", "42"] });

    expect(numbersOf(world)).toEqual(range(1, 100).filter((one) => one !== 7 && one !== 42));
    expect(summary).toMatchObject({ sent: 98, records: 100, dropped: dropped(7, 42) });
    expect(fs.existsSync(journal)).toBe(false);
  });

  it("is given up although an earlier run had it rejected", async () => {
    const journal = journalIn();
    const world = worldOf(100, { journal });
    world.rejects = ["55"];
    await world.run(ALL);

    const summary = await world.run({ ...ALL, drop: ["55"] });

    expect(summary).toMatchObject({
      ...{ sent: 0, confirmedBefore: 99, records: 100, rejected: [] },
      dropped: dropped(55),
    });
    expect([numbersOf(world).includes(55), fs.existsSync(journal)]).toEqual([false, false]);
  });

  it.each([1, 2, 5, 9])(
    "stays dropped when the run is killed at invocation %i, wherever it was",
    async (at) => {
      const world = worldOf(200, { keys: 7 });
      world.target = { ...world.target, parallelizationFactor: 4 };
      const drop = ["3", "39", "120"];
      expect(await world.run({ ...ALL, drop }, { point: "invoked", at })).toBeUndefined();

      const summary = await world.run({ ...ALL, drop });

      expect(new Set(numbersOf(world))).toEqual(
        new Set(range(1, 200).filter((number) => !drop.includes(String(number)))),
      );
      expect(summary).toMatchObject({ records: 200, dropped: dropped(3, 39, 120) });
      expect(summary!.sent + summary!.confirmedBefore).toBe(197);
    },
  );

  it("stays dropped for a run with other filters", async () => {
    const world = worldOf(20);
    world.rejects = ["20"];
    await world.run({ ...ALL, drop: ["7"] });
    world.target = { ...world.target, filterPatterns: ['{"partitionKey":["k0"]}'] };

    const summary = await world.run(ALL);

    expect(numbersOf(world)).not.toContain(7);
    expect(summary).toMatchObject({ sent: 0, confirmedBefore: 18, dropped: dropped(7) });
  });

  it("is told as not dropped if it is not there", async () => {
    const summary = (await worldOf(20).run({ ...ALL, drop: ["21"] }))!;

    expect([summary.sent, notDropped(summary)]).toEqual([20, ["21"]]);
  });
});

it("the journal remembers what was dropped as long as the report or the position", () => {
  const file = journalIn();
  const place = { shard: "s", filters: [], confirmed: 2, upTo: "9" };
  const journal = Journal.open(file);
  journal.write({ settled: { r: ["1", "2"] }, dropped: { r: ["2"] } });
  journal.write({ passed: { ...place, dropped: ["8"] } });
  journal.write({ passed: { ...place, upTo: "11" } });
  journal.write({ completed: true });
  journal.close();

  const again = Journal.open(file);

  expect([...again.dropped("r")]).toEqual(["2"]);
  expect(again.positionsOf("s")).toMatchObject([{ upTo: "11", dropped: new Set(["8"]) }]);
  expect(fs.readFileSync(file, "utf8")).toBe(
    '{"settled":{"r":["1","2"]},"dropped":{"r":["2"]}}\n' +
      '{"passed":{"shard":"s","filters":[],"confirmed":2,"upTo":"11","dropped":["8"]}}\n',
  );
  again.write({ deleted: "r" });
  again.forget();
  again.close();
  expect(fs.existsSync(file)).toBe(false);
});
