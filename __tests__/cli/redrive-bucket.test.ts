import * as path from "node:path";
import { kinesisEvent } from "../../pipeline/kinesis-event";
import { ReportBucket } from "../../cli/src/redrive/report-bucket";
import { groupsOf, orderOf } from "../../cli/src/redrive/report-groups";
import type { StreamFacts } from "../../cli/src/redrive/stream";
import { scratch } from "../terraform/harness";
import { CONSUMER, invocationRecord, record, report } from "./redrive-records";
import { RedriveWorld, shardId } from "./redrive-world";

/** Objects by key: what GetObject answers or throws. */
const bucketOf = (objects: Record<string, string | Error>, Size = 100) =>
  new ReportBucket(
    {
      send: ({ input }: { input: { Key?: string } }) => {
        if (input.Key === undefined) {
          const Contents = Object.keys(objects).map((Key) => ({ Key, Size }));
          return Promise.resolve({ Contents });
        }
        const object = objects[input.Key];
        return object instanceof Error
          ? Promise.reject(object)
          : Promise.resolve({ Body: { transformToString: () => Promise.resolve(object) } });
      },
    } as never,
    "reports",
    "u-1",
  );
const failure = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });
const received = async (bucket: ReportBucket) => {
  const all: unknown[] = [];
  for await (const one of bucket.receive()) {
    all.push(one);
  }
  return all;
};

describe("the reports of a bucket", () => {
  it("are received although one of them cannot be read", async () => {
    const objects = {
      a: "text",
      b: failure("AccessDenied", 403),
      c: failure("InvalidObjectState", 403),
    };

    expect(await received(bucketOf(objects))).toEqual([
      { id: "a", body: "text" },
      { id: "b", why: "S3 refused s3:GetObject (AccessDenied: no)" },
      { id: "c", why: "S3 refused s3:GetObject (InvalidObjectState: no)" },
    ]);
  });

  it("are an error if access to each of them is denied, since the permission is missing", async () => {
    const objects = { a: failure("AccessDenied", 403), b: failure("AccessDenied", 403) };

    await expect(received(bucketOf(objects))).rejects.toMatchObject({ call: "s3:GetObject" });
  });

  it("are not read if they are larger than Lambda writes them", async () => {
    expect(await received(bucketOf({ a: "text" }, 2 ** 30))).toEqual([
      { id: "a", why: "it has 1073741824 bytes, more than a report of Lambda" },
    ]);
  });

  it.each([failure("ExpiredToken", 400), failure("SlowDown", 503), failure("TimeoutError")])(
    "are not blamed for %s, which names the call",
    async (error) => {
      await expect(received(bucketOf({ a: error }))).rejects.toMatchObject({
        name: error.name,
        call: "s3:GetObject",
      });
    },
  );
});

describe("a bucket of reports", () => {
  it("is listed page by page, and only where the mapping writes", async () => {
    const inputs: object[] = [];
    const pages = [
      { Contents: [{ Key: "a", Size: 16 * 1024 * 1024 }], NextContinuationToken: "t" },
    ];
    const bucket = new ReportBucket(
      {
        send: ({ input }: { input: { Key?: string } }) => {
          inputs.push(input);
          const answer = input.Key
            ? { Body: { transformToString: () => Promise.resolve("text") } }
            : (pages.shift() ?? {});
          return Promise.resolve(answer);
        },
      } as never,
      "reports",
      "u-1",
    );

    expect(await received(bucket)).toEqual([{ id: "a", body: "text" }]);
    await bucket.delete("a");

    const list = { Bucket: "reports", Prefix: "aws/lambda/u-1/" };
    expect(inputs).toEqual([
      { ...list, ContinuationToken: undefined },
      { Bucket: "reports", Key: "a" },
      { ...list, ContinuationToken: "t" },
      { Bucket: "reports", Key: "a" },
    ]);
    expect([bucket.name, bucket.holdsRecords]).toEqual(["bucket reports", true]);
  });

  it("may have other objects that cannot be read for another reason than access", async () => {
    const objects = { a: failure("InvalidObjectState", 403) };

    expect(await received(bucketOf(objects))).toEqual([
      { id: "a", why: "S3 refused s3:GetObject (InvalidObjectState: no)" },
    ]);
  });
});

describe("the shards of reports", () => {
  const stream = (ancestors: Record<string, string[]>, created = 0): StreamFacts => ({
    created: new Date(created),
    retentionHours: 24,
    shardIds: Object.keys(ancestors),
    ancestors: new Map(Object.entries(ancestors)),
  });
  const shardsOf = (ids: readonly string[], payload?: []) =>
    groupsOf(
      ids.map((id) => ({ ...report(1, 1, 1, id), shardId: id, ...(payload && { payload }) })),
      [],
    );

  it("begin after those that are no longer listed, which go in the order of their IDs", () => {
    const order = orderOf(shardsOf(["4", "3", "2", "1"]), stream({ 3: [], 4: ["3"] }), 20);

    expect(["4", "3", "2", "1"].map((id) => order.ancestorsOf(id))).toEqual([
      ["3", "2", "1"],
      ["2", "1"],
      ["1"],
      [],
    ]);
    expect(order.limit).toBe(20);
  });

  it("are eight at a time where objects hold the records, which need memory", () => {
    expect(orderOf(shardsOf(["1"], []), stream({}), 20).limit).toBe(8);
    expect(orderOf(shardsOf(["1"], []), stream({}), 4).limit).toBe(4);
  });

  it("are one at a time where their parents are not known", () => {
    const { lastArrival } = report(1, 1, 1);

    expect(orderOf(shardsOf(["1"], []), undefined, 20).limit).toBe(1);
    const recreated = stream({}, lastArrival.getTime() + 1001);
    expect(orderOf(shardsOf(["1"], []), recreated, 20).limit).toBe(1);
  });

  /** A bucket with a report for each shard, which holds one record. */
  const worldOf = (shards: number) => {
    const world = new RedriveWorld(path.join(scratch(), "journal"), shards);
    const objects: Record<string, string> = {};
    for (let shard = 0; shard < shards; shard += 1) {
      const source = { eventSourceArn: CONSUMER, roleArn: undefined };
      const payload = kinesisEvent([record(1, "k", `of ${shard}`)], shardId(shard), source);
      const batch = { shardId: shardId(shard), startSequenceNumber: "1", endSequenceNumber: "1" };
      objects[`${shard}`] = JSON.stringify(
        invocationRecord({ payload }, { ...batch, batchSize: 1 }),
      );
    }
    world.source = bucketOf(objects);
    return world;
  };

  it("are worked on side by side, parents before their children", async () => {
    const world = worldOf(4);
    world.parents = { [shardId(0)]: shardId(3) };
    let [running, most] = [0, 0];
    const sent: string[] = [];

    const summary = await world.run({}, undefined, {
      invoke: async ({ Records }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        sent.push(...Records.map(({ eventID }) => eventID.split(":", 1)[0] ?? ""));
        return {};
      },
    });

    expect(summary).toMatchObject({ sent: 4, deletedReports: 4 });
    expect(most).toBe(3);
    expect(sent.at(-1)).toBe(shardId(0));
  });

  it("are sent one after the other without access to the stream", async () => {
    const world = worldOf(3);
    world.deniedCall = "DescribeStreamSummary";

    expect(await world.run()).toMatchObject({ sent: 3, deletedReports: 3 });
  });
});
