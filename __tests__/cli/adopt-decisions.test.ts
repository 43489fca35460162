import Ajv from "ajv/dist/2020";
import { readFileSync } from "node:fs";
import { loadDeployments } from "../../app/deployments";
import { adoption, MAPPING, streamPolicy, summary } from "./adoption";
import {
  allowRole,
  CONSUMER,
  document,
  FUNCTION,
  gone,
  KEY,
  ROLE,
  STREAM,
} from "./recorded-pipeline";

const isSetting = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync("settings.schema.json", "utf8")) as object,
);

const adopted = async (...args: Parameters<typeof adoption>) => (await adoption(...args))[0]!;
const refusals = async (...args: Parameters<typeof adoption>) => {
  const { settings, refused } = await adopted(...args);
  expect(settings).toBeUndefined();
  return refused;
};
const streamOf = async (...args: Parameters<typeof adoption>) =>
  (await adopted(...args)).settings?.stream;
const consumersOf = async (...args: Parameters<typeof adoption>) =>
  (await adopted(...args)).settings?.consumers ?? [];
const changed = (mapping: object) => ({
  "lambda:GetEventSourceMapping": () => ({ ...MAPPING, ...mapping }),
});
const policiesOf = async (...statements: object[]) => {
  const { settings, refused } = await adopted(streamPolicy(...statements));
  return {
    writers: settings?.writers,
    streamPolicyStatements: settings?.streamPolicyStatements,
    refused,
  };
};
const allow = (Action: unknown, AWS: unknown, more: object = {}) => ({
  Effect: "Allow",
  Principal: { AWS },
  Action,
  Resource: STREAM,
  ...more,
});
const READ = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];
const WRITE = ["kinesis:PutRecord", "kinesis:PutRecords"];

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

  it("writes what the app and its schema accept, whatever the mapping and the stream have", async () => {
    const { settings } = await adopted({
      ...summary({
        StreamModeDetails: { StreamMode: "PROVISIONED" },
        RetentionPeriodHours: 48,
        EnhancedMonitoring: [{ ShardLevelMetrics: ["OutgoingBytes", "IncomingBytes"] }],
      }),
      ...streamPolicy(allow(READ, "333333333333", { Sid: "Others" }), allow(WRITE, "444444444444")),
      "kinesis:ListTagsForStream": () => ({
        Tags: [
          { Key: "team", Value: "orders" },
          { Key: "aws:cloudformation:stack-name", Value: "orders-dev" },
        ],
      }),
      "lambda:ListTags": () => ({ Tags: { team: "analytics" } }),
      ...changed({
        State: "Disabled",
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: new Date("2026-01-31T08:00:00.500Z"),
        BatchSize: 7,
        MaximumBatchingWindowInSeconds: 5,
        ParallelizationFactor: 2,
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: -1,
        BisectBatchOnFunctionError: false,
        FunctionResponseTypes: [],
        FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["order"]}}' }] },
        MetricsConfig: { Metrics: ["EventCount"] },
      }),
    });

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
    const json = JSON.parse(JSON.stringify(settings)) as object;
    expect([isSetting(json), isSetting.errors]).toEqual([true, null]);
    expect(loadDeployments({ deployment: json })).toHaveLength(1);
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
});

describe("the policy of a stream that is adopted", () => {
  it("needs no statement for the roles of the consumers", async () => {
    expect(await policiesOf(allow("kinesis:Get*", ROLE), allow(READ, [ROLE]))).toEqual({
      refused: [],
    });
  });

  it("keeps everybody else, with the actions that wildcards mean in it", async () => {
    expect(
      await policiesOf(
        allow("kinesis:*", [ROLE, "arn:aws:iam::333333333333:role/other"], { Sid: "Mixed" }),
        allow([...WRITE].reverse(), ["444444444444", "arn:aws:iam::555555555555:root"]),
        allow("kinesis:Put*", ROLE, { Condition: { Bool: { "aws:SecureTransport": true } } }),
      ),
    ).toEqual({
      writers: ["444444444444", "arn:aws:iam::555555555555:root"],
      streamPolicyStatements: [
        {
          sid: "Mixed",
          principals: ["arn:aws:iam::333333333333:role/other"],
          actions: [...READ, ...WRITE],
        },
        { principals: [ROLE], actions: WRITE },
        {
          principals: [ROLE],
          actions: WRITE,
          conditions: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
      refused: [],
    });
  });

  it("does not repeat the Sids of the constructs' own statements", async () => {
    expect(
      (await policiesOf(allow(READ, "333333333333", { Sid: "StreamEFOReadStatementID" })))
        .streamPolicyStatements,
    ).toEqual([{ principals: ["333333333333"], actions: READ }]);
  });

  it("loses roles that are deleted, and says so", async () => {
    const { settings, adoption: all } = await adopted(
      streamPolicy(allow(READ, ["AROAEXAMPLEEXAMPLE123", ROLE])),
    );

    expect(settings?.streamPolicyStatements).toBeUndefined();
    expect(all.changed).toContainEqual({
      path: "stream/stream-policy",
      says: "no longer names AROAEXAMPLEEXAMPLE123, a role or user that is deleted",
    });
  });

  it.each([
    ["denies", { ...allow("kinesis:*", ROLE), Effect: "Deny" }, /^it denies/],
    ["names everybody", allow(READ, "*"), /^it names \*;/],
    ["names a service", { ...allow(READ, []), Principal: { Service: "x" } }, /^it names Service;/],
    ["has NotAction", { ...allow(undefined, ROLE), NotAction: "x" }, /^it has NotAction/],
    ["has actions of other resources", allow("kinesis:SubscribeToShard", ROLE), /^it allows kin/],
  ])("is refused if a statement %s", async (_what, statement, why) => {
    expect(await refusals(streamPolicy(statement))).toEqual([
      { what: "statement 1 of the stream's policy", why: expect.stringMatching(why) as string },
    ]);
  });

  it("is added if there is none", async () => {
    const { settings, adoption: all } = await adopted({
      "kinesis:GetResourcePolicy": gone(),
    });

    expect(Object.keys(settings?.imports ?? {})).toEqual([
      "stream/stream",
      "consumers/efo/consumer",
      "consumers/efo/mapping",
    ]);
    expect(all.added.map(({ path }) => path)).toEqual([
      "consumers/efo/consumer-policy",
      "consumers/efo/role-policy",
      "consumers/efo/on-failure-policy",
      "stream/stream-policy",
    ]);
  });
});

describe("a reader that is adopted", () => {
  const shared = { EventSourceArn: STREAM };
  const reference = { sourceArn: STREAM };

  it("with shared throughput is named after its function", async () => {
    expect(await consumersOf(changed(shared), [reference])).toMatchObject([
      { consumerName: "analytics", readMode: "SHARED_THROUGHPUT" },
    ]);
  });

  it("with shared throughput gets a name that no inline policy of its role has", async () => {
    expect(
      await consumersOf(
        { ...changed(shared), "iam:ListRolePolicies": () => ({ PolicyNames: ["analytics"] }) },
        [reference, reference],
      ),
    ).toMatchObject([{ consumerName: "analytics-2" }, { consumerName: "analytics-3" }]);
  });

  it("is refused if its role has an inline policy of the registered consumer's name", async () => {
    expect(await refusals({ "iam:ListRolePolicies": () => ({ PolicyNames: ["efo"] }) })).toEqual([
      {
        what: "role reader",
        why: expect.stringContaining("an inline policy efo already") as string,
      },
    ]);
  });

  it("keeps the alias that its mapping invokes", async () => {
    expect(await consumersOf(changed({ FunctionArn: `${FUNCTION}:live` }))).toMatchObject([
      { existingFunction: { functionName: "analytics:live" } },
    ]);
  });

  it.each([
    ["sqs", "arn:aws:sqs:eu-west-1:222222222222:failures"],
    ["sns", "arn:aws:sns:eu-west-1:222222222222:failures"],
    ["s3", "arn:aws:s3:::failures"],
  ])("keeps its destination (%s), with a key", async (service, Destination) => {
    const DestinationConfig = { OnFailure: { Destination } };
    const KmsMasterKeyId = KEY.replace("111111111111", "222222222222");
    const [consumer] = await consumersOf({
      ...changed({ DestinationConfig }),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "a-url" }),
      "sqs:GetQueueAttributes": () => ({ Attributes: { KmsMasterKeyId } }),
      "sns:GetTopicAttributes": () => ({ Attributes: { KmsMasterKeyId } }),
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
    });

    expect(consumer?.onFailure).toEqual({
      [service]: Destination,
      ...(service !== "s3" && { kmsKeyArn: KmsMasterKeyId }),
    });
  });

  it("has filters in other words if they were written with spaces", async () => {
    const Pattern = '{ "data": { "type": ["order"] } }';
    const { settings, adoption: all } = await adopted(
      changed({ FilterCriteria: { Filters: [{ Pattern }] } }),
    );

    expect(settings?.consumers).toMatchObject([
      { filterPatterns: [{ data: { type: ["order"] } }] },
    ]);
    expect(all.changed).toContainEqual({
      path: "consumers/efo/mapping",
      says: `has the filter ${Pattern} written without spaces`,
    });
  });

  it.each([
    ["changes", { State: "Updating" }, "its state is Updating; wait until"],
    [
      "has a filter that is no pattern",
      { FilterCriteria: { Filters: [{ Pattern: '{"data":1}' }] } },
      "it is no pattern of EventBridge's",
    ],
    [
      "has filters that nobody can decrypt",
      { FilterCriteriaError: { Message: "no access to the key" } },
      "no access to the key",
    ],
  ])("is refused if its mapping %s", async (_what, mapping, why) => {
    const refused = await refusals(changed(mapping));

    expect(refused.map((one) => one.why.slice(0, why.length))).toEqual([why]);
  });

  it("is refused if others read through its registered consumer", async () => {
    const others = allowRole("kinesis:SubscribeToShard", { AWS: [ROLE, "333333333333"] });

    expect(
      await refusals({ "kinesis:GetResourcePolicy": () => ({ Policy: others }) }),
    ).toContainEqual({
      what: "the policy of the registered consumer (consumers/efo/consumer)",
      why: "it names 333333333333, and a registered consumer has one reader here; register a consumer for each",
    });
  });

  it("no longer shares the registered consumer with its whole account, and that is said", async () => {
    const Principal = { AWS: "arn:aws:iam::222222222222:root" };
    const ofConsumer = document({ Effect: "Allow", Principal, Action: "kinesis:*", Resource: "*" });
    const { adoption: all } = await adopted({
      "kinesis:GetResourcePolicy": () => ({ Policy: ofConsumer }),
    });

    expect(all.changed).toContainEqual({
      path: "consumers/efo/consumer-policy",
      says: `rewritten for ${ROLE} alone instead of its whole account`,
    });
  });

  it("cannot be judged without credentials of its account, and that is said once", async () => {
    const functionArn = FUNCTION.replace("222222222222", "333333333333");
    const [stream] = await adoption({}, [{}, { functionArn }]);

    expect(stream?.settings?.consumers).toMatchObject([{ consumerName: "efo" }]);
    expect(stream?.refused).toEqual([
      {
        what: "the mapping of function analytics",
        why: "no credentials for 333333333333; name a profile of it with --profile",
        isUnknown: true,
      },
    ]);
  });

  it("does not keep the others of its stream from being adopted if it is refused", async () => {
    const [stream] = await adoption(
      {
        "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) =>
          UUID === "a-mapping" ? MAPPING : { ...MAPPING, ...shared, UUID, State: "Creating" },
      },
      [{}, { sourceArn: STREAM, uuid: "another" }],
    );

    expect(stream?.settings?.consumers).toMatchObject([{ consumerName: "efo" }]);
    expect(stream?.refused).toMatchObject([{ what: "mapping another" }]);
  });
});
