import { diagnose, type Line } from "../../cli/src/doctor/diagnose";
import { examine } from "../../cli/src/doctor/examine";
import type { Diagnosis } from "../../cli/src/doctor/repairs";
import { Accounts, type Account } from "../../cli/src/accounts";
import { discover } from "../../cli/src/from-aws";
import { unknown } from "../../pipeline/fact";
import type { Reference } from "../../cli/src/pipeline";
import { recordedAccount, type Answers } from "./recorded";

export const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
export const CONSUMER = `${STREAM}/consumer/efo:1700000000`;
export const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";
export const ROLE = "arn:aws:iam::222222222222:role/reader";
export const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";

export const document = (...statements: object[]): string =>
  JSON.stringify({ Statement: statements });
export const allowRole = (Action: string, Principal: object = { AWS: ROLE }) =>
  document({ Effect: "Allow", Principal, Action, Resource: "*" });

export const gone =
  (name = "ResourceNotFoundException") =>
  (): never => {
    throw Object.assign(new Error("not there"), { name });
  };

/** Answers about the execution role. */
export const role = (more: object): Answers => ({
  "iam:GetRole": () => ({
    Role: {
      Arn: ROLE,
      RoleName: "reader",
      RoleId: "AROAREADER",
      AssumeRolePolicyDocument: allowRole("sts:AssumeRole", { Service: "lambda.amazonaws.com" }),
      ...more,
    },
  }),
});

export const STREAM_ANSWERS: Answers = {
  "kinesis:DescribeStreamSummary": () => ({
    StreamDescriptionSummary: {
      StreamStatus: "ACTIVE",
      EncryptionType: "KMS",
      KeyId: KEY,
      OpenShardCount: 1,
    },
  }),
  "kinesis:DescribeStreamConsumer": () => ({
    ConsumerDescription: { ConsumerStatus: "ACTIVE", ConsumerARN: CONSUMER },
  }),
  "kinesis:GetResourcePolicy": () => ({ Policy: allowRole("kinesis:*") }),
  "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyState: "Enabled" } }),
  "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:Decrypt") }),
  "kms:ListGrants": () => ({ Grants: [] }),
};

export const CONFIGURATION = {
  FunctionArn: FUNCTION,
  EventSourceArn: CONSUMER,
  UUID: "a-mapping",
  State: "Enabled",
  LastProcessingResult: "OK",
  BisectBatchOnFunctionError: true,
  FunctionResponseTypes: ["ReportBatchItemFailures"],
};

export const FUNCTION_ANSWERS: Answers = {
  "lambda:GetEventSourceMapping": () => CONFIGURATION,
  "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: ROLE }),
  "lambda:GetFunctionConcurrency": () => ({}),
  ...role({}),
  "iam:ListRolePolicies": () => ({ PolicyNames: ["own"] }),
  "iam:GetRolePolicy": () => ({
    PolicyDocument: document({ Effect: "Allow", Action: "*", Resource: "*" }),
  }),
  "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [] }),
  "s3:GetBucketEncryption": gone("ServerSideEncryptionConfigurationNotFoundError"),
  "logs:DescribeLogGroups": () => ({ logGroups: [{ logGroupName: "/aws/lambda/analytics" }] }),
};

/** What doctor sees of a good pipeline in which some answers are others. */
export async function diagnosis(
  changes: Answers,
  reference: Partial<Reference> = {},
  called?: (account: string, call: string, input: object) => void,
): Promise<Diagnosis> {
  const account = (id: string, answers: Answers): Account =>
    recordedAccount(id, { ...answers, ...changes }, called?.bind(undefined, id));
  const accounts: Record<string, Account> = {
    "111111111111": account("111111111111", STREAM_ANSWERS),
    "222222222222": account("222222222222", FUNCTION_ANSWERS),
  };
  const known = new Accounts([]);
  jest
    .spyOn(known, "of")
    .mockImplementation((id) =>
      Promise.resolve(accounts[id] ?? { id, access: unknown(`no credentials for ${id}`) }),
    );
  const [pipeline] = await discover(
    [
      {
        region: "eu-west-1",
        functionArn: FUNCTION,
        sourceArn: CONSUMER,
        uuid: "a-mapping",
        ...reference,
      },
    ],
    known,
  );
  const examination = await examine(pipeline!);
  return { examination, lines: diagnose(examination) };
}

/** What doctor says of such a pipeline. */
export const lines = async (...args: Parameters<typeof diagnosis>): Promise<readonly Line[]> =>
  (await diagnosis(...args)).lines;
