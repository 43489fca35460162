import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Journal } from "../../cli/src/redrive/journal";
import { ReportQueue } from "../../cli/src/redrive/report-queue";

const URL = "https://sqs.eu-west-1.amazonaws.com/222222222222/failed";
let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "redrive-"))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

type Answer = (input: Record<string, never>) => object | Promise<object>;

/** A queue whose calls are kept, as `Operation` with the input. */
function queueOf(answers: Readonly<Record<string, Answer>>) {
  const calls: [string, unknown][] = [];
  const journal = Journal.open(path.join(directory, "journal"));
  const sqs = {
    send: async ({
      constructor: { name },
      input,
    }: {
      constructor: { name: string };
      input: never;
    }) => {
      const operation = name.replace("Command", "");
      calls.push([operation, input]);
      return (await answers[operation]?.(input)) ?? {};
    },
  };
  const inputsOf = (operation: string) =>
    calls.flatMap(([name, input]) => (name === operation ? [input] : []));
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  return { queue: new ReportQueue(sqs as never, URL, journal, sleep), journal, inputsOf };
}

const messages = (first: number, count: number) => ({
  Messages: Array.from({ length: count }, (_, at) => ({
    MessageId: `m${first + at}`,
    ReceiptHandle: `h${first + at}`,
    Body: `b${first + at}`,
  })),
});
const inFlight =
  (...numbers: number[]): Answer =>
  () => ({
    Attributes: { ApproximateNumberOfMessagesNotVisible: String(numbers.shift() ?? 0) },
  });
const pages =
  (...answers: object[]): Answer =>
  () =>
    answers.shift() ?? {};
const received = async (queue: ReportQueue) => {
  const all: unknown[] = [];
  for await (const report of queue.receive()) {
    all.push(report);
  }
  return all;
};
const entries = (VisibilityTimeout: number, ...handles: string[]) => ({
  QueueUrl: URL,
  Entries: handles.map((ReceiptHandle, index) => ({
    Id: String(index),
    ReceiptHandle,
    VisibilityTimeout,
  })),
});

describe("a queue of reports", () => {
  it("is received until it is empty, and hidden for two minutes", async () => {
    const { queue, journal, inputsOf } = queueOf({
      GetQueueAttributes: inFlight(0, 3),
      ReceiveMessage: pages(messages(1, 2), messages(3, 1)),
    });

    expect(await received(queue)).toEqual(
      [1, 2, 3].map((at) => ({ id: `m${at}`, body: `b${at}` })),
    );
    expect(inputsOf("ReceiveMessage")).toEqual(
      Array.from({ length: 3 }, () => ({
        QueueUrl: URL,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 120,
        WaitTimeSeconds: 1,
      })),
    );
    expect(inputsOf("GetQueueAttributes")).toEqual(
      Array.from({ length: 2 }, () => ({
        QueueUrl: URL,
        AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
      })),
    );
    expect(journal.heldHandles).toEqual({ m1: "h1", m2: "h2", m3: "h3" });
    expect([queue.name, queue.holdsRecords]).toEqual(["queue failed", false]);
    await queue.close();
  });

  it("gives a message once that SQS delivers twice, with the handle that it has now", async () => {
    const [again] = messages(1, 1).Messages;
    const { queue, inputsOf } = queueOf({
      GetQueueAttributes: inFlight(0, 2),
      ReceiveMessage: pages(
        messages(1, 1),
        { Messages: [{ ...again, ReceiptHandle: "h1-again" }] },
        messages(2, 1),
      ),
    });

    expect(await received(queue)).toEqual([1, 2].map((at) => ({ id: `m${at}`, body: `b${at}` })));
    await queue.close();

    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([entries(0, "h1-again", "h2")]);
  });

  it("is received no further than to a report that is looked for, and gets all of that back", async () => {
    const { queue, inputsOf } = queueOf({
      ReceiveMessage: pages(messages(1, 3), messages(4, 3)),
    });

    expect(await queue.find("m2")).toEqual({ id: "m2", body: "b2" });
    await queue.close();

    expect(inputsOf("ReceiveMessage")).toHaveLength(1);
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([entries(0, "h1", "h2", "h3")]);
    expect(await queue.find("m9")).toBeUndefined();
    await queue.close();
  });

  it("gets back, ten at a time, what was not deleted", async () => {
    const { queue, journal, inputsOf } = queueOf({
      ReceiveMessage: pages(messages(0, 10), messages(10, 3)),
    });
    await received(queue);
    await queue.delete("m0");

    await queue.close();

    expect(inputsOf("DeleteMessage")).toEqual([{ QueueUrl: URL, ReceiptHandle: "h0" }]);
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([
      entries(0, ...Array.from({ length: 10 }, (_, at) => `h${at + 1}`)),
      entries(0, "h11", "h12"),
    ]);
    expect(journal.heldHandles).toEqual({});
  });

  it("is not touched while another reader holds some of it", async () => {
    const { queue, inputsOf } = queueOf({ GetQueueAttributes: inFlight(2) });

    await expect(received(queue)).rejects.toThrow("another reader holds 2 of the messages");
    expect(inputsOf("ReceiveMessage")).toEqual([]);
  });

  it("gets back what a killed run had, and waits until SQS has counted that", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask"] });
    const { queue, journal, inputsOf } = queueOf({ GetQueueAttributes: inFlight(1, 1, 0) });
    journal.write({ held: { m1: "h1" } });

    const work = received(queue);
    await jest.advanceTimersByTimeAsync(2000);

    expect(await work).toEqual([]);
    jest.useRealTimers();
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([entries(0, "h1")]);
    expect(inputsOf("GetQueueAttributes")).toHaveLength(5);
    expect(journal.heldHandles).toEqual({});
    await queue.close();
  });

  it("does not wait for SQS longer than it takes to count", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask"] });
    const { queue, journal, inputsOf } = queueOf({
      GetQueueAttributes: () => ({ Attributes: { ApproximateNumberOfMessagesNotVisible: "1" } }),
    });
    journal.write({ held: { m1: "h1" } });

    const work = expect(received(queue)).rejects.toThrow("another reader holds 1");
    await jest.advanceTimersByTimeAsync(70_000);

    await work;
    jest.useRealTimers();
    expect(inputsOf("GetQueueAttributes")).toHaveLength(66);
  });

  it("is kept from others while the run works, which stops if that fails", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask"] });
    let isDenied = false;
    const { queue, inputsOf } = queueOf({
      ReceiveMessage: pages(messages(1, 1)),
      ChangeMessageVisibilityBatch: () => {
        if (isDenied) {
          throw new Error("denied");
        }
        return {};
      },
    });
    await received(queue);

    await jest.advanceTimersByTimeAsync(39_999);
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([entries(120, "h1")]);
    expect(queue.problem()).toBeUndefined();
    isDenied = true;
    await jest.advanceTimersByTimeAsync(40_000);

    expect(queue.problem()).toBe("the reports could not be kept from other readers: denied");
    isDenied = false;
    await queue.close();
    await jest.advanceTimersByTimeAsync(80_000);
    jest.useRealTimers();
    expect(inputsOf("ChangeMessageVisibilityBatch")).toHaveLength(3);
  });

  it("releases its messages after an extension that is on its way, which would hide them again", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask"] });
    const pending: (() => void)[] = [];
    const { queue, inputsOf } = queueOf({
      ReceiveMessage: pages(messages(1, 11)),
      ChangeMessageVisibilityBatch: () =>
        new Promise<object>((resolve) => pending.push(() => resolve({}))),
    });
    await received(queue);
    await jest.advanceTimersByTimeAsync(40_000);

    const closed = queue.close();
    for (const step of [1, 2, 3]) {
      await jest.advanceTimersByTimeAsync(step);
      pending.splice(0).forEach((answer) => answer());
    }
    await closed;
    jest.useRealTimers();

    const first = Array.from({ length: 10 }, (_, at) => `h${at + 1}`);
    expect(inputsOf("ChangeMessageVisibilityBatch")).toEqual([
      entries(120, ...first),
      entries(120, "h11"),
      entries(0, ...first),
      entries(0, "h11"),
    ]);
  });
});
