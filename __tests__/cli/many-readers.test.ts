import { setTimeout as sleep } from "node:timers/promises";
import { Accounts } from "../../cli/src/accounts";
import { runDoctor } from "../../cli/src/doctor/run";
import { discover } from "../../cli/src/from-aws";
import { Output } from "../../cli/src/output";
import type { Reference } from "../../cli/src/pipeline";
import { MANY_ATTEMPTS } from "../../cli/src/sources";
import { runStatus } from "../../cli/src/status/screen";
import { recordedAccount } from "./recorded";
import { CONSUMER, FUNCTION, FUNCTION_ANSWERS, STREAM_ANSWERS } from "./recorded-pipeline";

const READERS = 200;
const MINUTE = 60_000;
/** AWS answers most of these calls faster, and lets some be made more often. */
const ANSWER_MILLISECONDS = 100;
const CALLS_PER_SECOND = 20;

/** Takes its time for each call, and throttles those of one operation above a rate, as AWS does. */
class Limited {
  throttled = 0;
  private readonly calls = new Map<string, number[]>();

  async take(call: string): Promise<void> {
    const now = Date.now();
    const recent = (this.calls.get(call) ?? []).filter((at) => now - at < 1000);
    const isThrottled = recent.length >= CALLS_PER_SECOND;
    this.calls.set(call, isThrottled ? recent : [...recent, now]);
    await sleep(ANSWER_MILLISECONDS);
    if (isThrottled) {
      this.throttled += 1;
      throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    }
  }
}

function many() {
  const limit = new Limited();
  const metrics = {
    "cloudwatch:GetMetricData": ({
      MetricDataQueries: queries,
    }: {
      MetricDataQueries: { Id: string }[];
    }) => ({
      MetricDataResults: queries.map(({ Id }) => ({ Id, Values: [1], Timestamps: [new Date()] })),
    }),
  };
  const account = (id: string, answers: typeof STREAM_ANSWERS) =>
    recordedAccount(
      id,
      { ...answers, ...metrics },
      (call) => limit.take(`${id} ${call}`),
      MANY_ATTEMPTS,
    );
  const all = {
    "111111111111": account("111111111111", STREAM_ANSWERS),
    "222222222222": account("222222222222", FUNCTION_ANSWERS),
  };
  const accounts = new Accounts([]);
  jest
    .spyOn(accounts, "of")
    .mockImplementation((id) => Promise.resolve(all[id as keyof typeof all]));
  const references = Array.from({ length: READERS }, (_, index): Reference => ({
    region: "eu-west-1",
    functionArn: `${FUNCTION}-${index}`,
    sourceArn: CONSUMER,
    uuid: `mapping-${index}`,
  }));
  let text = "";
  const stdout = { write: (part: string) => (text += part) };
  const silent = { write: () => true };
  const output = new Output(stdout, silent, true);
  return { limit, accounts, references, output, json: () => JSON.parse(text) as object[] };
}

/** Why something is not known, in doctor's JSON. */
const unknowns = (json: string): string[] =>
  [...json.matchAll(/"status":"unknown","why":"([^"]*)"/g)].map(([, why = ""]) => why);

describe("200 readers, in accounts that throttle", () => {
  it("are examined by doctor in under a minute, and nothing stays unknown", async () => {
    const { limit, accounts, references, output, json } = many();
    const start = Date.now();

    const exitCode = await runDoctor({
      pipelines: () => discover(references, accounts),
      output,
      options: { probeTimeout: "60" },
    } as Partial<Parameters<typeof runDoctor>[0]> as Parameters<typeof runDoctor>[0]);

    expect(Date.now() - start).toBeLessThan(MINUTE);
    expect(json()).toHaveLength(READERS);
    expect(unknowns(JSON.stringify(json()))).toEqual([]);
    expect(exitCode).toBe(0);
    expect(limit.throttled).toBeGreaterThan(0);
  });

  it("are measured by status in under a minute, and nothing stays unknown", async () => {
    const { limit, accounts, references, output, json } = many();
    const start = Date.now();

    const exitCode = await runStatus({
      source: () => Promise.resolve({ references, accounts }),
      output,
      options: { minutes: "5" },
    } as Partial<Parameters<typeof runStatus>[0]> as Parameters<typeof runStatus>[0]);

    expect(Date.now() - start).toBeLessThan(MINUTE);
    expect(json()).toHaveLength(READERS);
    expect(json().flatMap((one) => (one as { unknown: string[] }).unknown)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(limit.throttled).toBeGreaterThan(0);
  });
});
