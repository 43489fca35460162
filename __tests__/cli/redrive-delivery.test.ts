import { kinesisEvent, type KinesisRecord } from "../../pipeline/kinesis-event";
import { deliver, type InvocationResult } from "../../cli/src/redrive/delivery";
import { batchesOf } from "../../cli/src/redrive/batches";
import { CONSUMER, record } from "./redrive-records";

const records = [1, 2, 3, 4, 5].map((sequence) => record(sequence));
const numbers = (list: readonly KinesisRecord[]) =>
  list.map(({ sequenceNumber }) => Number(sequenceNumber));

async function run(
  answer: (sequences: number[]) => InvocationResult,
  reportsBatchItemFailures = true,
) {
  const invocations: number[][] = [];
  const confirmed: number[] = [];
  const rejected: [number, string][] = [];
  await deliver(records, {
    invoke: (part) => {
      invocations.push(numbers(part));
      return Promise.resolve(answer(numbers(part)));
    },
    reportsBatchItemFailures,
    isStopping: () => invocations.length > 20,
    onSending: () => undefined,
    onUnsent: () => undefined,
    onLost: () => undefined,
    onSettled: (part) => confirmed.push(...numbers(part)),
    onRejected: ({ record: { sequenceNumber }, why }) =>
      rejected.push([Number(sequenceNumber), why]),
  });
  return { invocations, confirmed, rejected };
}

const failures = (...identifiers: unknown[]): InvocationResult => ({
  result: { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) },
});

describe("delivery", () => {
  it.each([
    ["null", { result: null }],
    ["nothing", {}],
    ["an empty list", failures()],
    ["no list", { result: { batchItemFailures: null } }],
  ])("takes %s as success of the whole batch", async (_, result) => {
    expect(await run(() => result)).toEqual({
      invocations: [[1, 2, 3, 4, 5]],
      confirmed: [1, 2, 3, 4, 5],
      rejected: [],
    });
  });

  it("confirms what is before the lowest reported record, and goes on after it", async () => {
    const answer = (part: number[]) => (part.includes(3) ? failures("4", "3") : failures());

    expect(await run(answer)).toEqual({
      invocations: [
        [1, 2, 3, 4, 5],
        [4, 5],
      ],
      confirmed: [1, 2, 4, 5],
      rejected: [[3, "reported by the function"]],
    });
  });

  it("halves a batch that fails as a whole until the record is found, in order", async () => {
    const answer = (part: number[]) => (part.includes(3) ? { error: "TypeError: x" } : {});

    const { confirmed, rejected, invocations } = await run(answer);

    expect([confirmed, rejected]).toEqual([[1, 2, 4, 5], [[3, "TypeError: x"]]]);
    expect(invocations).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [1, 2], [3], [4, 5]]);
  });

  it("goes on within a half before it starts the next one", async () => {
    const answer = (part: number[]) =>
      part.length === 5 ? { error: "timeout" } : part.includes(2) ? failures("2") : {};

    expect(await run(answer)).toEqual({
      invocations: [[1, 2, 3, 4, 5], [1, 2, 3], [3], [4, 5]],
      confirmed: [1, 3, 4, 5],
      rejected: [[2, "reported by the function"]],
    });
  });

  it.each([
    ["an identifier of no record", failures("99")],
    ["an empty identifier", failures("")],
    ["text", { result: "ok" }],
  ])("takes %s as failure of the whole batch", async (_, result) => {
    expect((await run(() => result)).confirmed).toEqual([]);
  });

  it("ignores what the function returns without ReportBatchItemFailures", async () => {
    expect((await run(() => failures("3"), false)).confirmed).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the event", () => {
  it("is the one that the mapping sends", () => {
    const role = "arn:aws:iam::222222222222:role/analytics";

    const event = kinesisEvent([record(7)], "shardId-000000000003", {
      eventSourceArn: CONSUMER,
      roleArn: role,
    });

    expect(event).toEqual({
      Records: [
        {
          kinesis: record(7),
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: "shardId-000000000003:7",
          eventName: "aws:kinesis:record",
          invokeIdentityArn: role,
          awsRegion: "eu-west-1",
          eventSourceARN: CONSUMER,
        },
      ],
    });
  });

  it("has at most as many records as a batch, and at most 6 MB", () => {
    const source = { eventSourceArn: CONSUMER, roleArn: "" };
    const large = [1, 2, 3].map((sequence) => record(sequence, "k", "x".repeat(2_000_000)));

    const byCount = batchesOf(records, 2, "shardId-0", source);
    const bySize = batchesOf(large, 100, "shardId-0", source);

    expect(byCount.map(numbers)).toEqual([[1, 2], [3, 4], [5]]);
    expect(bySize.map(numbers)).toEqual([[1, 2], [3]]);
  });
});
