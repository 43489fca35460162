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
  new ShardReader(kinesis, STREAM, "shardId-0", () => Promise.resolve());
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
      { StreamARN: STREAM, ShardIterator: "i1" },
      { StreamARN: STREAM, ShardIterator: "i2" },
      { StreamARN: STREAM, ShardIterator: "i3" },
    ]);
  });

  it("takes the next range from the page that it has", async () => {
    const { kinesis, inputs } = recorded([iterator("i1"), page([1, 2, 3, 4], "i2", 1)]);
    const reader = readerOf(kinesis);

    expect([await read(reader, 1, 2), await read(reader, 3, 3)]).toEqual([[1, 2], [3]]);
    expect(inputs).toHaveLength(2);
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
    const { kinesis } = recorded([
      error("InvalidArgumentException"),
      iterator("i1"),
      page([7], undefined),
    ]);

    expect(await read(readerOf(kinesis), 1, 9)).toEqual([7]);
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
      const { kinesis } = recorded([iterator("i1"), error(name)]);

      await expect(read(readerOf(kinesis), 1, 9)).rejects.toThrow(name);
    },
  );
});

describe("the stream", () => {
  it("lists shards over several pages, parents before their children", async () => {
    const { kinesis, inputs } = recorded([
      { StreamDescriptionSummary: { RetentionPeriodHours: 48 } },
      { Shards: [{ ShardId: "a", ParentShardId: "z" }], NextToken: "more" },
      { Shards: [{ ShardId: "z" }, { ShardId: "b", AdjacentParentShardId: "z" }] },
    ]);

    const stream = await describeStream(kinesis, STREAM);

    expect(stream).toMatchObject({ retentionHours: 48, shardIds: ["z", "a", "b"] });
    expect(inputs.slice(1)).toEqual([{ StreamARN: STREAM }, { NextToken: "more" }]);
  });

  it("is nothing when it was deleted", async () => {
    const { kinesis } = recorded([error("ResourceNotFoundException")]);

    expect(await describeStream(kinesis, STREAM)).toBeUndefined();
  });
});
