import { UpdateShardCountCommand } from "@aws-sdk/client-kinesis";
import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { buildSync } from "esbuild";
import * as path from "node:path";
import { createQueue, records } from "./batch-handler";
import { allow, connect, makeStream, mapping, messages, put, until } from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

/** Logs each event, and counts records in the state. ANSWER replaces the next state. */
const COUNTING = `
let failures = Number(process.env.FAILING_ENDS ?? 0);
exports.handler = async ({ Records, ...event }) => {
  const data = Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString());
  const times = Records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1000);
  const state = { count: (event.state?.count ?? 0) + data.length };
  const { text, ...logged } = event.state ?? {};
  console.log("EVENT " + JSON.stringify({ ...event, state: event.state && logged, size: text?.length, data, times }));
  if (event.isFinalInvokeForWindow && failures-- > 0) throw new Error("the end fails");
  if (process.env.ANSWER) return JSON.parse(process.env.ANSWER);
  if (data.includes("large")) state.text = "x".repeat(1024 * 1024);
  return { state };
};`;

interface LoggedEvent {
  window?: { start: string; end: string };
  state?: { count?: number };
  size?: number;
  shardId: string;
  isFinalInvokeForWindow: boolean;
  isWindowTerminatedEarly: boolean;
  data: string[];
  times: number[];
}

const { aws, producer, consumer } = useTwoAccounts();

async function eventsOf(name: string): Promise<LoggedEvent[]> {
  return (await messages(consumer, name))
    .filter((message) => message.includes("EVENT "))
    .map((message) => JSON.parse(message.slice(message.indexOf("EVENT ") + 6)) as LoggedEvent);
}

const endsIn = (events: LoggedEvent[]) =>
  events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow);

async function connectWindow(
  name: string,
  seconds: number,
  settings: object = {},
  Variables: Record<string, string> = {},
) {
  const stream = await makeStream(producer, name);
  const { uuid } = await connect(producer, consumer, name, stream, COUNTING, {
    mapping: { TumblingWindowInSeconds: seconds, ...settings },
    function: { Environment: { Variables } },
  });
  return { stream, uuid };
}

describe("a tumbling window", () => {
  it("gets every record of its time in batches that hand over a state, and ends once", async () => {
    const { stream } = await connectWindow("counted", 1, { BatchSize: 2 });
    const all: string[] = [];
    const isOver = async () => {
      const batch = Array.from({ length: 5 }, (_, at) => String(all.length + at));
      all.push(...batch);
      await put(producer, stream, records(...batch));
      return endsIn(await eventsOf("counted")).length >= 2;
    };
    await until(isOver);
    const counts = (ends: LoggedEvent[]) => ends.map(({ state }) => state?.count ?? 0);
    const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);
    await until(async () => sum(counts(endsIn(await eventsOf("counted")))) === all.length);
    const events = await eventsOf("counted");
    expect(events.flatMap(({ data }) => data)).toEqual(all);
    let count = 0;
    for (const [at, event] of events.entries()) {
      const [start, end] = [event.window!.start, event.window!.end].map((time) => Date.parse(time));
      expect(event.window!.start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(end! - start!).toBe(1000);
      expect(event.times.filter((time) => time < start! || time >= end!)).toEqual([]);
      expect(event.isFinalInvokeForWindow).toBe(event.data.length === 0);
      expect(event).toMatchObject({
        state: count ? { count } : {},
        shardId: "shardId-000000000000",
        eventSourceARN: stream,
        isWindowTerminatedEarly: false,
      });
      const isNew = at > 0 && events[at - 1]!.isFinalInvokeForWindow;
      expect(event.window!.start === events[at - 1]?.window?.start).toBe(at > 0 && !isNew);
      count = event.isFinalInvokeForWindow ? 0 : count + event.data.length;
    }
  });

  it.each([
    ["no state", "{}"],
    ["a state that is null", '{"state":null}'],
    ["nothing", "null"],
  ])("fails a batch for which the function answers %s", async (what, ANSWER) => {
    const name = `answers-${what.replaceAll(" ", "-")}`;
    const { arn, receive } = await createQueue(consumer, name);
    const stream = await makeStream(producer, name);
    await connect(producer, consumer, name, stream, COUNTING, {
      mapping: {
        TumblingWindowInSeconds: 900,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { ANSWER } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("1"));
    expect(await until(receive)).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 },
    });
    // On a busy machine the window may have ended meanwhile, which calls the function without records.
    const batches = (await eventsOf(name))
      .map(({ data }) => data)
      .filter((data) => data.length > 0);
    expect(batches).toEqual([["1"], ["1"]]);
  });

  it("repeats a failing end, and processes nothing else before it succeeds", async () => {
    const settings = { MaximumRetryAttempts: 0 };
    const { stream } = await connectWindow("failing", 1, settings, { FAILING_ENDS: "3" });
    await put(producer, stream, records("1"));
    await until(async () => endsIn(await eventsOf("failing")).length > 0);
    await put(producer, stream, records("2"));
    await until(async () => (await eventsOf("failing")).some(({ data }) => data[0] === "2"));
    const events = (await eventsOf("failing")).slice(0, 6);
    expect(events.map(({ data }) => data)).toEqual([["1"], [], [], [], [], ["2"]]);
    expect(events.map(({ state }) => state)).toEqual([
      {},
      ...Array.from({ length: 4 }, () => ({ count: 1 })),
      {},
    ]);
  });

  it("ends early when its state exceeds 1 MB, and goes on with an empty state", async () => {
    const { stream } = await connectWindow("large", 900, { BatchSize: 1 });
    await put(producer, stream, records("small", "large", "small"));
    await until(async () => (await eventsOf("large")).length >= 4);
    const events = (await eventsOf("large")).slice(0, 4);
    expect(events.map(({ data }) => data)).toEqual([["small"], ["large"], [], ["small"]]);
    expect(events.map(({ state }) => state)).toEqual([{}, { count: 1 }, { count: 2 }, {}]);
    expect(events[2]).toMatchObject({ isWindowTerminatedEarly: true, size: 1024 * 1024 });
    expect(events.map((event) => event.isWindowTerminatedEarly).filter(Boolean)).toHaveLength(1);
  });

  it("ends when the mapping gives windows up", async () => {
    const { stream, uuid: UUID } = await connectWindow("given-up", 900);
    await put(producer, stream, records("1"));
    await until(async () => (await eventsOf("given-up")).length > 0);
    await consumer.lambda.send(
      new UpdateEventSourceMappingCommand({ UUID, TumblingWindowInSeconds: 0 }),
    );
    await until(async () => (await mapping(consumer, UUID)).State === "Enabled");
    await put(producer, stream, records("2"));
    await until(async () => (await eventsOf("given-up")).some(({ data }) => data[0] === "2"));
    const events = await eventsOf("given-up");
    expect(events.map(({ data }) => data)).toEqual([["1"], [], ["2"]]);
    expect(endsIn(events)).toMatchObject([{ state: { count: 1 } }]);
    expect(events[2]!.window).toBeUndefined();
  });

  it("ends with its shard, and the shards after it have windows of their own", async () => {
    const { stream } = await connectWindow("split", 900);
    await put(producer, stream, records("1"));
    await until(async () => (await eventsOf("split")).length > 0);
    await producer.kinesis.send(
      new UpdateShardCountCommand({
        StreamARN: stream,
        TargetShardCount: 2,
        ScalingType: "UNIFORM_SCALING",
      }),
    );
    await until(async () => {
      await put(producer, stream, records("2"));
      return (await eventsOf("split")).some(({ shardId }) => shardId !== "shardId-000000000000");
    });
    const events = await eventsOf("split");
    const first = events.find(({ shardId }) => shardId !== "shardId-000000000000")!;
    expect(first.state).toEqual({});
    const before = events.slice(0, events.indexOf(first));
    expect(before.at(-1)).toMatchObject({
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
    const total = endsIn(before).reduce((sum, { state }) => sum + (state?.count ?? 0), 0);
    expect(total).toBe(before.flatMap(({ data }) => data).length);
  });

  it("lets kinesisHandler count every record once, although records fail", async () => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `
          import { kinesisHandler } from "./handler/kinesis-handler";
          const failed = new Set();
          export const handler = kinesisHandler(
            ({ kinesis: { sequenceNumber } }, counts) => {
              counts[sequenceNumber] = (counts[sequenceNumber] ?? 0) + 1;
              if (Number(sequenceNumber) % 3 === 0 && !failed.has(sequenceNumber)) {
                failed.add(sequenceNumber);
                throw new Error("broken once");
              }
            },
            { onWindowEnd: (counts) => process.stdout.write("ENDED " + JSON.stringify(counts) + "\\n") },
          );`,
        resolveDir: path.resolve(__dirname, "../.."),
      },
      bundle: true,
      platform: "node",
      write: false,
    });
    const stream = await makeStream(producer, "product");
    await connect(producer, consumer, "product", stream, outputFiles[0]!.text, {
      mapping: {
        TumblingWindowInSeconds: 1,
        BatchSize: 4,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    });
    await put(producer, stream, records(...Array.from({ length: 10 }, (_, at) => String(at))));
    const countsOf = async () =>
      (await messages(consumer, "product"))
        .filter((message) => message.startsWith("ENDED "))
        .flatMap((message) =>
          Object.values(JSON.parse(message.slice(6)) as Record<string, number>),
        );
    await until(async () => (await countsOf()).length >= 10);
    expect(await countsOf()).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it("does not keep the local AWS from stopping, not even while its end fails", async () => {
    const open = await connectWindow("open", 900);
    const stuck = await connectWindow("stuck", 1, {}, { FAILING_ENDS: "1000000" });
    await put(producer, open.stream, records("1"));
    await put(producer, stuck.stream, records("1"));
    await until(async () => (await eventsOf("open")).length > 0);
    await until(async () => endsIn(await eventsOf("stuck")).length > 1);
    await expect(aws().stop()).resolves.toBeUndefined();
  });
});
