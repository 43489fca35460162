import { probe } from "../../cli/src/doctor/probe";
import { CONFIGURATION, diagnosis, gone, ROLE, STREAM } from "./recorded-pipeline";
import type { Answers } from "./recorded";

const NOW = 1_764_158_400_000;
const LOG_GROUP = "/aws/lambda/analytics";

interface LogInput {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly filterPattern: string;
  readonly nextToken?: string;
}

/** What the probe says, what it put, and how it looked into the log. */
async function probed(
  log: (marker: string, input: LogInput) => object,
  {
    changes = {},
    data,
    mappings = 1,
  }: { changes?: Answers; data?: string; mappings?: number } = {},
) {
  const puts: { StreamARN: string; PartitionKey: string; Data: Uint8Array; DryRun?: true }[] = [];
  const looks: LogInput[] = [];
  const { examination } = await diagnosis({
    "kinesis:PutRecord": (input: (typeof puts)[0]) => {
      if (input.DryRun) {
        throw Object.assign(new Error("it would be put"), { name: "DryRunOperationException" });
      }
      puts.push(input);
      return { SequenceNumber: "1" };
    },
    "logs:FilterLogEvents": (input: LogInput) => {
      looks.push(input);
      return log(input.filterPattern.slice(1, -1), input);
    },
    ...changes,
  });
  const pipelines = Array.from({ length: mappings }, () => examination.pipeline);
  const verdicts = await probe(pipelines, {
    timeoutSeconds: 60,
    ...(data !== undefined && { data }),
  });
  return { verdicts, puts, looks };
}

const found = (marker: string) => ({
  events: [{ message: "START" }, { message: `got ${marker}`, timestamp: NOW + 250 }],
});
const mapping = (more: object): Answers => ({
  "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...more }),
});
const filters = (Pattern: string) => mapping({ FilterCriteria: { Filters: [{ Pattern }] } });

describe("doctor's probe", () => {
  beforeEach(() =>
    jest.useFakeTimers({
      now: NOW,
      doNotFake: ["nextTick", "setImmediate", "setTimeout", "setInterval", "queueMicrotask"],
    }),
  );
  afterEach(() => jest.useRealTimers());

  it("puts one marked record, and finds it in the function's log", async () => {
    const { verdicts, puts, looks } = await probed(found);

    const [{ PartitionKey: key, Data: data, StreamARN }] = puts as [(typeof puts)[0]];
    const marker = key.replace("cross-account-kinesis-probe-", "");
    expect(verdicts).toEqual([
      { status: "ok", says: `the record was in ${LOG_GROUP} after 250 ms` },
    ]);
    expect(StreamARN).toBe(STREAM);
    expect(JSON.parse(Buffer.from(data).toString())).toEqual({
      probe: "cross-account-kinesis",
      marker,
    });
    expect(looks).toEqual([
      { logGroupName: LOG_GROUP, startTime: NOW - 60_000, filterPattern: `"${marker}"` },
    ]);
  });

  it.each([
    ["the writer may not put it", gone("AccessDeniedException"), 1, "finding"],
    ["the endpoint knows no dry run, and has put it", () => ({ SequenceNumber: "1" }), 1, "ok"],
    ["the dry run answers like a put, and has put nothing", () => ({}), 2, "ok"],
  ])("puts no record twice where %s", async (_, answer, calls, status) => {
    const inputs: object[] = [];
    const PutRecord = (input: object) => {
      inputs.push(input);
      return answer();
    };

    const { verdicts } = await probed(found, { changes: { "kinesis:PutRecord": PutRecord } });

    expect(inputs).toHaveLength(calls);
    expect(inputs[0]).toMatchObject({ DryRun: true });
    expect(verdicts).toMatchObject([{ status }]);
  });

  it("puts the data that is given, once for all mappings of a stream", async () => {
    const { verdicts, puts } = await probed(found, { data: "mine", mappings: 2 });

    expect(verdicts.map(({ status }) => status)).toEqual(["ok", "ok"]);
    expect(puts.map(({ Data }) => Buffer.from(Data).toString())).toEqual(["mine"]);
  });

  it("reads every page of a log group that the function names", async () => {
    const { verdicts } = await probed(
      (marker, { nextToken }) => (nextToken ? found(marker) : { nextToken: "more", events: [] }),
      {
        changes: {
          "lambda:GetFunctionConfiguration": () => ({
            State: "Active",
            Role: ROLE,
            LoggingConfig: { LogGroup: "/shared" },
          }),
        },
      },
    );

    expect(verdicts).toEqual([{ status: "ok", says: "the record was in /shared after 250 ms" }]);
  });

  it("does not wait for a clock of AWS that is behind", async () => {
    const { verdicts } = await probed((marker) => ({
      events: [{ message: marker, timestamp: NOW - 5 }],
    }));

    expect(verdicts).toEqual([{ status: "ok", says: `the record was in ${LOG_GROUP} after 0 ms` }]);
  });

  const never = (seconds: number) => () => {
    jest.setSystemTime(NOW + seconds * 1000);
    return {};
  };

  it("gives up after its time and the batching window", async () => {
    const changes = mapping({ MaximumBatchingWindowInSeconds: 30 });
    const ends = [90, 91];
    const { verdicts, looks } = await probed(() => never(ends.shift() ?? 0)(), { changes });

    const [marker] = looks.map(({ filterPattern }) => filterPattern.slice(1, -1));
    expect(looks).toHaveLength(2);
    expect(verdicts).toMatchObject([
      {
        status: "finding",
        finding: {
          id: "probe-not-seen",
          evidence: `no line of ${LOG_GROUP} has ${marker} within 90 s`,
        },
      },
    ]);
  });

  it.each([
    [
      "drop it",
      filters('{"data":{"a":[1]}}'),
      "unknown",
      "the mapping's filters drop the record, which proves nothing; use --probe-data with data that passes",
    ],
    [
      "cannot be decided",
      filters("{"),
      "unknown",
      "within 60 s, and the mapping's filters are not known here\"",
    ],
    ["pass it", filters('{"data":{"probe":["cross-account-kinesis"]}}'), "finding", 'within 60 s"'],
  ])("takes filters into account that %s", async (_, changes, status, expected) => {
    const { verdicts } = await probed(never(61), { changes });

    const [verdict] = verdicts;
    expect(verdict?.status).toBe(status);
    expect(JSON.stringify(verdict)).toContain(expected);
  });

  it.each<[string, Answers, string, string]>([
    [
      "the record may not be put",
      { "kinesis:PutRecord": gone("AccessDeniedException") },
      "finding",
      "profile 111111111111 may not call kinesis:PutRecord",
    ],
    [
      "the log may not be read",
      { "logs:FilterLogEvents": gone("AccessDeniedException") },
      "unknown",
      "the record was put, but profile 222222222222 may not call logs:FilterLogEvents",
    ],
    [
      "the mapping may not be read",
      { "lambda:GetEventSourceMapping": gone("AccessDeniedException") },
      "unknown",
      "the record was put, but the function's log group is not known",
    ],
    [
      "the function may not be read",
      { "lambda:GetFunctionConfiguration": gone("AccessDeniedException") },
      "unknown",
      "the record was put, but the function's log group is not known",
    ],
  ])("says if %s", async (_, changes, status, expected) => {
    const { verdicts } = await probed(found, { changes });

    expect(verdicts).toMatchObject([{ status }]);
    expect(JSON.stringify(verdicts)).toContain(expected);
  });

  it("says that there are no credentials for the stream's account", async () => {
    const EventSourceArn = STREAM.replace("111111111111", "333333333333");
    const { examination } = await diagnosis(mapping({ EventSourceArn }), {
      sourceArn: EventSourceArn,
    });

    expect(await probe([examination.pipeline], { timeoutSeconds: 60 })).toEqual([
      { status: "unknown", why: "no record can be put: no credentials for 333333333333" },
    ]);
  });
});
