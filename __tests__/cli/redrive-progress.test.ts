import { setTimeout } from "node:timers/promises";
import * as fs from "node:fs";
import * as path from "node:path";
import { invoker } from "../../cli/src/redrive/invoke";
import { Pauses } from "../../cli/src/redrive/pauses";
import { Progress, type Work } from "../../cli/src/redrive/progress";
import { describeLateness, INTERRUPTED } from "../../cli/src/redrive/sentences";
import { emptySummary } from "../../cli/src/redrive/summary";
import { scratch } from "../terraform/harness";
import { STREAM } from "./redrive-records";
import { RedriveWorld } from "./redrive-world";

const HOUR = 3_600_000;

describe("the progress of a redrive", () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => jest.useRealTimers());

  /** A run that handles so many of its units, each a record, in so many seconds. */
  const after = (
    seconds: number,
    units: number,
    { throttled, ...more }: Partial<Work> & { throttled?: string } = {},
  ) => {
    const summary = emptySummary();
    const work = { done: 0, left: 0, nextExpiry: undefined, isLate: () => false, ...more };
    const warn = jest.fn();
    const progress = new Progress(summary, work, () => throttled, warn);
    jest.advanceTimersByTime(seconds * 1000);
    summary.sent += units;
    work.done += units;
    return { line: progress.line(), warn, progress, summary, work };
  };

  it("has a rate, and an estimate once ten seconds have shown one", () => {
    expect(after(9, 90, { left: 3600 }).line).toBe("redriving: 90 records, 10/s");
    expect(after(10, 100, { left: 36_000 }).line).toBe(
      "redriving: 100 records, 10/s, about 1 h left",
    );
    expect(after(10, 1, { left: 0 }).line).toBe("redriving: 1 record, 0.1/s");
    expect(after(60, 0, { left: 10 }).line).toBe("redriving: 0 records, 0/s");
  });

  it("has the time until the next records expire", () => {
    const line = (nextExpiry: number) => after(10, 0, { nextExpiry }).line;

    expect(line(1_010_000 + 2 * HOUR)).toBe("redriving: 0 records, 0/s, next expire in 2 h");
    expect(line(1_010_000)).toBe("redriving: 0 records, 0/s, next expire now");
  });

  it("says what AWS throttles instead of an estimate", () => {
    expect(after(10, 100, { left: 1000, throttled: "kinesis:GetRecords" }).line).toBe(
      "redriving: 100 records, 10/s, AWS throttles kinesis:GetRecords",
    );
  });

  it("fits on a line of 80 characters", () => {
    const { line } = after(200, 12_345_678, { left: 1e9, nextExpiry: 1e6 + 23.4 * HOUR });

    expect(line).toMatch(/about .* left, next expire in /);
    expect(`| ${line}`.length).toBeLessThan(80);
  });

  it("forgets rates of more than five minutes ago", () => {
    const { progress, summary, work } = after(10, 1000, { left: 600 });

    const lines = Array.from({ length: 30 }, () => {
      jest.advanceTimersByTime(20_000);
      summary.sent += 20;
      work.done += 20;
      return progress.line();
    });

    expect(lines.at(-1)).toBe("redriving: 1600 records, 1/s, about 10 min left");
  });

  it("warns once if records will expire before it is their turn, and not within 30 seconds", () => {
    // In two minutes 720 more must be done.
    const isLate = (unitMilliseconds: number) => 720 * unitMilliseconds > 120_000;
    const run = (seconds: number, units: number) => after(seconds, units, { left: 720, isLate });

    expect(run(29, 29).warn).not.toHaveBeenCalled();
    expect(run(30, 180).warn).not.toHaveBeenCalled();
    expect(run(30, 0).warn).not.toHaveBeenCalled();
    const { warn, progress } = run(30, 179);
    progress.line();
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("warns with what helps, in 80 columns", () => {
    const lines = describeLateness(STREAM, 24);

    expect(lines.slice(-3)).toEqual([
      "  aws kinesis increase-stream-retention-period \\",
      "    --retention-period-hours 48 \\",
      `    --stream-arn ${STREAM}`,
    ]);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(describeLateness(STREAM, 8000).join()).toContain("--retention-period-hours 8760 ");
  });
});

/** Texts of the progress, each as it was when its work had begun and when it had ended. */
const watched = () => {
  const texts: string[] = [];
  const notes: string[] = [];
  const progress = async <T>(text: string | (() => string), work: Promise<T>): Promise<T> => {
    const now = () => texts.push(typeof text === "string" ? text : text());
    now();
    return work.finally(now);
  };
  return { texts, notes, output: { progress, note: (text: string) => notes.push(text) } };
};
const worldOf = (journal = path.join(scratch(), "journal")) => {
  const world = new RedriveWorld(journal);
  for (let at = 1; at <= 20; at += 1) {
    world.put(0, "k", String(at));
  }
  return world;
};

describe("a redrive", () => {
  it("shows progress whatever it does", async () => {
    const world = worldOf();
    world.report(0, 1, 20);
    const { texts, output } = watched();

    await world.run({}, undefined, { output, confirm: () => Promise.resolve(true) });

    expect(texts.map((text) => text.replace(/, next .*/, ""))).toEqual([
      "reports received: 0",
      "reports received: 1",
      "looking at the records: 0 found",
      "looking at the records: 20 found",
      "redriving: 0 records, 0/s",
      expect.stringMatching(/^redriving: 20 records, \d+/) as string,
      "giving the reports back",
      "giving the reports back",
    ]);
  });

  it.each([
    ["of reports", false],
    ["by time", true],
  ])("%s warns of records that expire before it is their turn", async (_, isByTime) => {
    const world = worldOf();
    const start = Date.now();
    let now = start;
    jest.spyOn(Date, "now").mockImplementation(() => now);
    // The stream keeps records for 24 hours; these have a minute left, which an invocation takes.
    world.arrivalOf = (sequence) => start - 24 * HOUR + 60_000 + sequence * 1000;
    const arrival = new Date(world.arrivalOf(1)).toISOString();
    world.report(0, 1, 20, 20, {}, { approximateArrivalOfFirstRecord: arrival });
    const { notes, output } = watched();
    const lines: string[] = [];
    const progress: typeof output.progress = (text, work) => {
      world.beforeInvocation = () => {
        now += 60_000;
        lines.push(typeof text === "string" ? text : text());
      };
      return work;
    };

    await world.run(
      isByTime ? { time: { from: new Date(start - 24 * HOUR), to: new Date(start) } } : {},
      undefined,
      { output: { ...output, progress } },
    );

    jest.restoreAllMocks();
    expect(lines.at(-1)).toMatch(/^redriving: 10 records, 0.1\/s, about .* left, next expire now$/);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^note: at this rate some records expire /);
  });
});

describe("an interruption", () => {
  const throttled = Object.assign(new Error("busy"), { name: "TooManyRequestsException" });

  it("ends a pause at once in which Lambda throttles, and nothing is lost", async () => {
    const journal = path.join(scratch(), "journal");
    const world = worldOf(journal);
    world.report(0, 1, 20);
    const controller = new AbortController();
    const pauses = new Pauses(controller.signal);
    const send = jest.fn(() => {
      setImmediate(() => controller.abort(new Error("SIGINT")));
      return Promise.reject(Object.assign(throttled, { $metadata: { httpStatusCode: 429 } }));
    });

    const summary = await world.run({}, undefined, {
      pauses,
      invoke: invoker({ send }, "f", pauses.sleep),
    });

    expect(send).toHaveBeenCalledTimes(1);
    expect(summary).toMatchObject({ stopped: INTERRUPTED, sent: 0, lost: [], deletedReports: 0 });
    expect([world.held, fs.existsSync(journal)]).toEqual([[], false]);
  });

  it("ends a pause at once in which Kinesis throttles", async () => {
    const world = worldOf();
    world.report(0, 1, 20);
    const controller = new AbortController();
    const calls: string[] = [];
    const kinesis = {
      send: ({ constructor: { name } }: { constructor: { name: string } }) => {
        calls.push(name);
        if (name === "GetRecordsCommand") {
          setImmediate(() => controller.abort(new Error("SIGINT")));
          return Promise.reject(throttled);
        }
        return Promise.resolve({ ShardIterator: "i", Shards: [] });
      },
    } as never;

    const summary = await world.run({ dryRun: true }, undefined, {
      kinesis,
      pauses: new Pauses(controller.signal),
    });

    expect(summary).toMatchObject({ stopped: INTERRUPTED, undecided: [] });
    expect(calls.filter((name) => name === "GetRecordsCommand")).toHaveLength(1);
  });

  it("is not the reason of another error", async () => {
    const pauses = new Pauses(AbortSignal.abort(new Error("SIGINT")));
    const error = await pauses.sleep(1).catch((thrown: unknown) => thrown);

    expect(pauses.isInterruption(error)).toBe(true);
    expect(pauses.isInterruption(new Error("denied"))).toBe(false);
    expect(new Pauses().isInterruption(error)).toBe(false);
  });
});

describe("a pause", () => {
  it("names the call that is throttled until it is over", async () => {
    const pauses = new Pauses();
    const both = [pauses.sleep(20, "a"), pauses.sleep(5, "b"), pauses.sleep(5)];

    expect(pauses.throttledCall).toBe("a");
    await setTimeout(10);
    expect(pauses.throttledCall).toBe("a");
    await Promise.all(both);
    expect(pauses.throttledCall).toBeUndefined();
  });
});
