import { concurrencyOf } from "../../cli/src/redrive/concurrency";
import { lanesOf, Slots } from "../../cli/src/redrive/lanes";
import { sideBySide } from "../../cli/src/redrive/side-by-side";
import { emptySummary, tidy } from "../../cli/src/redrive/summary";
import { record } from "./redrive-records";

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Works on shards with units of the given due times; what happens, in order. */
async function worked(
  shards: Readonly<Record<string, readonly number[]>>,
  {
    limit = 9,
    parents = {} as Readonly<Record<string, readonly string[]>>,
    fails = [] as readonly number[],
    stopAfter = Infinity,
  },
) {
  const events: string[] = [];
  let halted = false;
  let begun = 0;
  const work = Object.entries(shards).map(([shardId, dues]) => ({
    shardId,
    units: dues.map((due) => ({ due })),
  }));
  const outcome = await sideBySide(work, {
    limit,
    ancestorsOf: (shardId) => parents[shardId] ?? [],
    isStopping: () => begun >= stopAfter,
    onFailure: () => (halted = true),
    work: async (shardId, { due }) => {
      begun += 1;
      events.push(`${shardId}${due} begins`);
      await later();
      if (fails.includes(due)) {
        throw new Error(`${due} failed`);
      }
      await later();
      events.push(`${shardId}${due} ends`);
    },
  }).catch((error: unknown) => (error as Error).message);
  return { events, outcome, halted };
}

const begins = ({ events }: { events: readonly string[] }) =>
  events.filter((event) => event.endsWith("begins")).map((event) => event.split(" ", 1)[0]);

describe("shards side by side", () => {
  it("are begun together, each with one unit at a time", async () => {
    const { events } = await worked({ a: [1, 2], b: [1] }, {});

    expect(events).toEqual([
      ...["a1 begins", "b1 begins", "a1 ends"],
      ...["a2 begins", "b1 ends", "a2 ends"],
    ]);
  });

  it("go on with what is due first, whichever shard has it", async () => {
    expect(begins(await worked({ a: [5, 6], b: [1, 9], c: [7] }, { limit: 1 }))).toEqual([
      ...["b1", "a5", "a6", "c7", "b9"],
    ]);
  });

  it("begin after their parents have ended", async () => {
    const parents = { a: ["b", "c"], b: [], c: ["gone"] };

    const { events } = await worked({ a: [1], b: [2], c: [3, 4] }, { parents });

    expect(events.slice(-3)).toEqual(["c4 ends", "a1 begins", "a1 ends"]);
  });

  it("end what they have begun when one fails, and begin nothing more", async () => {
    expect(await worked({ a: [1, 3], b: [2, 4] }, { fails: [1] })).toEqual({
      events: ["a1 begins", "b2 begins", "b2 ends"],
      outcome: "1 failed",
      halted: true,
    });
  });

  it("begin nothing more when they are to stop", async () => {
    const stopped = await worked({ a: [1, 3], b: [2, 4] }, { stopAfter: 2 });

    expect(begins(stopped)).toEqual(["a1", "b2"]);
    expect(stopped.outcome).toBeUndefined();
  });

  it("are none if there is nothing to do", async () => {
    expect((await worked({ a: [] }, {})).events).toEqual([]);
  });
});

describe("the lanes of a shard", () => {
  it("keep the records of a partition key together and in order", () => {
    const records = Array.from({ length: 1000 }, (_, at) => record(at, `key-${at % 50}`));

    const lanes = lanesOf(records, 4);

    expect(lanes).toHaveLength(4);
    expect(Math.min(...lanes.map(({ length }) => length))).toBeGreaterThan(100);
    for (let key = 0; key < 50; key += 1) {
      const own = lanes.filter((lane) =>
        lane.some(({ partitionKey }) => partitionKey === `key-${key}`),
      );
      expect(own).toHaveLength(1);
    }
    for (const lane of lanes) {
      expect(lane).toEqual(
        [...lane].sort((a, b) => Number(a.sequenceNumber) - Number(b.sequenceNumber)),
      );
    }
    expect(lanesOf(records, 1)).toEqual([records]);
    expect(lanesOf([], 4)).toEqual([]);
  });

  it("work so many at a time, also after a failure", async () => {
    const slots = new Slots(2);
    let [running, most] = [0, 0];
    const use = (fails: boolean) =>
      slots.use(async () => {
        running += 1;
        most = Math.max(most, running);
        await later();
        running -= 1;
        if (fails) {
          throw new Error("failed");
        }
      });

    const outcomes = await Promise.allSettled([true, false, true, false, false].map(use));

    expect(outcomes.map(({ status }) => status)).toEqual([
      ...["rejected", "fulfilled", "rejected", "fulfilled", "fulfilled"],
    ]);
    expect(most).toBe(2);
  });
});

describe("the number of invocations at a time", () => {
  const AS_MAPPING = "shards x parallelization factor, as the mapping";
  const RESERVED = "the function's reserved concurrency";

  it.each([
    [{}, 8, AS_MAPPING],
    [{ shards: 0 }, 2, AS_MAPPING],
    [{ shards: 50 }, 100, AS_MAPPING],
    [{ shards: 51 }, 100, "the mapping makes up to 102; raise it with --concurrency"],
    [{ asked: 300 }, 300, "--concurrency"],
    [{ reserved: 3 }, 3, RESERVED],
    [{ reserved: 3, asked: 5 }, 3, RESERVED],
    [{ reserved: 5, asked: 5 }, 5, "--concurrency"],
    [{ reserved: 99, shards: 500 }, 99, RESERVED],
  ])("of %j is %i", (limits, invocations, why) => {
    expect(concurrencyOf({ shards: 4, parallelizationFactor: 2, ...limits })).toEqual({
      invocations,
      why,
    });
  });
});

it("has the same summary whichever shard was faster", () => {
  const rejected = ["b 10", "b 9", "a 11"].map((text) => {
    const [shardId = "", sequenceNumber = ""] = text.split(" ");
    return { shardId, sequenceNumber, partitionKey: "k", why: "no" };
  });
  const lost = ["b", "a"].map((shardId) => ({ shardId, sequenceNumbers: [], why: "" }));
  const unusable = ["y", "x"].map((id) => ({ id, why: "" }));

  const summary = tidy({ ...emptySummary(), rejected, lost, unusable });

  expect(summary.rejected.map(({ shardId, sequenceNumber }) => shardId + sequenceNumber)).toEqual([
    ...["a11", "b9", "b10"],
  ]);
  expect(summary.lost.map(({ shardId }) => shardId)).toEqual(["a", "b"]);
  expect(summary.unusable.map(({ id }) => id)).toEqual(["x", "y"]);
});
