import type { Answers } from "./recorded";
import { oneReader } from "./one-reader";
import { CONFIGURATION, STREAM } from "./recorded-pipeline";

const SHARDS = 10_000;
const PAGE = 1000;
const shardId = (index: number): string => `shardId-${String(index).padStart(12, "0")}`;

/** A stream that measures each of its shards; the lag of a shard is its number, in seconds. */
const ANSWERS: Answers = {
  "kinesis:DescribeStreamSummary": () => ({
    StreamDescriptionSummary: {
      StreamStatus: "ACTIVE",
      OpenShardCount: SHARDS,
      RetentionPeriodHours: 24,
      EnhancedMonitoring: [{ ShardLevelMetrics: ["IteratorAgeMilliseconds"] }],
    },
  }),
  "kinesis:ListShards": ({ NextToken = "0" }: { NextToken?: string }) => {
    const from = Number(NextToken);
    return {
      Shards: Array.from({ length: PAGE }, (_, index) => ({ ShardId: shardId(from + index) })),
      ...(from + PAGE < SHARDS && { NextToken: String(from + PAGE) }),
    };
  },
  "kinesis:GetShardIterator": ({ ShardId }: { ShardId: string }) => ({ ShardIterator: ShardId }),
  "kinesis:GetRecords": () => ({
    Records: Array.from({ length: 5 }, (_, index) => ({
      SequenceNumber: String(index + 1),
      PartitionKey: "k",
      ApproximateArrivalTimestamp: new Date(),
      Data: Buffer.from("{}"),
    })),
    MillisBehindLatest: 0,
  }),
  "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, EventSourceArn: STREAM }),
  "cloudwatch:GetMetricData": ({ MetricDataQueries: queries }: { MetricDataQueries: Query[] }) => ({
    MetricDataResults: queries.map(({ Id, MetricStat: { Metric: metric } }) => {
      const shard = metric.Dimensions.find(({ Name }) => Name === "ShardId")?.Value ?? "-0";
      return { Id, Values: [1000 * Number(shard.split("-")[1])], Timestamps: [new Date()] };
    }),
  }),
};

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
  };
}

describe("a stream with 10,000 shards", () => {
  it("is examined by doctor without a call about any shard", async () => {
    const { exitCode, lines, calls } = await oneReader(ANSWERS).doctor();

    expect(exitCode).toBe(0);
    expect(lines).toContain("ok       stream: ACTIVE, 10000 open shards, PROVISIONED");
    expect(lines.at(-1)).toBe("records get through by policies and settings; --probe tries it");
    expect(Object.values(calls).filter((count) => count > 1)).toEqual([]);
  });

  it("gives doctor --records 500 a sample of its newest 100 shards", async () => {
    const { exitCode, lines, calls } = await oneReader(ANSWERS, { records: 500 }).doctor();

    expect(exitCode).toBe(0);
    expect(lines.slice(-4)).toEqual([
      "ok       filters on records: 500 were read, and the mapping has no filters; the",
      "         newest 100 of 10000 shards were read",
      "",
      "records get through by policies and settings; --probe tries it",
    ]);
    expect(calls).toMatchObject({
      "kinesis:ListShards": 10,
      "kinesis:GetShardIterator": 100,
      "kinesis:GetRecords": 100,
    });
  });

  it("is measured by status with 500 metrics a call, and the worst shards are shown", async () => {
    const { exitCode, lines, calls } = await oneReader(ANSWERS).status();

    expect(exitCode).toBe(0);
    expect(lines.slice(3)).toEqual([
      "analytics",
      "  lag by shard: shardId-000000009999 2.8 h, shardId-000000009998 2.8 h,",
      "  shardId-000000009997 2.8 h, shardId-000000009996 2.8 h, shardId-000000009995",
      "  2.8 h, shardId-000000009994 2.8 h, shardId-000000009993 2.8 h,",
      "  shardId-000000009992 2.8 h, shardId-000000009991 2.8 h, shardId-000000009990",
      "  2.8 h, 9990 more",
      "",
      "all is well with 1 of 1 reader",
    ]);
    expect(calls).toMatchObject({ "kinesis:ListShards": 10, "cloudwatch:GetMetricData": 23 });
  });
});
