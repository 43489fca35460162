import { Accounts } from "../../cli/src/accounts";
import { streamAccess } from "../../cli/src/doctor/stream-access";
import { problemsOf, streamLines, unknownsOf } from "../../cli/src/doctor/stream-lines";
import type { Reference } from "../../cli/src/pipeline";
import { recordedAccount, type Answers } from "./recorded";
import { document, gone, KEY, ROLE, STREAM } from "./recorded-pipeline";

const WRITER = "arn:aws:iam::333333333333:role/writer";
const USED = `${STREAM}/consumer/used:1`;
const OLD = `${STREAM}/consumer/old:2`;
const READ = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];
const allow = (AWS: string | string[], Action: string | string[], more: object = {}) => ({
  Effect: "Allow",
  Principal: { AWS },
  Action,
  Resource: "*",
  ...more,
});

const SUMMARY = { StreamStatus: "ACTIVE", OpenShardCount: 4, EncryptionType: "KMS", KeyId: KEY };
const GOOD: Answers = {
  "kinesis:DescribeStreamSummary": () => ({ StreamDescriptionSummary: SUMMARY }),
  "kinesis:ListStreamConsumers": () => ({
    Consumers: [
      { ConsumerName: "used", ConsumerARN: USED },
      { ConsumerName: "old", ConsumerARN: OLD },
    ],
  }),
  "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) =>
    ResourceARN === STREAM
      ? {
          Policy: document(
            allow(ROLE, READ),
            allow(WRITER, ["kinesis:PutRecord", "kinesis:PutRecords"]),
          ),
        }
      : ResourceARN === USED
        ? { Policy: document(allow(ROLE, "kinesis:SubscribeToShard")) }
        : gone()(),
  "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyState: "Enabled" } }),
  "kms:GetKeyPolicy": () => ({
    Policy: document(
      allow("arn:aws:iam::111111111111:root", "kms:*"),
      allow(ROLE, "kms:Decrypt"),
      allow(WRITER, "kms:GenerateDataKey"),
    ),
  }),
  "kms:ListGrants": () => ({ Grants: [] }),
  "cloudwatch:GetMetricData": ({
    MetricDataQueries: [query],
  }: {
    MetricDataQueries: [{ MetricStat: { Metric: { Dimensions: { Value: string }[] } } }];
  }) =>
    query.MetricStat.Metric.Dimensions[1]?.Value === "used"
      ? { MetricDataResults: [{ Timestamps: [new Date()], Values: [0] }] }
      : { MetricDataResults: [{ Timestamps: [], Values: [] }] },
};

const READER: Reference = {
  region: "eu-west-1",
  functionArn: "arn:aws:lambda:eu-west-1:222222222222:function:analytics:live",
  sourceArn: USED,
};

async function access(changes: Answers = {}, references: readonly Reference[] = [READER]) {
  const accounts = new Accounts([]);
  const account = recordedAccount("111111111111", { ...GOOD, ...changes });
  jest.spyOn(accounts, "of").mockResolvedValue(account);
  return streamAccess(STREAM, { references, accounts });
}

const withStreamPolicy = (...statements: object[]): Answers => ({
  "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) =>
    ResourceARN === STREAM ? { Policy: document(...statements) } : gone()(),
});
const summary = (more: object): Answers => ({
  "kinesis:DescribeStreamSummary": () => ({ StreamDescriptionSummary: { ...SUMMARY, ...more } }),
});

describe("doctor --stream", () => {
  it("shows who may do what, and who uses which registered consumer", async () => {
    expect(streamLines(await access())).toEqual([
      STREAM,
      "  4 open shards, PROVISIONED",
      "",
      "Who may use it, by the policies of the stream, its consumers and its key:",
      `  ${ROLE}`,
      "    reads, subscribes through used, decrypts",
      `  ${WRITER}`,
      "    writes, encrypts",
      "",
      "Registered consumers:",
      "  used: analytics:live (222222222222) reads through it",
      "  warning: old: nobody has read through it within a day; it costs about $44 a",
      "  month (us-east-1)",
    ]);
  });

  it.each<[string, Answers, readonly string[]]>([
    [
      "a writer that may not encrypt",
      { "kms:GetKeyPolicy": () => ({ Policy: document(allow(ROLE, "kms:Decrypt")) }) },
      [`${WRITER}: writes, but the key's policy does not let it encrypt`],
    ],
    [
      "a reader that may not decrypt",
      { "kms:GetKeyPolicy": () => ({ Policy: document(allow(WRITER, "kms:GenerateDataKey")) }) },
      [`${ROLE}: reads, but the key's policy does not let it decrypt`],
    ],
    [
      "a role that was deleted",
      withStreamPolicy(allow("AROAEXAMPLE", READ)),
      ["AROAEXAMPLE: the role or user was deleted"],
    ],
    [
      "a condition on the organization",
      withStreamPolicy(
        allow(ROLE, READ),
        allow("*", "kinesis:Put*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } }),
      ),
      [
        "*: writes under a condition that cannot be decided here",
        `${ROLE}: writes under a condition that cannot be decided here`,
        `${WRITER}: writes under a condition that cannot be decided here`,
      ],
    ],
  ])("names %s", async (_, changes, problems) => {
    expect(problemsOf(await access(changes))).toEqual([
      ...problems,
      expect.stringMatching(/^old: nobody has read/),
    ]);
  });

  it("needs no key for a stream that is not encrypted", async () => {
    const { principals } = await access(summary({ EncryptionType: "NONE" }));

    expect(principals).toMatchObject([
      { name: ROLE, may: ["reads", "subscribes through used"], problems: [] },
      { name: WRITER, may: ["writes"], problems: [] },
    ]);
  });

  it("says that a registered consumer of a function is not read through", async () => {
    const references = [{ ...READER, sourceArn: OLD }];
    const { consumers, ...rest } = await access({}, references);

    expect(problemsOf({ consumers, ...rest })).toEqual([
      "old: nobody has read through it within a day, although analytics:live (222222222222) should; it costs about $44 a month (us-east-1)",
    ]);
    expect(streamLines({ consumers, ...rest })).toContain(
      "  used: somebody reads through it, in an account whose profile is not named",
    );
  });

  it("names no price by the hour for a stream on demand", async () => {
    const onDemand = await access(summary({ StreamModeDetails: { StreamMode: "ON_DEMAND" } }));

    expect(problemsOf(onDemand)).toEqual(["old: nobody has read through it within a day"]);
  });

  it("says what it could not read, and accuses nobody for it", async () => {
    const denied = gone("AccessDeniedException");
    const given = await access({
      "cloudwatch:GetMetricData": denied,
      "kms:GetKeyPolicy": denied,
    });

    expect(problemsOf(given)).toEqual([]);
    expect(unknownsOf(given)).toEqual([
      expect.stringContaining("may not call kms:GetKeyPolicy"),
      expect.stringContaining("may not call cloudwatch:GetMetricData"),
    ]);
    expect(streamLines(given)).toContain(
      "  old: no mapping in the accounts of the profiles reads through it",
    );
  });

  it("shows a stream that nobody else may use", async () => {
    const nobody = { ...withStreamPolicy(), "kinesis:ListStreamConsumers": () => ({}) };
    const lines = streamLines(
      await access({ ...nobody, ...summary({ EncryptionType: "NONE" }) }, []),
    );

    expect(lines).toEqual(
      expect.arrayContaining(["  nobody outside its account", "Registered consumers:", "  none"]),
    );
  });
});
