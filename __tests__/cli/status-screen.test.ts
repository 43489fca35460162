import { Accounts } from "../../cli/src/accounts";
import { Output } from "../../cli/src/output";
import { runStatus } from "../../cli/src/status/screen";
import { recordedAccount } from "./recorded";
import { CONFIGURATION, CONSUMER, FUNCTION, gone, STREAM } from "./recorded-pipeline";

const RETENTION_HOURS = 24;
const HALF = (RETENTION_HOURS * 3_600_000) / 2;
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const NOW = new Date("2026-11-26T12:00:00Z");

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string } };
}

/** A consumer: its values by the name of the metric, and what is around it. */
interface Consumer {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly state?: string;
  readonly mapping?: object;
  /** Reserved concurrency of the function. */
  readonly concurrency?: number;
  readonly isStreamMissing?: boolean;
  /** Minutes since the last batch. */
  readonly lastBatch?: number;
  readonly name?: string;
  /** Reports in the on-failure queue. */
  readonly reports?: number;
  /** Whether the figures of the stream, or the mapping, may not be read. */
  readonly isDenied?: boolean;
  readonly isMappingDenied?: boolean;
  readonly alias?: string;
  readonly sharesThroughput?: boolean;
}

interface Options {
  readonly minutes?: string;
  readonly watch?: string | true;
  readonly isTerminal?: boolean;
  readonly isJson?: boolean;
  /** Interrupts the command during this look. */
  readonly interruptedAt?: number;
}

/** What `status` prints of some consumers, and its exit code. */
async function statusOf(all: readonly Consumer[], options: Options = {}) {
  const { minutes = "5", watch, isTerminal = false, isJson = false, interruptedAt } = options;
  const windows: [Date, Date][] = [];
  const interruption = new AbortController();
  let looks = 0;
  const answer =
    (of: Consumer) => (input: { MetricDataQueries: Query[]; StartTime: Date; EndTime: Date }) => {
      windows.push([input.StartTime, input.EndTime]);
      return {
        MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
          const value = of.metrics?.[Metric.MetricName];
          const at = new Date(Number(NOW) - (of.lastBatch ?? 1) * 60_000);
          return value === undefined ? { Id } : { Id, Values: [value], Timestamps: [at] };
        }),
      };
    };
  const accountsOf = new Map(
    all
      .flatMap((one, index) => {
        const [streams, functions] = [`11111111111${index}`, `22222222222${index}`];
        return [
          recordedAccount(streams, {
            "kinesis:DescribeStreamSummary": one.isStreamMissing
              ? gone()
              : () => ({
                  StreamDescriptionSummary: {
                    RetentionPeriodHours: RETENTION_HOURS,
                    EnhancedMonitoring: [{ ShardLevelMetrics: ["IteratorAgeMilliseconds"] }],
                  },
                }),
            "kinesis:ListShards": () => ({
              Shards: [{ ShardId: "shard-0" }, { ShardId: "shard-1" }],
            }),
            "cloudwatch:GetMetricData": one.isDenied ? gone("AccessDenied") : answer(one),
          }),
          recordedAccount(functions, {
            "lambda:GetEventSourceMapping": () => {
              if (one.isMappingDenied) {
                throw Object.assign(new Error("no"), { name: "AccessDenied" });
              }
              looks += 1;
              if (looks === interruptedAt) {
                interruption.abort();
              }
              return {
                ...CONFIGURATION,
                FunctionArn: functionArn(one, index),
                EventSourceArn: sourceArn(one, index),
                State: one.state ?? "Enabled",
                ...one.mapping,
                DestinationConfig: {
                  OnFailure: { Destination: QUEUE.replace(/\d{12}/, functions) },
                },
              };
            },
            "lambda:GetFunctionConfiguration": () => ({ State: "Active" }),
            "lambda:GetFunctionConcurrency": () => ({
              ReservedConcurrentExecutions: one.concurrency,
            }),
            "cloudwatch:GetMetricData": answer(one),
            "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
            "sqs:GetQueueAttributes": () => ({
              Attributes: { ApproximateNumberOfMessages: String(one.reports ?? 0) },
            }),
          }),
        ];
      })
      .map((account) => [account.id, account]),
  );
  const accounts = new Accounts([]);
  jest.spyOn(accounts, "of").mockImplementation((id) => Promise.resolve(accountsOf.get(id)!));
  let text = "";
  const stdout = { isTTY: isTerminal, write: (part: string) => (text += part) };
  const exitCode = await runStatus({
    source: () =>
      Promise.resolve({
        references: all.map((one, index) => ({
          region: "eu-west-1",
          functionArn: functionArn(one, index),
          sourceArn: sourceArn(one, index),
          uuid: "a-mapping",
        })),
        accounts,
      }),
    output: new Output(stdout, stdout, isJson),
    options: { minutes, ...(watch !== undefined && { watch }) },
    signal: interruption.signal,
  } as Partial<Parameters<typeof runStatus>[0]> as Parameters<typeof runStatus>[0]);
  return { exitCode, text, lines: text.trimEnd().split("\n"), windows };
}

const functionArn = ({ alias, name = "analytics" }: Consumer, index: number): string =>
  FUNCTION.replace(/\d{12}/, `22222222222${index}`).replace("analytics", name) +
  (alias === undefined ? "" : `:${alias}`);
const sourceArn = ({ sharesThroughput }: Consumer, index: number): string =>
  (sharesThroughput ? STREAM : CONSUMER).replace(/\d{12}/, `11111111111${index}`);
const lagOf = (milliseconds: number): Consumer => ({
  metrics: { "SubscribeToShardEvent.MillisBehindLatest": milliseconds },
});
const reads = (incoming: number, read: number): Consumer => ({
  metrics: {
    IncomingRecords: incoming,
    "SubscribeToShardEvent.Records": read,
    "GetRecords.Records": read,
  },
});

describe("status", () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ["nextTick", "setImmediate"] }));
  afterEach(() => jest.useRealTimers());

  it("shows the figures of each reader, what is wrong, what is not known, and a verdict", async () => {
    const metrics = {
      ...lagOf(90_000).metrics,
      IteratorAge: 90_000,
      IncomingRecords: 500,
      "SubscribeToShardEvent.Records": 61,
      Errors: 3,
      Throttles: 4,
      ApproximateAgeOfOldestMessage: 7200,
    };
    const { exitCode, lines, windows } = await statusOf([
      lagOf(0),
      { name: "billing" },
      { metrics, reports: 2 },
    ]);

    expect(lines).toEqual([
      "function   state    last   lag      in/min  read/min  errors  failed  left",
      "analytics  Enabled  1 min  1.5 min  100     12.2      3       2       22 h",
      "billing    Enabled  -      -        -       -         -       0       -",
      "analytics  Enabled  -      0 ms     -       -         -       0       -",
      "",
      "analytics",
      "  2 failed batches wait; the oldest can be read for 22 h at most",
      "  4 invocations were throttled",
      "",
      "unknown (billing): no metric shows that it reads now; Lambda's last result is",
      "'OK'",
      "",
      "something is wrong with 1 of 3 readers; cannot tell about 1",
    ]);
    expect(exitCode).toBe(1);
    expect(new Set(windows.map((window) => JSON.stringify(window)))).toEqual(
      new Set([
        JSON.stringify(["2026-11-26T11:55:00.000Z", "2026-11-26T12:00:00.000Z"]),
        JSON.stringify(["2026-11-25T12:00:00.000Z", "2026-11-26T12:00:00.000Z"]),
      ]),
    );
  });

  it("shows the longer lag first, and when a function last got a batch", async () => {
    const { exitCode, lines } = await statusOf([
      { ...lagOf(1000), name: "a" },
      { metrics: { ...lagOf(60_000).metrics, IteratorAge: 1 }, lastBatch: 90, name: "b" },
    ]);

    expect(lines).toEqual([
      "function  state    last   lag    in/min  read/min  errors  failed  left",
      "b         Enabled  1.5 h  1 min  -       -         -       0       -",
      "a         Enabled  -      1 s    -       -         -       0       -",
      "",
      "all is well with 2 of 2 readers",
    ]);
    expect(exitCode).toBe(0);
  });

  it("gives long names a line, and names the alias and the lag of each shard that is measured", async () => {
    const { exitCode, lines } = await statusOf([
      {
        name: "analytics-of-clicks-in-the-shop",
        alias: "live",
        sharesThroughput: true,
        metrics: { IteratorAge: 86_400_000, IteratorAgeMilliseconds: 250 },
      },
    ]);

    expect(lines).toEqual([
      "  state    last   lag  in/min  read/min  errors  failed  left",
      "analytics-of-clicks-in-the-shop:live",
      "  Enabled  1 min  1 d  -       -         -       0       -",
      "",
      "analytics-of-clicks-in-the-shop:live",
      "  the lag of 1 d is above half of the retention of 1 d",
      "  lag by shard: shard-0 250 ms, shard-1 250 ms",
      "",
      "something is wrong with 1 of 1 reader",
    ]);
    expect(exitCode).toBe(1);
  });

  it("says what it could not look at, once, and of whom", async () => {
    const { exitCode, lines } = await statusOf([{ isDenied: true }, lagOf(0)]);

    expect(lines.slice(3)).toEqual([
      "",
      "unknown (analytics): profile 111111111110 may not call cloudwatch:GetMetricData;",
      "--permissions prints the policy that it needs (AWS: not there)",
      "",
      "unknown (analytics): no metric shows that it reads now; Lambda's last result is",
      "'OK'",
      "",
      "cannot tell whether all is well with 1 of 2 readers",
    ]);
    expect(exitCode).toBe(3);
  });

  it.each<[string, Consumer, number]>([
    ["a reader without figures", {}, 3],
    ["a reader without lag", lagOf(0), 0],
    ["a lag of half of the retention", lagOf(HALF), 0],
    ["a lag above half of the retention", lagOf(HALF + 1), 1],
    ["a mapping that is not enabled", { ...lagOf(0), state: "Disabled" }, 1],
    [
      "a mapping with a problem",
      { ...lagOf(0), mapping: { LastProcessingResult: "PROBLEM: no" } },
      1,
    ],
    ["a function without concurrency", { ...lagOf(0), concurrency: 0 }, 1],
    ["a function with concurrency", { ...lagOf(0), concurrency: 1 }, 0],
    ["a stream that does not exist", { isStreamMissing: true }, 1],
    ["records of which none is read", reads(5, 0), 1],
    ["records of which one is read", reads(5, 1), 0],
    ["no records", reads(0, 0), 0],
    ["records of which others read one", { ...reads(5, 1), sharesThroughput: true }, 3],
    ["a report of a failed batch", { ...lagOf(0), reports: 1 }, 1],
    ["figures that could not be read", { isDenied: true }, 3],
    ["a mapping that could not be read", { ...lagOf(0), isMappingDenied: true }, 3],
    ["a report, and figures that could not be read", { isDenied: true, reports: 1 }, 1],
  ])("judges %s, whatever the other readers do", async (_, consumer, exitCode) => {
    expect((await statusOf([consumer])).exitCode).toBe(exitCode);
    expect((await statusOf([lagOf(0), consumer])).exitCode).toBe(exitCode);
  });

  it.each([
    [{ minutes: "0" }, "'--minutes' must be a number above 0, got 0; write 5, for example"],
    [{ minutes: "x" }, "'--minutes' must be a number above 0, got x; write 5, for example"],
    [{ watch: "-1" }, "'--watch' must be a number above 0, got -1; write 5, for example"],
  ])("refuses %j", async (options, message) => {
    await expect(statusOf([{}], options)).rejects.toThrow(message);
  });

  it("prints figures as JSON instead of the table", async () => {
    const { text } = await statusOf([{ state: "Disabled" }], { isJson: true });

    expect(JSON.parse(text)).toMatchObject([{ state: "Disabled", failures: { waiting: 0 } }]);
  });

  it.each([true, false])(
    "shows it again until it is interrupted, on a clean screen of a terminal (%s)",
    async (isTerminal) => {
      jest.useRealTimers();
      const { exitCode, text } = await statusOf([{ state: "Disabled" }], {
        watch: "0.001",
        isTerminal,
        interruptedAt: 3,
      });

      expect(text.match(/the mapping is Disabled/g)).toHaveLength(3);
      // eslint-disable-next-line no-control-regex
      expect(text.match(/\u001b\[2J/g) ?? []).toHaveLength(isTerminal ? 3 : 0);
      expect(exitCode).toBe(1);
    },
  );
});
