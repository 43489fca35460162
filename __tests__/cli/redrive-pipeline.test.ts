import * as fs from "node:fs";
import * as path from "node:path";
import { until } from "../local/two-accounts";
import { byKey, dataOf, RedrivePipeline } from "./redrive-pipeline";
import { useWorld } from "./use-world";

const world = useWorld();

describe("redrive of a queue's reports", () => {
  let pipeline: RedrivePipeline;

  beforeAll(async () => {
    pipeline = await RedrivePipeline.build(world, "failing", { shards: 4 });
  });

  it("brings 500 failed records of 4 shards back exactly and in order, although killed three times", async () => {
    await pipeline.fail(500);
    await pipeline.repairFunction();
    const kills = [
      { operation: "ReceiveMessage", at: 3 },
      { operation: "Invoke", at: 12 },
      { operation: "DeleteMessage", at: 9 },
    ];

    // With several invocations at a time, a kill may leave several batches without an answer.
    const options = ["--concurrency", "1"];

    const counts: number[] = [];
    for (const kill of kills) {
      expect(await pipeline.start({ ...kill, options }).outcome).toMatchObject({ wasKilled: true });
      counts.push(pipeline.delivered().length);
    }
    const { summary, exitCode } = await pipeline.start().outcome;

    expect(counts[0]).toBe(0);
    expect(counts[1]).toBeGreaterThan(0);
    expect(counts[2]).toBeGreaterThan(counts[1]!);
    expect(counts[2]).toBeLessThan(500);
    // The function gets the same events as from the mapping.
    expect(byKey(pipeline.delivered())).toEqual(byKey(pipeline.failed()));
    expect(summary).toMatchObject({ sent: 500 - counts[2]!, rejected: [], undecided: [] });
    expect(summary.confirmedBefore).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect((await pipeline.dryRun()).reports).toBe(0);
    expect(fs.readdirSync(path.join(pipeline.state, "cross-account-kinesis"))).toEqual([]);
  });

  it("sends a batch twice only if it was killed before the answer, and names it", async () => {
    await pipeline.fail(60);
    await pipeline.repairFunction({ PAUSE_MILLISECONDS: "2000" });

    const run = pipeline.start();
    await until(() => Promise.resolve(pipeline.delivered().length > 10));
    const second = await pipeline.redrive("--yes");
    run.kill();
    const killed = await run.outcome;
    await pipeline.repairFunction();
    const { summary } = await pipeline.start().outcome;

    expect(second).toMatchObject({
      exitCode: 3,
      stdout: "",
      stderr: expect.stringContaining("another redrive of this queue is running (process "),
    });
    expect(killed.wasKilled).toBe(true);
    const delivered = pipeline.delivered();
    const twice = delivered.filter((line, at) => delivered.indexOf(line) !== at);
    expect(twice).toHaveLength(summary.unanswered!.length);
    expect(twice.length).toBeGreaterThan(0);
    expect(byKey([...new Set(delivered)])).toEqual(byKey(pipeline.failed()));
  });

  it("stops between two batches at Ctrl-C, also if npm passes the signal on once more", async () => {
    await pipeline.fail(60);
    await pipeline.repairFunction();

    const stopped = await pipeline.start({ signal: "SIGINT", operation: "Invoke", at: 2 }).outcome;
    const before = pipeline.delivered().length;
    const { summary, exitCode } = await pipeline.start().outcome;

    expect(stopped).toMatchObject({
      ...{ wasKilled: false, exitCode: 1 },
      summary: { stopped: "you interrupted it", sent: before },
    });
    expect(before).toBeLessThan(60);
    expect(summary).toMatchObject({ sent: 60 - before, unanswered: [] });
    expect(exitCode).toBe(0);
    expect(byKey(pipeline.delivered())).toEqual(byKey(pipeline.failed()));
  });

  it("leaves the records reported that the function still rejects, and sends only them next time", async () => {
    await pipeline.fail(500);
    const failed = pipeline.failed();
    const rejects = [failed[7]!, failed[250]!, failed[499]!];
    await pipeline.repairFunction({ REJECTS: rejects.map(dataOf).join() });

    const { summary, exitCode } = await pipeline.start().outcome;

    const others = failed.filter((line) => !rejects.includes(line));
    expect(byKey(pipeline.delivered())).toEqual(byKey(others));
    expect(summary.sent).toBe(497);
    expect(summary.rejected).toHaveLength(3);
    expect(exitCode).toBe(1);
    expect((await pipeline.dryRun()).reports).toBe(3);

    await pipeline.repairFunction();
    const { summary: next } = await pipeline.start().outcome;

    expect(next).toMatchObject({ reports: 3, sent: 3, rejected: [], deletedReports: 3 });
    expect(byKey(pipeline.delivered())).toEqual(byKey([...others, ...rejects]));
    expect((await pipeline.dryRun()).reports).toBe(0);
  });
});
