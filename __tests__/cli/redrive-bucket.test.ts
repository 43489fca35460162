import { ReportBucket } from "../../cli/src/redrive/report-bucket";

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
