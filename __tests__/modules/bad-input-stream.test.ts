import { ProducerStream, StreamEncryption, StreamMode } from "../../modules";
import { aStream, KEY_ARN, refusals, REGION, STREAM_ARN } from "../helpers/synthesize";

const refusalsOf = (props: Record<string, unknown>): string[] =>
  refusals((stack, providers) => aStream(stack, providers, props));

const METRICS =
  "IncomingBytes, IncomingRecords, OutgoingBytes, OutgoingRecords, WriteProvisionedThroughputExceeded, ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, ALL";

describe("ProducerStream", () => {
  it.each([
    ["", '""'],
    ["a b", '"a b"'],
    ["a/b", '"a/b"'],
    ["ä", '"ä"'],
    ["a\n", String.raw`"a\n"`],
    ["a".repeat(129), `"${"a".repeat(129)}"`],
  ])("fails when streamName is %j", (streamName, got) => {
    expect(refusalsOf({ streamName })).toEqual([
      `'streamName' must be 1 to 128 letters, digits, dots, hyphens or underscores, got ${got}; rename the stream`,
    ]);
  });

  it.each([23, 8761, 24.5, -1, 0, "24"])(
    "fails when retentionPeriodHours is %j",
    (retentionPeriodHours) => {
      expect(refusalsOf({ retentionPeriodHours })).toEqual([
        `'retentionPeriodHours' must be an integer from 24 to 8760, got ${JSON.stringify(retentionPeriodHours)}; omit it for 24 hours`,
      ]);
    },
  );

  it.each([0, 10001, 1.5, -1])("fails when shardCount is %j", (shardCount) => {
    expect(refusalsOf({ shardCount })).toEqual([
      `'shardCount' must be an integer from 1 to 10000, got ${shardCount}; omit it for on-demand capacity`,
    ]);
  });

  it("fails when an on-demand stream has a number of shards", () => {
    expect(refusalsOf({ streamMode: StreamMode.ON_DEMAND, shardCount: 2 })).toEqual([
      "'shardCount' and 'streamMode' are mutually exclusive, got shardCount 2 with ON_DEMAND; omit 'shardCount', or set 'streamMode' to PROVISIONED",
    ]);
  });

  it("fails when a provisioned stream has none", () => {
    expect(refusalsOf({ streamMode: StreamMode.PROVISIONED })).toEqual([
      "'streamMode' requires 'shardCount', got PROVISIONED; give the number of shards, or omit both",
    ]);
  });

  it("fails when an enumerated value is another", () => {
    expect(
      refusalsOf({
        streamMode: "on-demand",
        encryption: "KMS",
        registeredConsumerLimit: 21,
      }),
    ).toEqual([
      `'streamMode' must be one of ON_DEMAND, PROVISIONED, got "on-demand"; omit it to let 'shardCount' decide`,
      `'encryption' must be one of CUSTOMER_MANAGED_KEY, NONE, got "KMS"; omit it to have a key created`,
      "'registeredConsumerLimit' must be one of 20, 50, got 21; omit it for 20; 50 is the limit of On-demand Advantage",
    ]);
  });

  it("fails when a shard metric is unknown", () => {
    expect(refusalsOf({ shardLevelMetrics: ["IncomingBytes", "incomingRecords"] })).toEqual([
      `'shardLevelMetrics[1]' must be one of ${METRICS}, got "incomingRecords"; name each metric once, or omit it for stream-level metrics only`,
    ]);
  });

  it("fails when ALL shard metrics are not alone", () => {
    expect(refusalsOf({ shardLevelMetrics: ["ALL", "IncomingBytes"] })).toEqual([
      `'shardLevelMetrics' must be ALL alone or a list without it, got ["ALL","IncomingBytes"]; leave ALL alone`,
    ]);
  });

  it("fails when a shard metric is named twice", () => {
    expect(refusalsOf({ shardLevelMetrics: ["IncomingBytes", "IncomingBytes"] })).toEqual([
      `'shardLevelMetrics' must be a list without duplicates, got ["IncomingBytes","IncomingBytes"]; name each metric once, or omit it for stream-level metrics only`,
    ]);
  });

  it.each(["alias/aws/kinesis", `arn:aws:kms:${REGION}:111111111111:alias/aws/kinesis`])(
    "fails when kmsKeyArn is the AWS managed key %s",
    (kmsKeyArn) => {
      expect(refusalsOf({ kmsKeyArn })).toEqual([
        `'kmsKeyArn' must be the ARN of a customer managed key, got "${kmsKeyArn}"; the policy of an AWS managed key cannot be changed, so no other account could decrypt the stream: omit 'kmsKeyArn' to have a key created, or give the ARN of a customer managed key`,
      ]);
    },
  );

  it.each(["alias/ours", `arn:aws:kms:${REGION}:111111111111:alias/ours`])(
    "fails when kmsKeyArn is the alias %s",
    (kmsKeyArn) => {
      expect(refusalsOf({ kmsKeyArn })).toEqual([
        `'kmsKeyArn' must be a key ARN, got the alias "${kmsKeyArn}"; an alias means nothing in another account's policies: give the ARN of the key behind it (aws kms describe-key --key-id ${kmsKeyArn})`,
      ]);
    },
  );

  it.each([
    "11111111-2222-3333-4444-555555555555",
    KEY_ARN.replace("111111111111", "11111111111"),
    KEY_ARN.replace(":kms:", ":kinesis:"),
    `${KEY_ARN}*`,
    "",
  ])("fails when kmsKeyArn is %j", (kmsKeyArn) => {
    expect(refusalsOf({ kmsKeyArn })).toEqual([
      `'kmsKeyArn' must be a key ARN (arn:aws:kms:<region>:<account>:key/<id>), got "${kmsKeyArn}"; give a customer managed key of the stream's Region`,
    ]);
  });

  it("fails when a key is given, but no encryption wanted", () => {
    expect(refusalsOf({ kmsKeyArn: KEY_ARN, encryption: StreamEncryption.NONE })).toEqual([
      `'kmsKeyArn' and 'encryption' are mutually exclusive, got ${KEY_ARN} with NONE; omit 'encryption' to use the key, or omit 'kmsKeyArn'`,
    ]);
  });

  it("tells all mistakes in one error", () => {
    const told = refusalsOf({
      streamName: "a b",
      retentionPeriodHours: 1,
      shardCount: 0,
      streamMode: StreamMode.ON_DEMAND,
      kmsKeyArn: "alias/aws/kinesis",
      shardLevelMetrics: ["ALL", "x"],
    });
    expect(told.map((sentence) => sentence.split(" ")[0])).toEqual([
      "'streamName'",
      "'shardCount'",
      "'retentionPeriodHours'",
      "'kmsKeyArn'",
      "'shardLevelMetrics[1]'",
      "'shardCount'",
      "'shardLevelMetrics'",
    ]);
  });

  it.each([
    { streamName: "a" },
    { streamName: "a".repeat(128) },
    { streamName: "A.b_c-9" },
    { retentionPeriodHours: 24 },
    { retentionPeriodHours: 8760 },
    { shardCount: 1 },
    { shardCount: 10000 },
    { registeredConsumerLimit: 20 },
    { registeredConsumerLimit: 50 },
    { shardLevelMetrics: ["ALL"] },
    { shardLevelMetrics: METRICS.split(", ").slice(0, -1) },
    { kmsKeyArn: KEY_ARN },
    { kmsKeyArn: `arn:aws:kms:${REGION}:111111111111:key/mrk-1234abcd` },
  ])("accepts %j", (props) => {
    expect(refusalsOf(props)).toEqual([]);
  });
});

describe("ProducerStream.fromAttributes", () => {
  const importing = (attributes: Record<string, unknown>): string[] =>
    refusals((stack, providers) =>
      ProducerStream.fromAttributes(stack, "stream", {
        streamArn: STREAM_ARN,
        provider: providers.producer,
        ...attributes,
      }),
    );

  it.each([
    "kds-cross-account-stream",
    STREAM_ARN.replace("111111111111", "1111"),
    STREAM_ARN.replace("stream/", "streams/"),
    `${STREAM_ARN}/consumer/reader:1700000000`,
    STREAM_ARN.replace("arn:aws:", "arn:azure:"),
  ])("fails when streamArn is %s", (streamArn) => {
    expect(importing({ streamArn, provider: undefined })).toEqual([
      `'streamArn' must be a stream ARN (arn:aws:kinesis:<region>:<account>:stream/<name>), got "${streamArn}"; copy it from \`aws kinesis describe-stream-summary --stream-name <name>\``,
    ]);
  });

  it("fails when the provider is of another Region than the stream", () => {
    expect(importing({ streamArn: STREAM_ARN.replace(REGION, "us-east-1") })).toEqual([
      `'provider' must be in the stream's Region us-east-1, got ${REGION}; use a provider of that Region, or correct 'streamArn'`,
    ]);
  });

  it("tells all mistakes in one error", () => {
    const told = importing({
      streamArn: "x",
      kmsKeyArn: "alias/ours",
      registeredConsumerLimit: 5,
      provider: undefined,
    });
    expect(told.map((sentence) => sentence.split(" ")[0])).toEqual([
      "'streamArn'",
      "'kmsKeyArn'",
      "'registeredConsumerLimit'",
    ]);
  });

  it.each([
    [STREAM_ARN, KEY_ARN],
    [`arn:aws-cn:kinesis:${REGION}:111111111111:stream/a.b_c-d`, KEY_ARN.replace("aws", "aws-cn")],
  ])("accepts %s with the key %s", (streamArn, kmsKeyArn) => {
    expect(importing({ streamArn, kmsKeyArn })).toEqual([]);
  });
});
