import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lock } from "../../cli/src/redrive/lock";
import { Progress } from "../../cli/src/redrive/progress";

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "redrive-"))));
afterEach(() => fs.rmSync(directory, { recursive: true }));
const inDirectory = (name: string) => path.join(directory, name);

describe("the journal", () => {
  it("remembers what was confirmed when a kill cuts off its last line", () => {
    const file = inDirectory("journal");
    const first = Progress.open(file);
    first.write({ settled: { r1: ["1", "2"], r2: ["2"] } });
    first.write({ settled: { r1: ["3"] } });
    fs.appendFileSync(file, '{"settled":{"r1":["4"');

    const second = Progress.open(file);

    expect([...second.confirmed("r1")]).toEqual(["1", "2", "3"]);
    expect([...second.confirmed("r2")]).toEqual(["2"]);
    second.write({ settled: { r2: ["5"] } });
    expect([...Progress.open(file).confirmed("r2")]).toEqual(["2", "5"]);
  });

  it("names the batch that was sent without an answer", () => {
    const file = inDirectory("journal");
    const first = Progress.open(file);
    first.write({ sending: ["1"] });
    first.write({ settled: {} });
    first.write({ sending: ["2", "3"] });

    expect(Progress.open(file).unanswered).toEqual(["2", "3"]);
  });

  it("is gone when every report is", () => {
    const file = inDirectory("journal");
    const progress = Progress.open(file);
    progress.write({ held: { r1: "handle" } });
    progress.write({ settled: { r1: ["1"] } });
    progress.write({ deleted: "r1" });
    progress.write({ released: true });

    progress.close();

    expect(fs.existsSync(file)).toBe(false);
  });

  it("keeps the receipt handles of a run that was killed", () => {
    const file = inDirectory("journal");
    Progress.open(file).write({ held: { r1: "handle" } });

    expect(Progress.open(file).heldHandles).toEqual({ r1: "handle" });
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

  it("is respected when its process is on another machine", async () => {
    const file = inDirectory("lock");
    fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 30, host: "elsewhere" }));

    await expect(lock(file)).rejects.toThrow("on elsewhere");
  });
});
