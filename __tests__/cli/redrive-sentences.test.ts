import {
  count,
  DECLINED,
  describeFindings,
  describeOutcome,
  describeWarnings,
} from "../../cli/src/redrive/sentences";
import { emptySummary, type Summary } from "../../cli/src/redrive/summary";

const summary = (more: Partial<Summary> = {}): Summary => ({
  ...emptySummary(),
  concurrencyReason: "shards",
  ...more,
});
const PACE = "one invocation at a time (shards)";
const SHARD = "shardId-000000000000";
const expired = {
  report: "r",
  shardId: SHARD,
  count: 2,
  isMinimum: false,
  fromSequenceNumber: "1",
  beforeSequenceNumber: "3",
  firstArrival: "A",
  lastArrival: "B",
};
const undecided = {
  report: "r",
  shardId: SHARD,
  batchSize: 2,
  candidates: 4,
  why: "more" as const,
  partitionKeys: { a: 3, "b\n": 1 },
  partitionKeyCount: 2,
};
const lost = { shardId: SHARD, sequenceNumbers: ["1", "2"], why: "socket hang up" };
const CHOOSE = "; choose with --partition-key, or take them all with --all-in-range";

describe("the sentences of a redrive", () => {
  it("count in singular and plural", () => {
    expect([0, 1, 2].map((number) => count(number, "record"))).toEqual([
      "0 records",
      "1 record",
      "2 records",
    ]);
  });

  it.each<[string, Partial<Summary>, string[]]>([
    [
      "what was found",
      { source: "queue q", reports: 1, records: 2 },
      ["1 report in queue q, 2 records to redrive", PACE],
    ],
    [
      "what is left for later",
      { source: "queue q", reports: 3, records: 2, leftByMax: 2 },
      ["3 reports in queue q, 2 records to redrive", PACE, "2 reports left for later by --max"],
    ],
    [
      "what arrived in a time",
      { records: 1, expiredBefore: "T" },
      [
        "1 record arrived in this time and pass the mapping's filters",
        PACE,
        "records that arrived before T have expired and are no longer available",
      ],
    ],
    [
      "what was not counted to the end",
      { records: 10_000, isAtLeast: true, concurrency: 4 },
      [
        "at least 10000 records arrived in this time and pass the mapping's filters",
        "up to 4 invocations at a time (shards)",
      ],
    ],
    [
      "what was not looked at",
      { source: "queue q", reports: 200, records: 20_000, unsurveyed: 100 },
      [
        "200 reports in queue q, 20000 records to redrive",
        "the records of 100 reports were not looked at yet, and are counted as reported",
        PACE,
      ],
    ],
  ])("say before it starts %s", (_, found, lines) => {
    expect(describeFindings(summary(found))).toEqual(lines);
  });

  it.each<[string, Partial<Summary>, string[]]>([
    [
      "nothing",
      { source: "queue q" },
      [`0 records confirmed by the function, ${PACE}`, "0 reports deleted"],
    ],
    ["no reports by time", { sent: 1 }, [`1 record confirmed by the function, ${PACE}`]],
    ["that it was declined", { stopped: DECLINED, sent: 3 }, [DECLINED]],
    [
      "what was saved",
      { source: "queue q", saved: 3, directory: "d", confirmedBefore: 1 },
      [
        "3 records written to files in d; the reports are still there",
        "1 record not sent again, since an earlier run had them confirmed",
      ],
    ],
    [
      "what was not saved",
      { unsaved: [{ shardId: SHARD, count: 2, why: "full\nx" }] },
      [
        `0 records confirmed by the function, ${PACE}`,
        `not written: 2 records of ${SHARD}: full x`,
      ],
    ],
    [
      "what was rejected",
      { rejected: [{ shardId: SHARD, sequenceNumber: "7", partitionKey: "a\n", why: "no" }] },
      [
        `0 records confirmed by the function, ${PACE}`,
        `rejected: record 7 of ${SHARD}, partition key "a\\n": no`,
        "what was rejected stays reported; correct the function and run this again, or give a record up with --drop",
      ],
    ],
    [
      "what was rejected without a partition key",
      { rejected: [{ shardId: SHARD, sequenceNumber: "7", partitionKey: null, why: "no" }] },
      [
        `0 records confirmed by the function, ${PACE}`,
        `rejected: record 7 of ${SHARD}, without a partition key: no`,
        "what was rejected stays reported; correct the function and run this again, or give a record up with --drop",
      ],
    ],
    [
      "what may be processed, and why it stopped",
      { lost: [lost], stopped: "x" },
      [
        `0 records confirmed by the function, ${PACE}`,
        `perhaps processed: 2 records of ${SHARD}, sequence number 1 to 2: the answer to lambda:InvokeFunction was lost (socket hang up); they stay reported, and the next run sends them again, so the function may process them twice`,
        "stopped before the end: x",
      ],
    ],
    [
      "what the last run left",
      { unanswered: ["1", "2"] },
      [
        `0 records confirmed by the function, ${PACE}`,
        "the last run ended before the function answered for 2 records, which may be processed twice: 1, 2",
      ],
    ],
    [
      "what has expired",
      { expired: [expired, { ...expired, count: 1, isMinimum: true }] },
      [
        `0 records confirmed by the function, ${PACE}`,
        ...["2 records", "at least 1 record"].map(
          (number) =>
            `expired: ${number} of ${SHARD}, no longer available: from sequence number 1 to before 3, in a batch that arrived from A to B (report r, kept unless --delete-expired)`,
        ),
      ],
    ],
    [
      "what is not known",
      {
        undecided: [
          undecided,
          { ...undecided, why: "fewer", batchSize: 1, candidates: 0 },
          { ...undecided, why: "expired" },
        ],
      },
      [
        `0 records confirmed by the function, ${PACE}`,
        `undecided: report r of ${SHARD}: its batch had 2 records, and its range holds 4 that pass the filters, with the partition keys "a" (3), "b\\n" (1)${CHOOSE}`,
        `undecided: report r of ${SHARD}: its batch had 1 record, and only 0 in its range pass the filters of today; apply none with --ignore-filters, or take those there are${CHOOSE}`,
        `undecided: report r of ${SHARD}: a part of its range has expired, and which of the other 4 were among its 2 is not known; their partition keys are "a" (3), "b\\n" (1)${CHOOSE}`,
      ],
    ],
    [
      "what was not used",
      { unusable: [{ id: "r", why: "it is\nforged" }] },
      [
        `0 records confirmed by the function, ${PACE}`,
        "not used: report r: it is forged; it is not deleted",
      ],
    ],
  ])("say at the end %s", (_, outcome, lines) => {
    expect(describeOutcome(summary(outcome))).toEqual(lines);
  });

  it("name at most 20 of what is wrong in the same way", () => {
    const unusable = Array.from({ length: 100_000 }, (_, at) => ({ id: `${at}`, why: "no" }));
    const unanswered = unusable.map(({ id }) => id);

    const lines = describeFindings(
      summary({ unusable, unanswered, expired: Array(21).fill(expired) }),
    );

    expect(lines.filter((line) => line.startsWith("not used: report "))).toHaveLength(20);
    expect(lines).toContain("not used: 99980 more, which --json names");
    expect(lines).toContain("expired: 1 more, which --json names");
    expect(lines[2]).toMatch(/: 0, 1, .*, 19, of them: 99980 more, which --json names$/);
  });

  it.each([
    [2, undefined],
    [3, "1"],
  ])("say how many of %i partition keys they leave out", (partitionKeyCount, left) => {
    const found = summary({ undecided: [{ ...undecided, partitionKeyCount }] });

    const text = describeFindings(found).join();

    expect(/ and (\d+) more/.exec(text)?.[1]).toBe(left);
  });

  it.each<[string, Partial<Summary>, RegExp[]]>([
    ["nothing where no record is sent", {}, []],
    ["nothing where records are saved", { records: 1, directory: "d" }, []],
    ["of newer records", { records: 1 }, [/^the function may have processed newer records /]],
    ["of an aggregated record", { aggregated: 1 }, [/^1 of the records read holds several /]],
    ["of aggregated records", { aggregated: 2 }, [/^2 of the records read hold several /]],
  ])("warn %s", (_, found, expected) => {
    const warnings = describeWarnings(summary(found));

    expect(warnings).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(warnings[index]).toMatch(pattern));
  });
});
