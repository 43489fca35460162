import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Pipeline } from "../../cli/src/pipeline";
import type { CommandOptions } from "../../cli/src/redrive/options";
import { stateFiles } from "../../cli/src/redrive/state-files";
import { lock } from "../../cli/src/redrive/lock";
import { Journal } from "../../cli/src/redrive/journal";

/** What the code under test sees of node:fs. */
const fileSystem = jest.requireActual<typeof fs>("node:fs");

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "redrive-"))));
afterEach(() => fs.rmSync(directory, { recursive: true }));
const inDirectory = (name: string) => path.join(directory, name);

describe("the journal", () => {
  it("remembers what was confirmed when a kill cuts off its last line", () => {
    const file = inDirectory("journal");
    const first = Journal.open(file);
    first.write({ settled: { r1: ["1", "2"], r2: ["2"] } });
    first.write({ settled: { r1: ["3"] } });
    fs.appendFileSync(file, '{"settled":{"r1":["4"');

    const second = Journal.open(file);

    expect([...second.confirmed("r1")]).toEqual(["1", "2", "3"]);
    expect([...second.confirmed("r2")]).toEqual(["2"]);
    second.write({ settled: { r2: ["5"] } });
    expect([...Journal.open(file).confirmed("r2")]).toEqual(["2", "5"]);
  });

  it("names the batch that was sent without an answer", () => {
    const file = inDirectory("journal");
    const first = Journal.open(file);
    first.write({ sending: ["1"] });
    first.write({ settled: {} });
    first.write({ sending: ["2", "3"] });

    expect(Journal.open(file).unanswered).toEqual(["2", "3"]);
  });

  it("does not count a batch that never reached the function", () => {
    const file = inDirectory("journal");
    const first = Journal.open(file);
    first.write({ sending: ["1"] });
    first.write({ unsent: true });

    expect(Journal.open(file).unanswered).toEqual([]);
  });

  it("names an unanswered batch until it is answered, whatever is sent in between", () => {
    const file = inDirectory("journal");
    Journal.open(file).write({ sending: ["1", "2"] });
    const second = Journal.open(file);
    second.write({ sending: ["3"] });
    second.write({ settled: { r: ["3"] } });
    second.write({ sending: ["1", "2"] });
    second.write({ unsent: true });

    const third = Journal.open(file);

    expect(third.unanswered).toEqual(["1", "2"]);
    third.write({ sending: ["1", "2"] });
    third.write({ settled: { r: ["1", "2"] } });
    expect(Journal.open(file).unanswered).toEqual([]);
  });

  const about = (changes: object) => {
    const time = "2026-01-31T08:00:00.000Z";
    const range = { shardId: "s", start: "1", end: "2", batchSize: 1 };
    const report = { ...range, firstArrival: time, lastArrival: time, ...changes };
    return JSON.stringify({ about: { r2: report } });
  };

  it("keeps what deleted reports were about", () => {
    const file = inDirectory("journal");
    fs.writeFileSync(file, `${about({})}\n`);

    expect(Journal.open(file).setAside).toBeUndefined();
    expect([...Journal.open(file).deletedReports.keys()]).toEqual(["r2"]);
  });

  it.each([
    ["a half line that the next one was appended to", '{"settled":{"r1":["4{"sending":["5"]}'],
    ["a line that is null", "null"],
    ["a line of another shape", '{"settled":{"r1":null}}'],
    ["a line of another shape", '{"sending":"12"}'],
    ["a position without a number", '{"passed":{"shard":"s","filters":[],"confirmed":1}}'],
    ["a position without filters", '{"passed":{"shard":"s","upTo":"1","confirmed":1}}'],
    ["a deleted report whose range is no number", about({ start: "x" })],
    ["a deleted report without a shard", about({ shardId: undefined })],
    ["a deleted report without a size", about({ batchSize: "1" })],
    ["a deleted report that arrived at no time", about({ lastArrival: "then" })],
    ["the reports that are over as no list", '{"over":"r1"}'],
  ])("sets %s aside, and keeps the rest", (_, bad) => {
    const file = inDirectory("journal");
    const text = `{"settled":{"r1":["1"]}}\n${bad}\n{"settled":{"r1":["2"]}}\n`;
    fs.writeFileSync(file, text);

    const journal = Journal.open(file);

    expect([...journal.confirmed("r1")]).toEqual(["1", "2"]);
    expect(journal.setAside).toMatch(/journal\.unreadable-\d+$/);
    expect(fs.readFileSync(journal.setAside!, "utf8")).toBe(text);
    expect(Journal.open(file).setAside).toBeUndefined();
  });

  describe("on a disk that becomes full", () => {
    afterEach(() => jest.restoreAllMocks());
    const full = () =>
      Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });

    it("is written to the end when a write is short", () => {
      const file = inDirectory("journal");
      const journal = Journal.open(file);
      const writeSync = fs.writeSync;
      jest
        .spyOn(fileSystem, "writeSync")
        .mockImplementation(((descriptor: number, data: Buffer, at: number) =>
          writeSync(descriptor, data, at, Math.min(3, data.length - at))) as typeof fs.writeSync);

      journal.write({ settled: { r1: ["1", "2"] } });

      expect(fs.readFileSync(file, "utf8")).toBe('{"settled":{"r1":["1","2"]}}\n');
    });

    it("loses the line that did not fit, and no other", () => {
      const file = inDirectory("journal");
      const journal = Journal.open(file);
      journal.write({ settled: { r1: ["1"] } });
      const writeSync = fs.writeSync;
      jest
        .spyOn(fileSystem, "writeSync")
        .mockImplementationOnce(((descriptor: number, data: Buffer, at: number) =>
          writeSync(descriptor, data, at, 9)) as typeof fs.writeSync)
        .mockImplementationOnce(() => {
          throw full();
        });

      expect(() => journal.write({ settled: { r1: ["2"] } })).toThrow(
        `${file} could not be written (ENOSPC: no space left on device); make room, or name another directory in XDG_STATE_HOME`,
      );
      journal.write({ settled: { r1: ["3"] } });

      const next = Journal.open(file);
      expect([...next.confirmed("r1")]).toEqual(["1", "3"]);
      expect(next.setAside).toBeUndefined();
    });

    it("leaves no lock and no half journal behind", async () => {
      jest.spyOn(fileSystem, "writeFileSync").mockImplementation(((file: string) => {
        fs.closeSync(fs.openSync(file, "w"));
        throw full();
      }) as typeof fs.writeFileSync);

      await expect(lock(inDirectory("lock"))).rejects.toThrow(
        /lock\.\d+ could not be written \(ENO/,
      );
      expect(() => Journal.open(inDirectory("journal"))).toThrow(/journal could not be written/);
      expect(fs.readdirSync(directory)).toEqual([]);
    });
  });

  it("is gone when every report is", () => {
    const file = inDirectory("journal");
    const journal = Journal.open(file);
    journal.write({ held: { r1: "handle" } });
    journal.write({ settled: { r1: ["1"] } });
    journal.write({ deleted: "r1" });
    journal.write({ released: true });

    journal.close();

    expect(fs.existsSync(file)).toBe(false);
  });

  it("keeps the receipt handles of a run that was killed", () => {
    const file = inDirectory("journal");
    Journal.open(file).write({ held: { r1: "handle" } });

    expect(Journal.open(file).heldHandles).toEqual({ r1: "handle" });
  });
});

describe("the journal of a run that goes on", () => {
  const reopened = (...lines: Parameters<Journal["write"]>[0][]) => {
    const file = inDirectory("journal");
    const journal = Journal.open(file);
    lines.forEach((line) => journal.write(line));
    // Opening writes what is left as a new journal, of which the next opening reads the same.
    Journal.open(file).close();
    return { journal: Journal.open(file), text: fs.readFileSync(file, "utf8") };
  };

  it("has only what is not done yet", () => {
    const { text } = reopened(
      { held: { m1: "h1" } },
      { held: { m2: "h2" } },
      { sending: ["1"] },
      { settled: { r1: ["1"], r2: [] } },
      { settled: { r3: ["1"] } },
      { deleted: "r3" },
      { sending: ["2"] },
    );

    expect(text).toBe(
      '{"settled":{"r1":["1"]}}\n{"held":{"m1":"h1","m2":"h2"}}\n{"sending":["2"]}\n',
    );
  });

  it("does not name what a complete run has sent again", () => {
    const { journal } = reopened({ sending: ["1"] }, { sending: ["2"] }, { unsent: true });
    expect(journal.unanswered).toEqual(["1"]);

    journal.write({ completed: true });

    expect(journal.unanswered).toEqual([]);
  });

  it("forgets everything that was confirmed on request", () => {
    const { journal } = reopened({ settled: { r1: ["1"], r2: ["2"] } });

    journal.forget();

    expect(["r1", "r2"].map((report) => [...journal.confirmed(report)])).toEqual([[], []]);
    journal.close();
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it("is readable by its owner alone", () => {
    reopened({ sending: ["1"] });

    expect(fs.statSync(inDirectory("journal")).mode & 0o777).toBe(0o600);
  });

  it("is on the disk within a second", () => {
    jest.useFakeTimers();
    const journal = Journal.open(inDirectory("journal"));
    const sync = jest.spyOn(fileSystem, "fsyncSync");

    journal.write({ settled: { r: ["1"] } });
    journal.write({ settled: { r: ["2"] } });
    jest.advanceTimersByTime(1000);

    expect(sync).toHaveBeenCalledTimes(1);
    sync.mockImplementationOnce(() => {
      throw new Error("EIO");
    });
    journal.write({ settled: { r: ["3"] } });
    jest.advanceTimersByTime(1000);
    expect(() => journal.write({ settled: { r: ["4"] } })).toThrow("could not be written (EIO)");
    sync.mockRestore();
    jest.useRealTimers();
  });

  it("keeps apart what is sent side by side", () => {
    const { journal } = reopened(
      { sending: ["1"], lane: "a:0" },
      { sending: ["2"], lane: "a:1" },
      { sending: ["2", "3"], lane: "b:0" },
      { settled: {}, lane: "a:0" },
    );

    expect(journal.unanswered).toEqual(["2", "2", "3"]);
    journal.write({ sending: ["2"], lane: "b:7" });
    journal.write({ settled: {}, lane: "b:7" });
    expect(journal.unanswered).toEqual(["2", "3"]);
  });

  it("has a position for each shard and its filters, with the exceptions", () => {
    const place = { shard: "s", filters: ["{}"], confirmed: 2 };
    const { journal, text } = reopened(
      { passed: { ...place, upTo: "9", rejected: ["3", "4"], ahead: ["10", "12"] } },
      { passed: { ...place, upTo: "11", confirmed: 4, cured: ["3"] } },
      { passed: { ...place, upTo: "7", filters: [] } },
    );

    expect(text).toBe(
      '{"passed":{"shard":"s","filters":["{}"],"confirmed":4,"upTo":"11","rejected":["4"],"ahead":["12"]}}\n' +
        '{"passed":{"shard":"s","filters":[],"confirmed":2,"upTo":"7"}}\n',
    );
    expect(journal.positionsOf("s").map(({ upTo }) => upTo)).toEqual(["11", "7"]);
    expect(journal.positionsOf("other")).toEqual([]);
    journal.forget();
    expect(journal.positionsOf("s")).toEqual([]);
  });

  it("does not grow with what was sent", () => {
    const file = inDirectory("journal");
    const journal = Journal.open(file);
    const sending = Array.from({ length: 1000 }, (_, at) => `${10n ** 55n + BigInt(at)}`);
    let largest = 0;

    for (let batch = 0; batch < 200; batch += 1) {
      const place = { shard: "s", filters: [], confirmed: batch };
      journal.write({ sending, lane: "s" });
      journal.write({ settled: {}, lane: "s", passed: { ...place, upTo: String(batch) } });
      largest = Math.max(largest, fs.statSync(file).size);
    }

    expect(largest).toBeGreaterThan(4e6);
    expect(largest).toBeLessThan(5e6);
    expect(Journal.open(file).positionsOf("s")).toMatchObject([{ upTo: "199", confirmed: 199 }]);
  });
});

describe("the files of a redrive", () => {
  const { XDG_STATE_HOME } = process.env;
  afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    Object.assign(process.env, XDG_STATE_HOME === undefined ? {} : { XDG_STATE_HOME });
  });
  const pipeline = { mapping: { uuid: "u" }, destination: { arn: "a", service: "sqs" } };
  const files = (options: CommandOptions = {}, changes: object = {}) =>
    stateFiles({ ...pipeline, ...changes } as unknown as Pipeline, options);

  it("are in the user's directory for the state of programs", () => {
    process.env.XDG_STATE_HOME = directory;

    const { journal, lock: lockFile } = files();

    expect(path.relative(directory, journal)).toMatch(
      /^cross-account-kinesis\/redrive-[0-9a-f]{16}\.jsonl$/,
    );
    expect(lockFile).toBe(journal.replace(/jsonl$/, "lock"));
    expect(fs.statSync(path.dirname(journal)).mode & 0o777).toBe(0o700);
  });

  it("are others for another queue, mapping or time", () => {
    process.env.XDG_STATE_HOME = path.join(directory, "not", "there");
    const from = new Date(0);
    const names = [
      files(),
      files({ queueUrl: "q" }),
      files({}, { destination: undefined }),
      files({ from }),
      files({ from }, { mapping: { uuid: "v" } }),
      files({ from, to: new Date(1) }),
      files({ from: new Date(1) }),
    ].map(({ journal }) => journal);

    expect(new Set(names).size).toBe(names.length);
    expect(files({ from }, { destination: undefined }).journal).toBe(names[3]);
  });

  it("say what to do if they cannot be written", () => {
    const file = inDirectory("file");
    fs.writeFileSync(file, "");
    process.env.XDG_STATE_HOME = file;

    expect(() => files()).toThrow(
      /^.*cross-account-kinesis could not be written \(ENOTDIR: .*\); make room, or name another directory in XDG_STATE_HOME$/,
    );
  });
});

describe("the lock", () => {
  it("lets one run in, and the next one when it has ended", async () => {
    const file = inDirectory("lock");
    const release = await lock(file);

    await expect(lock(file)).rejects.toThrow(
      `another redrive of this queue is running (process ${process.pid} on ${os.hostname()}); wait for it, or delete ${file} if there is no such process`,
    );
    release();
    (await lock(file))();

    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it("is taken over from a process that was killed", async () => {
    const file = inDirectory("lock");
    // No process has this ID: Linux and macOS end far below it.
    fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 30, host: os.hostname() }));

    const release = await lock(file);

    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    release();
  });

  it("is respected while its process runs, whoever started it", async () => {
    const file = inDirectory("lock");
    const kill = jest.spyOn(process, "kill");
    fs.writeFileSync(file, JSON.stringify({ pid: 7, host: os.hostname() }));

    kill.mockReturnValueOnce(true);
    await expect(lock(file)).rejects.toThrow("(process 7 on ");
    kill.mockImplementationOnce(() => {
      throw Object.assign(new Error("not permitted"), { code: "EPERM" });
    });
    await expect(lock(file)).rejects.toThrow("(process 7 on ");
    expect(kill.mock.calls).toEqual([
      [7, 0],
      [7, 0],
    ]);
    kill.mockRestore();
  });

  it.each([
    ["a process that had this one's ID", JSON.stringify({ pid: process.pid, host: os.hostname() })],
    ["a full disk", ""],
  ])("is taken over from %s", async (_, text) => {
    const file = inDirectory("lock");
    fs.writeFileSync(file, text);

    (await lock(file))();

    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it("can be read by its owner alone", async () => {
    const release = await lock(inDirectory("lock"));

    expect(fs.statSync(inDirectory("lock")).mode & 0o777).toBe(0o600);
    release();
  });

  it("is left to another run that takes it over at the same moment", async () => {
    const file = inDirectory("lock");
    const dead = JSON.stringify({ pid: 2 ** 30, host: os.hostname() });
    fs.writeFileSync(file, dead);

    const taken = lock(file);
    fs.writeFileSync(file, dead.replace(String(2 ** 30), "1"));

    await expect(taken).rejects.toThrow(
      "another redrive of this queue has just started; wait for it",
    );
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({ pid: 1, host: os.hostname() });
  });

  it("is respected when its process is on another machine", async () => {
    const file = inDirectory("lock");
    fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 30, host: "elsewhere" }));

    await expect(lock(file)).rejects.toThrow("on elsewhere");
  });
});
