import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import type { KinesisStreamEvent, KinesisStreamHandler, KinesisStreamRecord } from "aws-lambda";
import { kinesisHandler, recordData } from "../../handler/kinesis-handler";
import { aRecord, anEvent, base64 } from "./records";

const FAILURE_MESSAGE =
  "Failed to process this record. Stopped here to keep the order; Lambda retries from this record on.";

let consoleError: jest.SpyInstance;
let consoleLog: jest.SpyInstance;

beforeEach(() => {
  consoleError = jest.spyOn(console, "error").mockImplementation();
  consoleLog = jest.spyOn(console, "log").mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

const sequenceNumberOf = (record: KinesisStreamRecord) => record.kinesis.sequenceNumber;

describe("kinesisHandler", () => {
  it("fits the handler type of @types/aws-lambda", () => {
    // Act
    const handler = kinesisHandler(() => undefined) satisfies KinesisStreamHandler;

    // Assess: Lambda's Node.js 24 runtime refuses handlers that take a third argument.
    expect(handler).toHaveLength(1);
  });

  describe("when every record succeeds", () => {
    it("passes each record to processRecord, unchanged and in order, and reports no failure", async () => {
      // Prepare
      const event = anEvent("1", "2", "3");
      const before = structuredClone(event);
      const processed: KinesisStreamRecord[] = [];
      const handler = kinesisHandler(async (record) => {
        await setImmediate();
        processed.push(record);
      });

      // Act
      const response = await handler(event);

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [] });
      expect(processed).toStrictEqual(before.Records);
      expect(event).toStrictEqual(before);
    });

    it("logs nothing of its own", async () => {
      // Act
      await kinesisHandler(() => undefined)(anEvent("1", "2"));

      // Assess
      expect(consoleError).not.toHaveBeenCalled();
      expect(consoleLog).not.toHaveBeenCalled();
    });

    it("accepts a processRecord that is not async", async () => {
      // Prepare
      const processed: string[] = [];
      const handler = kinesisHandler((record) => {
        processed.push(sequenceNumberOf(record));
      });

      // Act
      const response = await handler(anEvent("1", "2"));

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [] });
      expect(processed).toStrictEqual(["1", "2"]);
    });

    it("does not start a record before the previous one has finished", async () => {
      // Prepare
      const steps: string[] = [];
      let finishFirst: () => void = () => undefined;
      const first = new Promise<void>((resolve) => (finishFirst = resolve));
      const handler = kinesisHandler(async (record) => {
        steps.push(`start ${sequenceNumberOf(record)}`);
        if (sequenceNumberOf(record) === "1") {
          await first;
        }
        steps.push(`end ${sequenceNumberOf(record)}`);
      });

      // Act
      const handling = handler(anEvent("1", "2"));
      await setImmediate();
      const stepsWhileFirstIsSlow = [...steps];
      finishFirst();
      await handling;

      // Assess
      expect(stepsWhileFirstIsSlow).toStrictEqual(["start 1"]);
      expect(steps).toStrictEqual(["start 1", "end 1", "start 2", "end 2"]);
    });

    it("does not return before the last record has finished", async () => {
      // Prepare
      let finish: () => void = () => undefined;
      const slow = new Promise<void>((resolve) => (finish = resolve));
      let answered = false;

      // Act
      const handling = kinesisHandler(() => slow)(anEvent("1")).then(() => (answered = true));
      await setImmediate();
      const answeredEarly = answered;
      finish();
      await handling;

      // Assess
      expect(answeredEarly).toBe(false);
      expect(answered).toBe(true);
    });

    it("passes on a record without a partition key, of a stream that distributes by itself", async () => {
      // Prepare
      const record = aRecord({ partitionKey: null as unknown as string });
      const processRecord = jest.fn();

      // Act
      const response = await kinesisHandler(processRecord)({ Records: [record] });

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [] });
      expect(processRecord).toHaveBeenCalledWith(record);
    });

    it("reports no failure for an empty batch and processes nothing", async () => {
      // Prepare
      const processRecord = jest.fn();

      // Act
      const response = await kinesisHandler(processRecord)({ Records: [] });

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [] });
      expect(processRecord).not.toHaveBeenCalled();
    });
  });

  describe("when a record fails", () => {
    it.each([
      [
        "a rejection",
        (error: Error) => async () => {
          await setImmediate();
          throw error;
        },
      ],
      [
        "a synchronous throw",
        (error: Error) => () => {
          throw error;
        },
      ],
    ])("reports its sequence number for %s", async (_, failingWith) => {
      // Prepare
      const error = new RangeError("price below zero");

      // Act
      const response = await kinesisHandler(failingWith(error))(anEvent("495", "496"));

      // Assess
      expect(response).toStrictEqual({
        batchItemFailures: [{ itemIdentifier: "495" }],
      });
      expect(consoleError.mock.calls).toStrictEqual([
        [
          {
            message: FAILURE_MESSAGE,
            sequenceNumber: "495",
            partitionKey: "samplepartitionkey3",
            shardId: "shardId-000000000002",
            error: {
              name: "RangeError",
              message: "price below zero",
              stack: error.stack,
            },
          },
        ],
      ]);
    });

    it("processes no later record, not even one that would fail too", async () => {
      // Prepare
      const processed: string[] = [];
      const handler = kinesisHandler((record) => {
        processed.push(sequenceNumberOf(record));
        if (Number(sequenceNumberOf(record)) >= 2) {
          throw new Error("broken");
        }
      });

      // Act
      const response = await handler(anEvent("1", "2", "3", "4"));

      // Assess
      expect(response).toStrictEqual({
        batchItemFailures: [{ itemIdentifier: "2" }],
      });
      expect(processed).toStrictEqual(["1", "2"]);
      expect(consoleError).toHaveBeenCalledTimes(1);
    });

    it("keeps all digits of the sequence number", async () => {
      // Prepare
      const sequenceNumber = "49648798411111169765201534322676841348246990356337393699";
      const handler = kinesisHandler(() => Promise.reject(new Error("broken")));

      // Act
      const response = await handler(anEvent(sequenceNumber));

      // Assess
      expect(response).toStrictEqual({
        batchItemFailures: [{ itemIdentifier: sequenceNumber }],
      });
    });

    it("can succeed when the batch is retried", async () => {
      // Prepare
      const processRecord = jest.fn().mockRejectedValueOnce(new Error("throttled"));
      const handler = kinesisHandler(processRecord);

      // Act
      const responses = [await handler(anEvent("1")), await handler(anEvent("1"))];

      // Assess
      expect(responses).toStrictEqual([
        { batchItemFailures: [{ itemIdentifier: "1" }] },
        { batchItemFailures: [] },
      ]);
    });

    const loggedErrorOf = async (thrown: unknown): Promise<unknown> => {
      const response = await kinesisHandler(() => {
        throw thrown;
      })(anEvent("1"));
      expect(response).toStrictEqual({
        batchItemFailures: [{ itemIdentifier: "1" }],
      });
      const [[entry]] = consoleError.mock.calls as [[{ error: unknown }]];
      return entry.error;
    };

    it.each<[string, unknown, string]>([
      ["a string", "out of stock: 100%d", "out of stock: 100%d"],
      ["an object", { code: 42 }, "{ code: 42 }"],
      ["undefined", undefined, "undefined"],
      ["null", null, "null"],
      ["a symbol", Symbol("stop"), "Symbol(stop)"],
      ["no prototype", Object.create(null), "[Object: null prototype] {}"],
    ])(
      "reports and describes a thrown value that is not an Error: %s",
      async (_, thrown, message) => {
        expect(await loggedErrorOf(thrown)).toStrictEqual({
          name: "NonError",
          message,
        });
      },
    );

    it("reports a record even if what was thrown cannot be described", async () => {
      // Prepare
      const error = new Error("broken");
      Object.defineProperty(error, "cause", {
        get: () => {
          throw new Error("no cause");
        },
      });

      // Act
      const logged = await loggedErrorOf(error);

      // Assess
      expect(logged).toStrictEqual({
        name: "NonError",
        message: "What was thrown cannot be described.",
      });
    });

    it("recognizes an Error of another realm", async () => {
      // Prepare
      const error = runInNewContext("new TypeError('not ours')") as Error;

      // Act
      const logged = await loggedErrorOf(error);

      // Assess
      expect(logged).toStrictEqual({
        name: "TypeError",
        message: "not ours",
        stack: error.stack,
      });
    });

    it("logs an error's cause as text, even if it is circular", async () => {
      // Prepare
      const reason = new Error("connect ECONNREFUSED");
      const error = new TypeError("fetch failed", { cause: reason });
      reason.cause = error;

      // Act
      const logged = await loggedErrorOf(error);

      // Assess
      expect(logged).toStrictEqual({
        name: "TypeError",
        message: "fetch failed",
        stack: error.stack,
        cause: expect.stringContaining("Error: connect ECONNREFUSED\n") as string,
      });
      expect(() => JSON.stringify(logged)).not.toThrow();
    });
  });

  it("processes exactly the records up to the first failing one in any batch", async () => {
    const random = seededRandom(20240130);
    for (let round = 0; round < 300; round++) {
      // Prepare
      const size = Math.floor(random() * 40);
      const sequenceNumbers = Array.from(
        { length: size },
        (_, i) => `${String(round + 1)}${String(i).padStart(4, "0")}`,
      );
      // -1 and indexes of the batch are equally likely: some batches have no failing record.
      const failing = Math.floor(random() * (size + 1)) - 1;
      const delays = sequenceNumbers.map(() => random() < 0.3);
      const throwsAtOnce = random() < 0.5;
      const processed: string[] = [];
      let running = 0;
      const handler = kinesisHandler((record) => {
        const index = processed.push(sequenceNumberOf(record)) - 1;
        const isBroken = failing >= 0 && index >= failing;
        if (isBroken && throwsAtOnce) {
          throw new Error("broken");
        }
        expect(++running).toBe(1);
        return (async () => {
          if (delays[index]) {
            await setImmediate();
          }
          running--;
          if (isBroken) {
            throw new Error("broken");
          }
        })();
      });
      consoleError.mockClear();

      // Act
      const response = await handler(anEvent(...sequenceNumbers));

      // Assess
      const fails = failing >= 0;
      expect(processed).toStrictEqual(
        fails ? sequenceNumbers.slice(0, failing + 1) : sequenceNumbers,
      );
      expect(response).toStrictEqual({
        batchItemFailures: fails ? [{ itemIdentifier: sequenceNumbers[failing] }] : [],
      });
      expect(consoleError).toHaveBeenCalledTimes(fails ? 1 : 0);
    }
  });

  describe("when the event is not one of a Kinesis stream", () => {
    it.each<[string, unknown, string]>([
      [
        "of SQS",
        { Records: [{ messageId: "1", body: "secret" }] },
        "a record with the keys messageId, body",
      ],
      [
        "of DynamoDB",
        { Records: [{ eventID: "1", dynamodb: {} }] },
        "a record with the keys eventID, dynamodb",
      ],
      ["with an empty record", { Records: [aRecord(), null] }, "a record that is null"],
      ["with a text as record", { Records: ["secret"] }, "a record that is string"],
      [
        "of Firehose",
        { records: [], region: "eu-west-1" },
        "an event with the keys records, region",
      ],
      ["with a text as records", { Records: "secret" }, "an event with the keys Records"],
      ["that is a text", "secret", "an event that is string"],
    ])("processes nothing and says what it got: an event %s", async (_, event, received) => {
      // Prepare
      const processRecord = jest.fn();

      // Act
      const handling = kinesisHandler(processRecord)(event as KinesisStreamEvent);

      // Assess
      await expect(handling).rejects.toThrow(
        new TypeError(
          `kinesisHandler must get events of a Kinesis stream, got ${received}: check what invokes the function`,
        ),
      );
      expect(processRecord).not.toHaveBeenCalled();
    });

    it("still reports a failing record that has a sequence number and no event id", async () => {
      // Prepare
      const { eventID: _, ...record } = aRecord({ sequenceNumber: "2" });
      const event = { Records: [aRecord({ sequenceNumber: "1" }), record] } as KinesisStreamEvent;
      const handler = kinesisHandler(({ kinesis }) => {
        if (kinesis.sequenceNumber === "2") {
          throw new Error("broken");
        }
      });

      // Act
      const response = await handler(event);

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
      expect(consoleError.mock.calls).toMatchObject([
        [{ sequenceNumber: "2", shardId: undefined, error: { message: "broken" } }],
      ]);
    });
  });
});

describe("recordData", () => {
  it("decodes the blog's sample record", () => {
    expect(recordData(aRecord()).toString("utf8")).toBe("sampledatarecord");
  });

  it.each<[string, Uint8Array]>([
    ["every byte value", Uint8Array.from({ length: 256 }, (_, i) => i)],
    ["multi-byte UTF-8", Buffer.from("Grüße, 東京 🚀")],
    ["no bytes", new Uint8Array()],
  ])("returns the producer's bytes: %s", (_, bytes) => {
    // Act
    const data = recordData(aRecord({ data: base64(bytes) }));

    // Assess
    expect(Buffer.isBuffer(data)).toBe(true);
    expect([...data]).toStrictEqual([...bytes]);
  });
});

/** The random number generator Mulberry32, with the same numbers in every run. */
function seededRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
