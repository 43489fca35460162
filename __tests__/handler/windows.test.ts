import type {
  KinesisStreamHandler,
  KinesisStreamTumblingWindowEvent,
  KinesisStreamTumblingWindowHandler,
} from "aws-lambda";
import { handler as defaultHandler } from "../../handler";
import { kinesisHandler, type KinesisWindow } from "../../handler/kinesis-handler";
import { anEvent } from "./records";

type Counts = Record<string, number>;

const WINDOW = { start: "2026-01-31T08:00:00Z", end: "2026-01-31T08:02:00Z" };
const SHARD = "shardId-000000000006";

let consoleError: jest.SpyInstance;

beforeEach(() => {
  consoleError = jest.spyOn(console, "error").mockImplementation();
  jest.spyOn(console, "log").mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function windowEvent(
  sequenceNumbers: string[],
  settings: Partial<KinesisStreamTumblingWindowEvent> = {},
): KinesisStreamTumblingWindowEvent {
  return {
    ...anEvent(...sequenceNumbers),
    window: WINDOW,
    state: {},
    ...{ shardId: SHARD, eventSourceARN: "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks" },
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
    ...settings,
  };
}

/** Counts records, and fails on those whose number `isBroken`. */
function counter(isBroken: (sequenceNumber: string) => boolean = () => false) {
  const ended: [Counts, KinesisWindow | undefined][] = [];
  const handler = kinesisHandler<Counts>(
    ({ kinesis: { sequenceNumber } }, counts) => {
      counts[sequenceNumber] = (counts[sequenceNumber] ?? 0) + 1;
      if (isBroken(sequenceNumber)) {
        throw new Error("broken");
      }
    },
    {
      onWindowEnd: (counts, window) => {
        ended.push([{ ...counts } as Counts, window]);
      },
    },
  );
  return { handler, ended };
}

describe("kinesisHandler in a tumbling window", () => {
  it("fits the handler types of @types/aws-lambda", () => {
    // Act
    const { handler } = counter();

    // Assess
    handler satisfies KinesisStreamTumblingWindowHandler;
    handler satisfies KinesisStreamHandler;
    // @ts-expect-error: only a handler with onWindowEnd has a state
    kinesisHandler((_, state: Counts) => expect(state).toBeDefined());
    // @ts-expect-error: a window starts with an empty state
    kinesisHandler<{ total: number }>((_, state) => void state.total.toFixed(), {
      onWindowEnd: () => undefined,
    });
    expect(handler).toHaveLength(1);
  });

  describe("without onWindowEnd", () => {
    it.each([
      ["its state", { total: 7 }],
      ["an empty state", {}],
    ])("hands the window's state on unchanged: %s", async (_, state) => {
      // Prepare
      const processed = jest.fn();

      // Act
      const response = await kinesisHandler(processed)(windowEvent(["1", "2"], { state }));

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [], state });
      expect(processed.mock.calls.map((given: unknown[]) => given.length)).toStrictEqual([1, 1]);
    });

    it.each([{ state: undefined }, { state: null as unknown as undefined }])(
      "returns an empty state if the event has %p",
      async (settings) => {
        const response = await kinesisHandler(() => undefined)(windowEvent(["1"], settings));

        expect(response).toStrictEqual({ batchItemFailures: [], state: {} });
      },
    );

    it("reports the failing record beside the state", async () => {
      // Prepare
      const handler = kinesisHandler(({ kinesis }) => {
        if (kinesis.sequenceNumber === "2") {
          throw new Error("broken");
        }
      });

      // Act
      const response = await handler(windowEvent(["1", "2", "3"], { state: { total: 7 } }));

      // Assess
      expect(response).toStrictEqual({
        batchItemFailures: [{ itemIdentifier: "2" }],
        state: { total: 7 },
      });
    });

    it.each([
      ["an empty list of records", []],
      ["no list of records", undefined as unknown as []],
    ])("accepts the last event of a window with %s", async (_, Records) => {
      // Act
      const event = windowEvent([], { Records, isFinalInvokeForWindow: true });

      // Assess
      expect(await defaultHandler(event)).toStrictEqual({ batchItemFailures: [], state: {} });
    });
  });

  describe("with onWindowEnd", () => {
    it("passes the state to each record, and returns what they made of it", async () => {
      // Prepare
      const { handler, ended } = counter();

      // Act
      const first = await handler(windowEvent(["1", "2"]));
      const second = await handler(windowEvent(["2", "3"], { state: first.state }));

      // Assess
      expect(second).toStrictEqual({ batchItemFailures: [], state: { 1: 1, 2: 2, 3: 1 } });
      expect(ended).toStrictEqual([]);
    });

    it.each<[string, string[], Counts]>([
      ["without records", [], { 1: 1 }],
      ["with records", ["2"], { 1: 1, 2: 1 }],
    ])("ends the window once, and drops its state: %s", async (_, numbers, total) => {
      // Prepare
      const { handler, ended } = counter();
      const event = windowEvent(numbers, { state: { 1: 1 }, isFinalInvokeForWindow: true });

      // Act
      const response = await handler(event);

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [], state: {} });
      expect(ended).toStrictEqual([
        [total, { ...WINDOW, shardId: SHARD, isTerminatedEarly: false }],
      ]);
    });

    it.each([true, false])(
      "ends a window that Lambda terminates early, if isFinalInvokeForWindow is %s",
      async (isFinalInvokeForWindow) => {
        // Prepare
        const { handler, ended } = counter();
        const event = windowEvent([], { isFinalInvokeForWindow, isWindowTerminatedEarly: true });

        // Act
        await handler({ ...event, state: { 1: 1 } });

        // Assess
        expect(ended).toStrictEqual([
          [{ 1: 1 }, { ...WINDOW, shardId: SHARD, isTerminatedEarly: true }],
        ]);
      },
    );

    it("fails if the end of the window fails, so that Lambda repeats it", async () => {
      // Prepare
      const handler = kinesisHandler<Counts>(() => undefined, {
        onWindowEnd: () => Promise.reject(new Error("the store is down")),
      });

      // Act
      const handling = handler(windowEvent([], { isFinalInvokeForWindow: true }));

      // Assess
      await expect(handling).rejects.toThrow("the store is down");
    });

    it("waits for the end of the window before it answers", async () => {
      // Prepare
      const steps: string[] = [];
      const handler = kinesisHandler<Counts>(() => undefined, {
        onWindowEnd: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          steps.push("stored");
        },
      });

      // Act
      await handler(windowEvent([], { isFinalInvokeForWindow: true }));
      steps.push("answered");

      // Assess
      expect(steps).toStrictEqual(["stored", "answered"]);
    });

    it("stops at a failing record, logs it once and throws, without ending the window", async () => {
      // Prepare
      const { handler, ended } = counter((number) => number === "2");
      const event = windowEvent(["1", "2", "3"], { isFinalInvokeForWindow: true });

      // Act
      const handling = handler(event);

      // Assess
      await expect(handling).rejects.toThrow("broken");
      expect(ended).toStrictEqual([]);
      expect(consoleError.mock.calls).toMatchObject([
        [
          {
            message:
              "Failed to process this record. Stopped here; Lambda retries its batch with the state from before.",
            sequenceNumber: "2",
            error: { message: "broken" },
          },
        ],
      ]);
    });

    it("treats an event without a window as a window of its own", async () => {
      // Prepare
      const { handler, ended } = counter();

      // Act: as redrive sends the records that Lambda gave up on
      const response = await handler(anEvent("1", "2"));

      // Assess
      expect(response).toStrictEqual({ batchItemFailures: [] });
      expect(ended).toStrictEqual([[{ 1: 1, 2: 1 }, undefined]]);
    });
  });

  // AWS's page does not say whether Lambda takes over a state that is returned beside a failure.
  it.each(["takes over", "ignores"])(
    "counts every record exactly once if Lambda %s the state of a failed invocation",
    async (reading) => {
      // Prepare: each record fails once, so a batch succeeds once its last record has failed
      const hasFailed = new Set<string>();
      const { handler, ended } = counter((number) => {
        const isBroken = !hasFailed.has(number);
        hasFailed.add(number);
        return isBroken;
      });
      let waiting = Array.from({ length: 20 }, (_, at) => String(at + 1));
      let state: Counts = {};

      // Act
      for (let size = 1; waiting.length; size = (size % 5) + 1) {
        const batch = waiting.slice(0, size);
        // Lambda passes and keeps states as JSON.
        const event = windowEvent(batch, { state: structuredClone(state) });
        const answer = await handler(event).catch(() => undefined);
        const [failure] = answer?.batchItemFailures ?? [];
        const failed = failure ? batch.indexOf(failure.itemIdentifier) : batch.length;
        if (answer && (failed === batch.length || reading === "takes over")) {
          state = answer.state;
        }
        waiting = waiting.slice(answer ? failed : 0);
      }
      await handler(windowEvent([], { state, isFinalInvokeForWindow: true }));

      // Assess
      const [counts] = ended[0]!;
      expect(Object.keys(counts)).toHaveLength(20);
      expect(new Set(Object.values(counts))).toStrictEqual(new Set([1]));
    },
  );
});
