import { createHash } from "node:crypto";
import { tryFilters } from "../../cli/src/doctor/records";
import { CONFIGURATION, diagnosis, gone } from "./recorded-pipeline";
import type { Answers } from "./recorded";

/** Empty, but with the right checksum. */
const AGGREGATE = Buffer.concat([
  Buffer.from("f3899ac2", "hex"),
  createHash("md5").update("").digest(),
]);
const NOW = 1_764_158_400_000;

interface Put {
  readonly shard: string;
  /** Minutes ago. */
  readonly age: number;
  readonly data: unknown;
}

/** A stream with these records, as Kinesis answers about them. */
function stream(puts: readonly Put[], shards = ["shard-0"]) {
  const reads: string[] = [];
  const answers: Answers = {
    "kinesis:DescribeStreamSummary": () => ({
      StreamDescriptionSummary: { StreamStatus: "ACTIVE", RetentionPeriodHours: 24 },
    }),
    "kinesis:ListShards": () => ({ Shards: shards.map((ShardId) => ({ ShardId })) }),
    "kinesis:GetShardIterator": ({ ShardId, Timestamp }: { ShardId: string; Timestamp: Date }) => ({
      ShardIterator: `${ShardId} ${Number(Timestamp)}`,
    }),
    "kinesis:GetRecords": ({ ShardIterator }: { ShardIterator: string }) => {
      const [shard, from] = ShardIterator.split(" ");
      reads.push(ShardIterator);
      return {
        Records: puts
          .map(({ age, ...put }, at) => ({ ...put, at, time: new Date(NOW - age * 60_000) }))
          .filter((put) => put.shard === shard && Number(put.time) >= Number(from))
          .map(({ at, time, data }) => ({
            SequenceNumber: String(at + 1),
            PartitionKey: "k",
            ApproximateArrivalTimestamp: time,
            Data: Buffer.isBuffer(data) ? data : Buffer.from(JSON.stringify(data)),
          })),
        MillisBehindLatest: 0,
      };
    },
  };
  return { answers, reads };
}

const withFilters = (...patterns: object[]): Answers => ({
  "lambda:GetEventSourceMapping": () => ({
    ...CONFIGURATION,
    FilterCriteria: { Filters: patterns.map((one) => ({ Pattern: JSON.stringify(one) })) },
  }),
});

const tried = async (answers: Answers, count = 500) => {
  const { examination } = await diagnosis(answers);
  return (await tryFilters([examination.pipeline], count))[0];
};

const order = (type: unknown, age = 0, shard = "shard-0"): Put => ({ shard, age, data: { type } });
const BUY = { data: { type: ["buy"] } };
const SELL = { data: { type: ["sell"] } };

describe("doctor --records", () => {
  beforeEach(() =>
    jest.useFakeTimers({
      now: NOW,
      doNotFake: ["nextTick", "setImmediate", "setTimeout", "setInterval", "queueMicrotask"],
    }),
  );
  afterEach(() => jest.useRealTimers());

  it.each<[string, readonly Put[], readonly object[], object]>([
    [
      "counts what passes",
      [order("buy"), order("sell"), order("buy")],
      [BUY],
      { status: "ok", says: "2 of 3 pass" },
    ],
    [
      "counts it for each pattern",
      [order("buy"), order("sell"), order("buy"), order("hold")],
      [BUY, SELL],
      { status: "ok", says: "3 of 4 pass (pattern 1: 2, pattern 2: 1)" },
    ],
    [
      "finds that nothing passes, and shows the keys of a record without its values",
      [order("hold"), order("secret")],
      [BUY],
      {
        status: "finding",
        finding: {
          id: "filters-drop-records",
          evidence: "0 of 2 pass; the data of the last one has the keys type",
        },
      },
    ],
    [
      "tells of data that is no JSON",
      [{ shard: "shard-0", age: 0, data: Buffer.from("plain") }],
      [BUY],
      {
        finding: {
          evidence:
            "0 of 1 pass; the data of the last one is no JSON, which no pattern on data matches",
        },
      },
    ],
    [
      "tells of data that is a list",
      [{ shard: "shard-0", age: 0, data: [1] }],
      [BUY],
      { finding: { evidence: "0 of 1 pass; the data of the last one is JSON, but no object" } },
    ],
    [
      "leaves out what the KPL has aggregated",
      [order("buy"), { shard: "shard-0", age: 0, data: AGGREGATE }],
      [BUY],
      { status: "ok", says: "1 of 1 pass; 1 aggregated by the KPL were left out" },
    ],
    [
      "says that there are no filters",
      [order("buy")],
      [],
      { status: "ok", says: "1 were read, and the mapping has no filters" },
    ],
    [
      "cannot tell of an empty stream",
      [],
      [BUY],
      { status: "unknown", why: "the stream holds no record to try the filters on" },
    ],
    [
      "cannot tell of a pattern that it does not know",
      [order("buy")],
      [{ data: { type: [{ regex: "b.*" }] } }],
      { status: "unknown", why: expect.stringMatching(/^the filters cannot be tried here: /) },
    ],
  ])("%s", async (_, puts, patterns, verdict) => {
    expect(await tried({ ...stream(puts).answers, ...withFilters(...patterns) })).toMatchObject(
      verdict,
    );
  });

  it("takes the last records of all shards, and looks back as far as it has to", async () => {
    const puts = [
      order("old", 700),
      order("buy", 50, "shard-1"),
      order("buy", 1),
      order("buy", 0.1),
      order("sell", 0),
    ];
    const { answers, reads } = stream(puts, ["shard-0", "shard-1"]);

    expect(await tried({ ...answers, ...withFilters(BUY) }, 4)).toMatchObject({
      says: "2 of 3 pass",
    });
    const looks = (shard: string) => reads.filter((read) => read.startsWith(shard)).length;
    expect([looks("shard-0"), looks("shard-1")]).toEqual([1, 5]);
  });

  it("reads 100 shards of a stream that has more, and says so", async () => {
    const shards = Array.from({ length: 101 }, (_, index) => `shard-${1000 + index}`);
    const more = "; the newest 100 of 101 shards were read";
    const read = stream([order("buy", 0, "shard-1100"), order("buy", 0, "shard-1000")], shards);
    const empty = stream([], shards);

    expect(await tried({ ...read.answers, ...withFilters(BUY) }, 1)).toMatchObject({
      says: `1 of 1 pass${more}`,
    });
    expect(await tried({ ...empty.answers, ...withFilters(BUY) })).toMatchObject({
      status: "unknown",
      why: `what was read holds no record to try the filters on${more}`,
    });
    expect(read.reads.filter((one) => one.startsWith("shard-1000"))).toEqual([]);
  });

  it("ends where a shard answers with empty pages only", async () => {
    const answers: Answers = {
      ...stream([]).answers,
      "kinesis:GetRecords": () => {
        jest.setSystemTime(Date.now() + 5000);
        return { Records: [], MillisBehindLatest: 1, NextShardIterator: "shard-0 0" };
      },
    };

    expect(await tried({ ...answers, ...withFilters(BUY) })).toEqual({
      status: "unknown",
      why: "no record to try the filters on was found in 20 seconds",
    });
  });

  it("says what it may not read", async () => {
    const denied = { "kinesis:GetRecords": gone("AccessDeniedException") };

    expect(await tried({ ...stream([]).answers, ...withFilters(BUY), ...denied })).toMatchObject({
      status: "unknown",
      why: expect.stringContaining("may not call kinesis:GetRecords"),
    });
  });

  it("reads a stream once for all of its mappings", async () => {
    const { answers, reads } = stream([order("buy")]);
    const { examination } = await diagnosis({ ...answers, ...withFilters(BUY) });

    const verdicts = await tryFilters([examination.pipeline, examination.pipeline], 1);

    expect(verdicts).toEqual([verdicts[0], verdicts[0]]);
    expect(reads).toHaveLength(1);
  });
});
