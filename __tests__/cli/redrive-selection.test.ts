import { Chain, type BatchRules } from "../../cli/src/redrive/chain";
import { partsOf, type Ended } from "../../cli/src/redrive/parts";
import type { Report } from "../../cli/src/redrive/report";
import { compareStarts, inOrder, overlapping, type Choice } from "../../cli/src/redrive/selection";
import { compilePattern } from "../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../pipeline/kinesis-event";
import { record, report } from "./redrive-records";

/** What is found of each report, in parts of some records. */
async function select(
  reports: readonly Report[],
  records: readonly KinesisRecord[],
  rules: BatchRules,
  choice: Choice,
  room = Infinity,
) {
  const chain = new Chain(reports, rules, choice);
  records.forEach((one) => chain.see(one));
  chain.decide();
  const found = new Map<string, KinesisRecord[]>(reports.map(({ id }) => [id, []]));
  const ended = new Map<string, object>();
  for await (const part of partsOf(chain, records, rules.filters, room)) {
    for (const one of part.records) {
      part.reportsOf.get(one.sequenceNumber)?.forEach((id) => found.get(id)?.push(one));
    }
    part.ended.forEach(({ report: { id }, ...decision }) => ended.set(id, decision));
  }
  return reports.map(({ id }) => ({ ...(ended.get(id) as Ended), records: found.get(id) ?? [] }));
}

const RULES: BatchRules = { filters: [], parallelizationFactor: 1 };
const PARALLEL: BatchRules = { filters: [], parallelizationFactor: 10 };
const NONE: Choice = { allInRange: false, partitionKeys: [] };
const ALL: Choice = { allInRange: true, partitionKeys: [] };

const keys = (text: string, first = 1) =>
  Array.from(text).map((key, at) => record(first + at, key));
const sequences = (selection: { records: readonly { sequenceNumber: string }[] } | undefined) =>
  selection?.records.map(({ sequenceNumber }) => Number(sequenceNumber));

describe("which records failed", () => {
  it("are all in the range when it holds as many as the batch had", async () => {
    const [one] = await select([report(1, 3, 3)], keys("abc"), RULES, NONE);

    expect(sequences(one)).toEqual([1, 2, 3]);
    expect(one?.isComplete).toBe(true);
  });

  it("are those that the mapping's filters let through", async () => {
    const records = [1, 2, 3].map((n) => record(n, "k", JSON.stringify({ n })));
    const filters = [compilePattern({ data: { n: [1, 3] } })];

    const [one] = await select([report(1, 3, 2)], records, { ...RULES, filters }, NONE);

    expect(sequences(one)).toEqual([1, 3]);
  });

  it("are not guessed when the range holds more", async () => {
    const [one] = await select([report(1, 4, 2)], keys("abca"), RULES, NONE);

    expect(one).toMatchObject({
      records: [],
      isComplete: false,
      undecided: { why: "more" },
    });
    expect(one?.keys).toEqual(new Map(Object.entries({ a: 2, b: 1, c: 1 })));
  });

  it("are not guessed when the filters of today let fewer through", async () => {
    const [one] = await select([report(1, 2, 3)], keys("ab"), RULES, NONE);

    expect(one?.undecided?.why).toBe("fewer");
  });

  it("are not proved by records without a partition key, which go into any batch", async () => {
    const records = [null, "b", null].map((key, at) => record(1 + at, key));

    const [one] = await select([report(1, 3, 2)], records, PARALLEL, NONE);

    expect(one?.undecided?.why).toBe("more");
    expect(one?.keys).toEqual(new Map(Object.entries({ "": 2, b: 1 })));
  });

  it("are proved by the keys of the first and last record with a parallelization factor", async () => {
    const [one] = await select([report(1, 5, 3)], keys("abcba"), PARALLEL, NONE);
    const [two] = await select([report(1, 5, 2)], keys("abcba"), PARALLEL, NONE);
    const [wrong] = await select([report(1, 5, 2)], keys("abcba"), RULES, NONE);

    expect(one?.undecided?.why).toBe("more");
    expect(sequences(two)).toEqual([1, 5]);
    expect(wrong?.undecided?.why).toBe("more");
  });

  it("are those in no other batch", async () => {
    const reports = [report(1, 5, 4), report(2, 6, 2)];

    const [one, two] = await select(reports, keys("axbcbd"), PARALLEL, NONE);

    expect([sequences(one), sequences(two)]).toEqual([
      [1, 3, 4, 5],
      [2, 6],
    ]);
  });

  it("are all in overlapping ranges that hold as many as their batches had together", async () => {
    const records = keys("axbcad");

    const [one, two] = await select([report(1, 5, 3), report(2, 6, 3)], records, PARALLEL, NONE);
    const fewer = await select([report(1, 5, 4), report(2, 6, 3)], records, PARALLEL, NONE);
    const twice = [report(1, 6, 3), report(1, 6, 3, "again")];
    const [again] = await select(twice, keys("axbcab"), PARALLEL, NONE);

    expect([sequences(one), sequences(two)]).toEqual([
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6],
    ]);
    expect(fewer.map(({ undecided }) => undecided?.why)).toEqual(["more", "more"]);
    expect(again?.undecided?.why).toBe("more");
  });

  it("are decided by the caller", async () => {
    const records = keys("abca");
    const some = { allInRange: false, partitionKeys: ["a"] };

    const [all] = await select([report(1, 4, 2)], records, RULES, ALL);
    const [enough] = await select([report(1, 4, 2)], records, RULES, some);
    const [tooFew] = await select([report(1, 4, 3)], records, RULES, some);

    expect([sequences(all), all?.isComplete]).toEqual([[1, 2, 3, 4], true]);
    expect([sequences(enough), enough?.isComplete]).toEqual([[1, 4], true]);
    expect([sequences(tooFew), tooFew?.isComplete]).toEqual([[1, 4], false]);
  });

  it("do not finish a report when none of them passes the filters", async () => {
    const filters = [compilePattern({ data: { n: [1] } })];

    const [one] = await select([report(1, 2, 2)], keys("ab"), { ...RULES, filters }, ALL);

    expect(one).toMatchObject({ records: [], isComplete: false });
  });

  it("have expired up to the oldest that can be read", async () => {
    const [one] = await select([report(1, 4, 4)], keys("cd", 3), RULES, NONE);
    const [gone] = await select([report(1, 4, 4)], [], RULES, NONE);

    expect([sequences(one), one?.isComplete]).toEqual([[3, 4], false]);
    expect(one?.expired).toEqual({ count: 2, isMinimum: false, from: 1n, before: 3n });
    expect(gone?.expired).toEqual({ count: 4, isMinimum: false, from: 1n, before: 5n });
  });

  it("are not guessed in a range that has expired in part with a parallelization factor", async () => {
    const [one] = await select([report(1, 4, 3)], keys("cd", 3), PARALLEL, NONE);

    expect(one?.undecided?.why).toBe("expired");
    expect(one?.expired).toMatchObject({ count: 1, isMinimum: true });
  });
});

it("groups reports whose ranges overlap", () => {
  const reports = [report(9, 12, 1), report(1, 5, 1), report(3, 4, 1), report(5, 8, 1)];

  const groups = overlapping(reports).map((group) => group.map(({ id }) => id));

  expect(groups).toEqual([["1", "3", "5"], ["9"]]);
});

describe("records and reports", () => {
  it("are in the shard's order, which is that of numbers, each once", () => {
    const sorted = inOrder([10, 9, 2, 10].map((sequence) => record(sequence)));

    expect(sequences({ records: sorted })).toEqual([2, 9, 10]);
    expect([report(10, 11, 1), report(9, 9, 1)].sort(compareStarts).map(({ id }) => id)).toEqual([
      "9",
      "10",
    ]);
    expect([compareStarts(report(1, 1, 1), report(1, 2, 1)), inOrder([])]).toEqual([0, []]);
  });

  it.each([
    [["ab", 1, 1, 2], { records: [], count: 2, before: 3n }],
    [["ab", 2, 1, 2], { records: [2], count: 1, before: 2n }],
    [["abcd", 3, 1, 4], { records: [3, 4], count: 2, before: 3n }],
    [["abcde", 3, 1, 5, 2], undefined],
  ] as const)("say what has expired of %j", async ([text, first, start, end, size], expected) => {
    const isAllGone = first === 1;
    const readable = isAllGone ? [] : keys(text.slice(first - 1), first);

    const [one] = await select(
      [report(start, end, size ?? end - start + 1)],
      readable,
      RULES,
      NONE,
    );

    expect(one?.isComplete).toBe(false);
    if (expected) {
      expect(sequences(one)).toEqual(expected.records);
      expect(one?.expired).toEqual({
        count: expected.count,
        isMinimum: false,
        from: 1n,
        before: expected.before,
      });
      expect(one?.undecided).toBeUndefined();
    } else {
      expect(one?.undecided?.why).toBe("expired");
    }
  });

  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])(
    "are complete with all in the range if they are as many as the %i that failed",
    async (size, is) => {
      const [all] = await select([report(1, 3, size)], keys("ab"), RULES, ALL);
      const some: Choice = { allInRange: false, partitionKeys: ["a"] };
      const [chosen] = await select([report(1, 4, size)], keys("abaab".slice(0, 4)), RULES, some);

      expect([sequences(all), all?.isComplete]).toEqual([[1, 2], is]);
      expect(chosen?.isComplete).toBe(true);
    },
  );
});
