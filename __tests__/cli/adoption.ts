import { Accounts, type Account } from "../../cli/src/accounts";
import { adoptStreams, type AdoptedStream } from "../../cli/src/adopt/deployments";
import { readReader } from "../../cli/src/adopt/read";
import { discover } from "../../cli/src/from-aws";
import type { Pipeline, Reference } from "../../cli/src/pipeline";
import { unknown } from "../../pipeline/fact";
import { recordedAccount, type Answers } from "./recorded";
import {
  allowRole,
  CONSUMER,
  document,
  FUNCTION,
  KEY,
  ROLE,
  role,
  STREAM,
} from "./recorded-pipeline";

export const MAPPING = {
  FunctionArn: FUNCTION,
  EventSourceArn: CONSUMER,
  UUID: "a-mapping",
  EventSourceMappingArn: "arn:aws:lambda:eu-west-1:222222222222:event-source-mapping:a-mapping",
  State: "Enabled",
  StartingPosition: "TRIM_HORIZON",
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  TumblingWindowInSeconds: 0,
  MaximumRetryAttempts: 500,
  MaximumRecordAgeInSeconds: 43200,
  BisectBatchOnFunctionError: true,
  FunctionResponseTypes: ["ReportBatchItemFailures"],
};

export const SUMMARY = {
  StreamStatus: "ACTIVE",
  StreamModeDetails: { StreamMode: "ON_DEMAND" },
  RetentionPeriodHours: 24,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: "KMS",
  KeyId: KEY,
  OpenShardCount: 4,
};

export const summary = (more: object): Answers => ({
  "kinesis:DescribeStreamSummary": () => ({ StreamDescriptionSummary: { ...SUMMARY, ...more } }),
});

/** The policies of the stream and of its consumer; the one is given, the other allows the role. */
export const streamPolicy = (...statements: object[]): Answers => ({
  "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) => ({
    Policy:
      ResourceARN === STREAM ? document(...statements) : allowRole("kinesis:SubscribeToShard"),
  }),
});

/** A pipeline that has the defaults of the library wherever they can be told. */
const ANSWERS: Answers = {
  ...summary({}),
  ...role({}),
  "kinesis:DescribeStreamConsumer": () => ({
    ConsumerDescription: { ConsumerStatus: "ACTIVE", ConsumerARN: CONSUMER },
  }),
  "kinesis:GetResourcePolicy": () => ({ Policy: allowRole("kinesis:Get*") }),
  "kinesis:ListTagsForStream": () => ({ Tags: [], HasMoreTags: false }),
  "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyManager: "CUSTOMER" } }),
  "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:Decrypt") }),
  "kms:ListGrants": () => ({ Grants: [] }),
  "lambda:GetEventSourceMapping": () => MAPPING,
  "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: ROLE }),
  "lambda:GetFunctionConcurrency": () => ({}),
  "lambda:ListTags": () => ({ Tags: {} }),
  "iam:ListRolePolicies": () => ({ PolicyNames: ["own"] }),
  "iam:GetRolePolicy": () => ({
    PolicyDocument: document({ Effect: "Allow", Action: "*", Resource: "*" }),
  }),
  "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [] }),
  "logs:DescribeLogGroups": () => ({ logGroups: [] }),
};

/** The mappings that are named, in a pipeline in which some answers are others. */
export function pipelines(
  changes: Answers = {},
  references: readonly Partial<Reference>[] = [{}],
): Promise<Pipeline[]> {
  const known: Record<string, Account> = Object.fromEntries(
    ["111111111111", "222222222222"].map((id) => [
      id,
      recordedAccount(id, { ...ANSWERS, ...changes }),
    ]),
  );
  const accounts = new Accounts([]);
  jest
    .spyOn(accounts, "of")
    .mockImplementation((id) =>
      Promise.resolve(known[id] ?? { id, access: unknown(`no credentials for ${id}`) }),
    );
  return discover(
    references.map((reference) => ({
      region: "eu-west-1",
      functionArn: FUNCTION,
      sourceArn: CONSUMER,
      uuid: "a-mapping",
      ...reference,
    })),
    accounts,
  );
}

/** What becomes of them. */
export const adoption = async (...args: Parameters<typeof pipelines>): Promise<AdoptedStream[]> =>
  adoptStreams(await Promise.all((await pipelines(...args)).map(readReader)));

/** What becomes of the only stream. */
export const adopted = async (...args: Parameters<typeof adoption>): Promise<AdoptedStream> =>
  (await adoption(...args))[0]!;

/** Why the only stream cannot be adopted. */
export const refusals = async (...args: Parameters<typeof adoption>) => {
  const { settings, refused } = await adopted(...args);
  expect(settings).toBeUndefined();
  return refused;
};

/** Answers with a mapping that differs from a usual one. */
export const changed = (mapping: object): Answers => ({
  "lambda:GetEventSourceMapping": () => ({ ...MAPPING, ...mapping }),
});

export const allow = (Action: unknown, AWS: unknown, more: object = {}) => ({
  ...{ Effect: "Allow", Principal: { AWS }, Action, Resource: STREAM },
  ...more,
});

/** What readers with shared throughput need of a stream's policy. */
export const READ = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];
export const WRITE = ["kinesis:PutRecord", "kinesis:PutRecords"];
