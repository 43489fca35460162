import { EVERYTHING } from "./adopted-pipelines";
import { adopted, adoption, MAPPING, READ, refusals, summary } from "./adoption";
import { CONSUMER, gone, KEY, ROLE, STREAM } from "./recorded-pipeline";

const streamOf = async (...args: Parameters<typeof adopted>) =>
  (await adopted(...args)).settings?.stream;

describe("adopt", () => {
  it("writes settings that import a pipeline like the library's, and say no more than is needed", async () => {
    const { settings, adoption: all, refused } = await adopted();

    expect(settings).toEqual({
      name: "clicks",
      region: "eu-west-1",
      producer: { accountId: "111111111111", profile: "111111111111" },
      stream: { streamName: "clicks", kmsKeyArn: KEY, preventDestroy: true },
      consumers: [
        {
          account: { accountId: "222222222222", profile: "222222222222" },
          consumerName: "efo",
          existingFunction: { functionName: "analytics", roleName: "reader", roleArn: ROLE },
          maximumRecordAgeInSeconds: 43200,
          onFailure: "none",
        },
      ],
      imports: {
        "stream/stream": "clicks",
        "stream/stream-policy": STREAM,
        "consumers/efo/consumer": CONSUMER,
        "consumers/efo/consumer-policy": CONSUMER,
        "consumers/efo/mapping": "a-mapping",
      },
    });
    expect(all.added.map(({ path }) => path)).toEqual([
      "consumers/efo/role-policy",
      "consumers/efo/on-failure-policy",
    ]);
    expect(all.changed.map(({ path }) => path)).toEqual([
      "consumers/efo/consumer-policy",
      "stream/stream-policy",
    ]);
    expect(all.kept.map(({ setting }) => setting)).toEqual([
      "stream.kmsKeyArn",
      "stream.preventDestroy",
      "consumers[efo].maximumRecordAgeInSeconds",
      "consumers[efo].onFailure",
    ]);
    expect(refused).toEqual([]);
  });

  it("repeats whatever the mapping and the stream have", async () => {
    const { settings } = await adopted(EVERYTHING);

    expect(settings).toMatchObject({
      stream: {
        streamName: "clicks",
        shardCount: 4,
        retentionPeriodHours: 48,
        kmsKeyArn: KEY,
        preventDestroy: true,
        shardLevelMetrics: ["IncomingBytes", "OutgoingBytes"],
        tags: { team: "orders" },
      },
      writers: ["444444444444"],
      streamPolicyStatements: [{ sid: "Others", principals: ["333333333333"], actions: READ }],
    });
    expect(settings?.consumers[0]).toEqual({
      account: { accountId: "222222222222", profile: "222222222222" },
      consumerName: "efo",
      existingFunction: { functionName: "analytics", roleName: "reader", roleArn: ROLE },
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-01-31T08:00:00Z",
      batchSize: 7,
      maximumBatchingWindowInSeconds: 5,
      parallelizationFactor: 2,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      filterPatterns: [{ data: { type: ["order"] } }],
      metrics: ["EventCount"],
      enabled: false,
      onFailure: "none",
      tagsByResource: { mapping: { team: "analytics" } },
    });
  });
});

describe("a stream that is adopted", () => {
  it("stays without encryption if it has none", async () => {
    expect(await streamOf(summary({ EncryptionType: "NONE", KeyId: undefined }))).toEqual({
      streamName: "clicks",
      encryption: "NONE",
      preventDestroy: true,
    });
  });

  it("names by ARN the key that it names by an alias, and says so", async () => {
    const { settings, adoption: all } = await adopted(summary({ KeyId: "alias/clicks" }));

    expect(settings?.stream).toMatchObject({ kmsKeyArn: KEY });
    expect(all.changed).toContainEqual({
      path: "stream/stream",
      says: "names its key by ARN instead of alias/clicks; it is the same key",
    });
  });

  it("is refused with a key that only AWS may change", async () => {
    expect(
      await refusals({
        ...summary({ KeyId: "alias/aws/kinesis" }),
        "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyManager: "AWS" } }),
      }),
    ).toEqual([
      {
        what: "the key of stream clicks",
        why: "it is alias/aws/kinesis, which only AWS may change, so that no other account can decrypt the records; encrypt the stream with a customer managed key first",
      },
    ]);
  });

  it("keeps a key that may not be described, if it is named by its ARN", async () => {
    const denied = { "kms:DescribeKey": gone("AccessDeniedException") };

    expect((await streamOf(denied))?.kmsKeyArn).toBe(KEY);
    expect(await refusals({ ...denied, ...summary({ KeyId: "alias/clicks" }) })).toEqual([
      {
        what: "the key of stream clicks",
        why: expect.stringContaining("may not call kms:DescribeKey") as string,
        isUnknown: true,
      },
    ]);
    expect(await refusals({ ...denied, ...summary({ KeyId: "alias/aws/kinesis" }) })).toMatchObject(
      [{ why: expect.stringContaining("which only AWS may change") as string }],
    );
  });

  it("is refused while it changes", async () => {
    expect(await refusals(summary({ StreamStatus: "UPDATING" }))).toEqual([
      {
        what: "stream clicks",
        why: "its status is UPDATING; wait until it is ACTIVE, and adopt it then",
      },
    ]);
  });

  it.each([
    ["kinesis:DescribeStreamSummary", "stream clicks"],
    ["kinesis:ListTagsForStream", "the tags of stream clicks"],
    ["kinesis:GetResourcePolicy", "the policy of stream clicks"],
    ["iam:GetRolePolicy", "the role reader of function analytics"],
    ["lambda:ListTags", "the tags of mapping a-mapping"],
    ["lambda:GetEventSourceMapping", "mapping a-mapping"],
  ])("cannot be judged without %s", async (call, what) => {
    const refused = await refusals({ [call]: gone("AccessDeniedException") });

    expect(refused).toContainEqual({
      what,
      why: expect.stringContaining(`may not call ${call}`) as string,
      isUnknown: true,
    });
    expect(refused.filter(({ isUnknown }) => !isUnknown)).toEqual([]);
  });

  it("keeps the tags of every page, but those of AWS", async () => {
    const tags = (...all: string[]) => all.map((Key) => ({ Key, Value: "x" }));
    const answers = {
      "kinesis:ListTagsForStream": ({ ExclusiveStartTagKey: from }: Record<string, string>) =>
        from === undefined
          ? { Tags: tags("aws:a", "b"), HasMoreTags: true }
          : { Tags: tags(`after ${from}`), HasMoreTags: false },
    };

    expect((await streamOf(answers))?.tags).toEqual({ b: "x", "after b": "x" });
  });

  it("needs the higher limit if it has more than 20 registered consumers", async () => {
    const readers = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        sourceArn: `${STREAM}/consumer/efo-${index}:1700000000`,
        uuid: String(index),
      }));
    const own = {
      "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) => ({
        ...MAPPING,
        UUID,
        EventSourceArn: `${STREAM}/consumer/efo-${UUID}:1700000000`,
      }),
    };

    expect((await streamOf(own, readers(20)))?.registeredConsumerLimit).toBeUndefined();
    expect((await streamOf(own, readers(21)))?.registeredConsumerLimit).toBe(50);
  });

  it("gives its deployment a name that no other has, without dots", async () => {
    const arns = ["eu-west-1", "eu-west-2"].map((region) =>
      STREAM.replace("eu-west-1", region).replace("clicks", "a.b"),
    );
    const own = {
      "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) => ({
        ...MAPPING,
        EventSourceArn: UUID,
      }),
    };
    const all = await adoption(
      own,
      arns.map((sourceArn) => ({ sourceArn, uuid: sourceArn })),
    );

    expect(all.map(({ settings }) => settings?.name)).toEqual(["a-b", "a-b-2"]);
  });
});
