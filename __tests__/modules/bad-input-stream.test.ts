import { ProducerStream, StreamEncryption, StreamMode } from "../../modules";
import { STREAM_ATTRIBUTES, STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf, sentenceAbout } from "../helpers/sentences";
import { KEY_ARN, refusals, REGION, STREAM_ARN } from "../helpers/synthesize";

describe("ProducerStream", () => {
  const { refuse } = CONSTRUCTS.ProducerStream;

  it.each(["a b", "a/b", "ä", "a\n", "a".repeat(129)])("fails when streamName is %j", (name) => {
    expect(refuse({ streamName: name })).toEqual([
      sentenceAbout("streamName", STREAM_PROPERTIES.streamName, name),
    ]);
  });

  it("fails when an on-demand stream has a number of shards", () => {
    expect(refuse({ streamMode: StreamMode.ON_DEMAND, shardCount: 2 })).toEqual([
      "'shardCount' and 'streamMode' are mutually exclusive, got shardCount 2 with ON_DEMAND; omit 'shardCount', or set 'streamMode' to PROVISIONED",
    ]);
  });

  it("fails when a provisioned stream has no number of shards", () => {
    expect(refuse({ streamMode: StreamMode.PROVISIONED })).toEqual([
      "'streamMode' requires 'shardCount', got PROVISIONED; give the number of shards, or omit both",
    ]);
  });

  it("fails when ALL shard metrics are not alone", () => {
    expect(refuse({ shardLevelMetrics: ["ALL", "IncomingBytes"] })).toEqual([
      `'shardLevelMetrics' must be ALL alone or a list without it, got ["ALL","IncomingBytes"]; leave ALL alone`,
    ]);
  });

  it.each(["alias/aws/kinesis", `arn:aws:kms:${REGION}:111111111111:alias/aws/kinesis`])(
    "fails when kmsKeyArn is the AWS managed key %s",
    (kmsKeyArn) => {
      expect(refuse({ kmsKeyArn })).toEqual([
        expect.stringContaining("the policy of an AWS managed key cannot be changed"),
      ]);
    },
  );

  it.each(["alias/ours", `arn:aws:kms:${REGION}:111111111111:alias/ours`])(
    "fails when kmsKeyArn is the alias %s",
    (kmsKeyArn) => {
      expect(refuse({ kmsKeyArn })).toEqual([
        expect.stringContaining(`(aws kms describe-key --key-id ${kmsKeyArn})`),
      ]);
    },
  );

  it.each([
    "11111111-2222-3333-4444-555555555555",
    KEY_ARN.replace("111111111111", "11111111111"),
    KEY_ARN.replace(":kms:", ":kinesis:"),
    `${KEY_ARN}*`,
  ])("fails when kmsKeyArn is %j", (kmsKeyArn) => {
    expect(refuse({ kmsKeyArn })).toEqual([
      sentenceAbout("kmsKeyArn", STREAM_PROPERTIES.kmsKeyArn, kmsKeyArn),
    ]);
  });

  it("fails when a key is given together with encryption NONE", () => {
    expect(refuse({ kmsKeyArn: KEY_ARN, encryption: StreamEncryption.NONE })).toEqual([
      `'kmsKeyArn' and 'encryption' are mutually exclusive, got ${KEY_ARN} with NONE; omit 'encryption' to use the key, or omit 'kmsKeyArn'`,
    ]);
  });

  it("reports all mistakes in one error", () => {
    const sentences = refuse({
      streamName: "a b",
      retentionPeriodHours: 1,
      shardCount: 0,
      streamMode: StreamMode.ON_DEMAND,
      kmsKeyArn: "alias/aws/kinesis",
      shardLevelMetrics: ["ALL", "x"],
    });
    expect(propertiesOf(sentences)).toEqual([
      "streamName",
      "shardCount",
      "retentionPeriodHours",
      "kmsKeyArn",
      "shardLevelMetrics[1]",
      "shardCount",
      "shardLevelMetrics",
    ]);
  });

  it.each([
    ...["a", "a".repeat(128), "A.b_c-9"].map((streamName) => ({ streamName })),
    { shardLevelMetrics: ["ALL"] },
    { shardLevelMetrics: ["IncomingBytes", "IncomingRecords"] },
    { kmsKeyArn: KEY_ARN },
    { kmsKeyArn: `arn:aws:kms:${REGION}:111111111111:key/mrk-1234abcd` },
  ])("accepts %j", (props) => {
    expect(refuse(props)).toEqual([]);
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
      sentenceAbout("streamArn", STREAM_ATTRIBUTES.streamArn, streamArn),
    ]);
  });

  it("fails when the provider and the stream are in different Regions", () => {
    expect(importing({ streamArn: STREAM_ARN.replace(REGION, "us-east-1") })).toEqual([
      `'provider' must be in the stream's Region us-east-1, got ${REGION}; use a provider of that Region, or correct 'streamArn'`,
    ]);
  });

  it("reports all mistakes in one error", () => {
    const sentences = importing({
      streamArn: "x",
      kmsKeyArn: "alias/ours",
      registeredConsumerLimit: 5,
      provider: undefined,
    });
    expect(propertiesOf(sentences)).toEqual(["streamArn", "kmsKeyArn", "registeredConsumerLimit"]);
  });

  it.each([
    [STREAM_ARN, KEY_ARN],
    [`arn:aws-cn:kinesis:${REGION}:111111111111:stream/a.b_c-d`, KEY_ARN.replace("aws", "aws-cn")],
  ])("accepts %s with the key %s", (streamArn, kmsKeyArn) => {
    expect(importing({ streamArn, kmsKeyArn })).toEqual([]);
  });
});
