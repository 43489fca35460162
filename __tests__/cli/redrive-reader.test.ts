import type { KinesisReads } from "../../cli/src/redrive/shard-reader";
import { ShardReader } from "../../cli/src/redrive/shard-reader";
import { describeStream } from "../../cli/src/redrive/stream";
import { STREAM } from "./redrive-records";

const error = (name: string) => Object.assign(new Error(name), { name });
const page = (sequences: number[], NextShardIterator?: string, MillisBehindLatest = 0) => ({
  Records: sequences.map((sequence) => ({
    SequenceNumber: String(sequence),
    PartitionKey: "k",
    Data: Buffer.from("{}"),
    ApproximateArrivalTimestamp: new Date(sequence * 1000),
  })),
  NextShardIterator,
  MillisBehindLatest,
});
const iterator = (ShardIterator: string) => ({ ShardIterator });

/** Answers the calls in turn, and keeps what was asked. */
function recorded(answers: unknown[]) {
  const inputs: unknown[] = [];
  const kinesis = {
    send: (command: { input: unknown }) => {
      inputs.push(command.input);
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as KinesisReads;
  return { kinesis, inputs };
}

async function read(reader: ShardReader, from: number, to: number): Promise<number[]> {
  const found: number[] = [];
  const isWanted = ({ sequenceNumber }: { sequenceNumber: string }) => Number(sequenceNumber) <= to;
  for await (const { sequenceNumber } of reader.read({ at: BigInt(from) }, isWanted)) {
    found.push(Number(sequenceNumber));
  }
  return found;
}

const readerOf = (kinesis: KinesisReads) =>
  new ShardReader(kinesis, STREAM, "shardId-0", { sleep: () => Promise.resolve() });
const SHARD = { StreamARN: STREAM, ShardId: "shardId-0" };

describe("the shard reader", () => {
  it("reads a range by ARN, over pages that are empty", async () => {
    const { kinesis, inputs } = recorded([
      iterator("i1"),
      page([1, 2], "i2", 5000),
      page([], "i3", 4000),
      page([3, 4], "i4"),
    ]);

    expect(await read(readerOf(kinesis), 1, 3)).toEqual([1, 2, 3]);
    expect(inputs).toEqual([
      { ...SHARD, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: "1" },
      { StreamARN: STREAM, ShardIterator: "i1", Limit: 100 },
      { StreamARN: STREAM, ShardIterator: "i2", Limit: 2601 },
      { StreamARN: STREAM, ShardIterator: "i3", Limit: 2601 },
    ]);
  });

  it("takes the next range from the page that it has", async () => {
    const { kinesis, inputs } = recorded([iterator("i1"), page([1, 2, 3, 4], "i2", 1)]);
    const reader = readerOf(kinesis);

    expect([await read(reader, 1, 2), await read(reader, 3, 3)]).toEqual([[1, 2], [3]]);
    expect(inputs).toHaveLength(2);
  });

  it.each([
    ["its first record", 1, false],
    ["its last record", 4, false],
    ["before it", 0, true],
    ["after it", 5, true],
  ])("seeks from %s on only if that is not on the page", async (_, at, isSought) => {
    const { kinesis, inputs } = recorded([
      iterator("i1"),
      page([1, 2, 3, 4], "i2", 1),
      ...(isSought ? [iterator("i3"), page([at], undefined)] : [page([])]),
    ]);
    const reader = readerOf(kinesis);
    await read(reader, 1, 3);

    expect(await read(reader, at, at)).toEqual([at]);
    const seeks = inputs.filter((input) => JSON.stringify(input).includes("ShardIteratorType"));
    expect(seeks).toHaveLength(isSought ? 2 : 1);
  });

  it("reads from a time, which it always seeks", async () => {
    const { kinesis, inputs } = recorded([iterator("i1"), page([1], undefined)]);
    const time = new Date(0);
    const found: string[] = [];

    for await (const { sequenceNumber } of readerOf(kinesis).read({ time }, () => true)) {
      found.push(sequenceNumber);
    }

    expect(found).toEqual(["1"]);
    expect(inputs[0]).toEqual({ ...SHARD, ShardIteratorType: "AT_TIMESTAMP", Timestamp: time });
  });

  it("leaves a quarter of a second between its reads", async () => {
    jest.useFakeTimers({ now: 1_000_000, doNotFake: ["nextTick", "queueMicrotask"] });
    const { kinesis } = recorded([
      iterator("i1"),
      page([1], "i2", 1),
      page([2], "i3", 1),
      page([3], undefined),
    ]);
    const waits: number[] = [];
    const sleep = (milliseconds: number) => {
      waits.push(milliseconds);
      jest.setSystemTime(Date.now() + (waits.length === 1 ? 0 : 100));
      return Promise.resolve();
    };
    const reader = new ShardReader(kinesis, STREAM, "shardId-0", { sleep });

    await read(reader, 1, 3);

    jest.useRealTimers();
    expect(waits).toEqual([0, 250, 250]);
  });

  it("reads no faster than it may, in pages of a megabyte", async () => {
    jest.useFakeTimers({ now: 1_000_000, doNotFake: ["nextTick", "queueMicrotask"] });
    const large = (sequence: number, next?: string) => {
      const [record] = page([sequence]).Records;
      return { Records: [{ ...record, Data: Buffer.alloc(300_000) }], NextShardIterator: next };
    };
    const { kinesis, inputs } = recorded([iterator("i1"), large(1, "i2"), large(2)]);
    const waits: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    const reader = new ShardReader(kinesis, STREAM, "shardId-0", { sleep, bytesPerSecond: 1e6 });

    expect(await read(reader, 1, 2)).toEqual([1, 2]);

    jest.useRealTimers();
    expect(waits).toEqual([0, 300]);
    expect(inputs[2]).toMatchObject({ Limit: 3 });
  });

  it("waits while other readers use up what the shard gives", async () => {
    const throttled = () => error("ProvisionedThroughputExceededException");
    const { kinesis } = recorded([
      iterator("i1"),
      ...Array.from({ length: 5 }, throttled),
      page([1], undefined),
    ]);
    const waits: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    const reader = new ShardReader(kinesis, STREAM, "shardId-0", { sleep });

    expect(await read(reader, 1, 1)).toEqual([1]);

    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 10_000]);
  });

  it("waits as well if it cannot even begin, and says which call is throttled", async () => {
    const { kinesis } = recorded([
      error("LimitExceededException"),
      iterator("i1"),
      page([1], undefined),
    ]);
    const waits: unknown[] = [];
    const sleep = (...wait: unknown[]) => Promise.resolve(void waits.push(wait));
    const reader = new ShardReader(kinesis, STREAM, "shardId-0", { sleep });

    expect(await read(reader, 1, 1)).toEqual([1]);

    expect(waits).toEqual([[1000, "kinesis:GetShardIterator"], [0]]);
  });

  it("begins after a record", async () => {
    const { kinesis, inputs } = recorded([iterator("i1"), page([8], undefined)]);
    const found: string[] = [];

    for await (const { sequenceNumber } of readerOf(kinesis).read({ after: "7" }, () => true)) {
      found.push(sequenceNumber);
    }

    expect(found).toEqual(["8"]);
    expect(inputs[0]).toEqual({
      ...SHARD,
      ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
      StartingSequenceNumber: "7",
    });
  });

  it("ends if a shard is gone when its iterator is renewed", async () => {
    const { kinesis } = recorded([
      iterator("i1"),
      error("ExpiredIteratorException"),
      error("ResourceNotFoundException"),
    ]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([]);
  });

  it("passes on that an argument is wrong which is no sequence number", async () => {
    const { kinesis } = recorded([
      error("InvalidArgumentException"),
      error("InvalidArgumentException"),
    ]);

    await expect(read(readerOf(kinesis), 1, 9)).rejects.toThrow("InvalidArgumentException");
  });

  it("renews an iterator that expired, after the last record read", async () => {
    const { kinesis, inputs } = recorded([
      iterator("i1"),
      page([1, 2], "i2", 5000),
      error("ExpiredIteratorException"),
      iterator("i3"),
      page([3], "i4"),
      page([], "i5"),
    ]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([1, 2, 3]);
    expect(inputs[3]).toEqual({
      ...SHARD,
      ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
      StartingSequenceNumber: "2",
    });
  });

  it("renews an iterator that expired before the first record was read", async () => {
    const { kinesis, inputs } = recorded([
      iterator("i1"),
      error("ExpiredIteratorException"),
      iterator("i2"),
      page([5], undefined),
    ]);

    expect(await read(readerOf(kinesis), 5, 9)).toEqual([5]);
    expect(inputs[2]).toEqual(inputs[0]);
  });

  it("begins with the oldest record when retention has removed the first", async () => {
    const { kinesis, inputs } = recorded([
      error("InvalidArgumentException"),
      iterator("i1"),
      page([7], undefined),
    ]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([7]);
    expect(inputs[1]).toEqual({ ...SHARD, ShardIteratorType: "TRIM_HORIZON" });
  });

  it("finds nothing in a shard that is gone", async () => {
    const { kinesis } = recorded([error("ResourceNotFoundException")]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([]);
  });

  it("ends at the end of a closed shard", async () => {
    const { kinesis } = recorded([iterator("i1"), page([1], undefined)]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([1]);
  });

  it.each(["AccessDeniedException", "ProvisionedThroughputExceededException"])(
    "passes %s on",
    async (name) => {
      const { kinesis } = recorded([
        iterator("i1"),
        ...Array.from({ length: 8 }, () => error(name)),
      ]);

      await expect(read(readerOf(kinesis), 1, 9)).rejects.toThrow(name);
    },
  );
});

describe("the stream", () => {
  it("lists shards over several pages, parents before their children", async () => {
    const { kinesis, inputs } = recorded([
      { StreamDescriptionSummary: { RetentionPeriodHours: 48 } },
      { Shards: [{ ShardId: "a", ParentShardId: "z" }], NextToken: "more" },
      { Shards: [{ ShardId: "z" }, { ShardId: "b", AdjacentParentShardId: "a" }] },
    ]);

    const stream = await describeStream(kinesis, STREAM);

    expect(stream).toMatchObject({ retentionHours: 48, shardIds: ["z", "a", "b"] });
    expect([...stream!.ancestors]).toEqual([
      ["z", []],
      ["a", ["z"]],
      ["b", ["a", "z"]],
    ]);
    expect(inputs.slice(1)).toEqual([{ StreamARN: STREAM }, { NextToken: "more" }]);
  });

  it("has AWS's defaults where the answer has none", async () => {
    const { kinesis, inputs } = recorded([{}, {}]);

    expect(await describeStream(kinesis, STREAM)).toEqual({
      created: new Date(0),
      retentionHours: 24,
      shardIds: [],
      ancestors: new Map(),
    });
    expect(inputs).toEqual([{ StreamARN: STREAM }, { StreamARN: STREAM }]);
  });

  it("passes on what else is wrong", async () => {
    const { kinesis } = recorded([error("AccessDeniedException")]);

    await expect(describeStream(kinesis, STREAM)).rejects.toThrow("AccessDeniedException");
  });

  it("is nothing when it was deleted", async () => {
    const { kinesis } = recorded([error("ResourceNotFoundException")]);

    expect(await describeStream(kinesis, STREAM)).toBeUndefined();
  });
});
