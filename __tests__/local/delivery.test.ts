import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { HANDLER, loggedBatches, loggedData, records } from "./batch-handler";
import {
  allow,
  connect,
  makeConsumer,
  makeStream,
  mapping,
  put,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts();

describe("delivery", () => {
  it("delivers 10,000 records of 4 shards to three consumers, in order per key", async () => {
    const stream = await makeStream(producer, "many", 4);
    const names = ["many-efo", "many-parallel", "many-shared"];
    const roles: string[] = [];
    for (const name of names) {
      const source = name === "many-shared" ? stream : await makeConsumer(producer, stream, name);
      const settings = {
        ParallelizationFactor: name === "many-parallel" ? 2 : 1,
      };
      roles.push(
        (
          await connect(producer, consumer, name, source, HANDLER, {
            mapping: settings,
          })
        ).role,
      );
      await setResourcePolicy(producer, stream, {
        ...allow(STREAM_ACTIONS, stream),
        Principal: { AWS: roles },
      });
    }
    const sent = Array.from({ length: 10_000 }, (_, at) => ({
      key: `key-${at % 100}`,
      data: String(at),
    }));
    await put(producer, stream, sent);
    for (const name of names) {
      await until(async () => new Set(await loggedData(consumer, name)).size === sent.length);
      const seen = (await loggedBatches(consumer, name)).flat();
      expect(new Set(seen.map(({ shard }) => shard)).size).toBe(4);
      for (let key = 0; key < 100; key++) {
        const order = seen
          .filter((record) => record.key === `key-${key}`)
          .map((record) => Number(record.data));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }
  });

  it("sends a full batch at once, and waits for the batching window with the others", async () => {
    const stream = await makeStream(producer, "window");
    const { uuid } = await connect(producer, consumer, "window", stream, HANDLER, {
      mapping: { BatchSize: 4, MaximumBatchingWindowInSeconds: 300 },
    });
    const batches = () => loggedBatches(consumer, "window");
    // The window is longer than the wait.
    await put(producer, stream, records("1", "2", "3", "4"));
    await until(async () => (await batches()).length === 1);

    const shorter = { UUID: uuid, MaximumBatchingWindowInSeconds: 2 };
    await consumer.lambda.send(new UpdateEventSourceMappingCommand(shorter));
    await until(async () => (await mapping(consumer, uuid)).State === "Enabled");
    const start = Date.now();
    await put(producer, stream, records("5"));
    await until(async () => (await batches()).length === 2);
    expect(Date.now() - start).toBeGreaterThan(1_900);
    expect((await batches()).map((batch) => batch.length)).toEqual([4, 1]);
  });

  it("starts at the starting position", async () => {
    const stream = await makeStream(producer, "start");
    await put(producer, stream, records("old"));
    const between = new Date(Date.now() + 1);
    await connect(producer, consumer, "latest", stream, HANDLER, {
      mapping: { StartingPosition: "LATEST" },
    });
    const seen = async (name: string) => [...new Set(await loggedData(consumer, name))];
    // Like Lambda, the mapping misses what is put before its first poll.
    await until(async () => {
      await put(producer, stream, records("new"));
      return (await seen("latest")).length > 0;
    });
    await connect(producer, consumer, "timestamp", stream, HANDLER, {
      mapping: {
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: between,
      },
    });
    await connect(producer, consumer, "horizon", stream, HANDLER);
    await until(async () => (await seen("horizon")).includes("new"));
    await until(async () => (await seen("timestamp")).length > 0);
    expect(await seen("horizon")).toEqual(["old", "new"]);
    expect(await seen("timestamp")).toEqual(["new"]);
    expect(await seen("latest")).toEqual(["new"]);
  });

  it("filters before it invokes", async () => {
    const stream = await makeStream(producer, "filtered");
    await connect(producer, consumer, "filtered", stream, HANDLER, {
      mapping: {
        FilterCriteria: {
          Filters: [{ Pattern: JSON.stringify({ data: { city: ["Oslo"] } }) }],
        },
      },
    });
    await put(producer, stream, records('{"city":"Rome"}', "not json", '{"city":"Oslo"}'));
    await until(async () => (await loggedData(consumer, "filtered")).length > 0);
    expect(await loggedData(consumer, "filtered")).toEqual(['{"city":"Oslo"}']);
  });

  it("continues from the same position when a mapping is disabled, changed and enabled again", async () => {
    const stream = await makeStream(producer, "paused");
    const { uuid: UUID } = await connect(producer, consumer, "paused", stream, HANDLER);
    await put(producer, stream, records("1"));
    await until(async () => (await loggedData(consumer, "paused")).length === 1);
    await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await until(async () => (await mapping(consumer, UUID)).State === "Disabled");
    await put(producer, stream, records("2", "3"));
    await consumer.lambda.send(
      new UpdateEventSourceMappingCommand({
        UUID,
        Enabled: true,
        BatchSize: 1,
      }),
    );
    await until(async () => (await loggedData(consumer, "paused")).length === 3);
    expect(await loggedData(consumer, "paused")).toEqual(["1", "2", "3"]);
  });
});
