import { diagnose } from "../../cli/src/doctor/diagnose";
import { examine } from "../../cli/src/doctor/examine";
import { Accounts, type Account } from "../../cli/src/accounts";
import { discover } from "../../cli/src/discover";
import { unknown } from "../../cli/src/facts";
import type { Reference } from "../../cli/src/pipeline";
import { recordedAccount, type Answers } from "./recorded";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/efo:1700000000`;
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:analytics";
const ROLE = "arn:aws:iam::222222222222:role/reader";
const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";

const document = (...statements: object[]): string => JSON.stringify({ Statement: statements });
const allowRole = (Action: string, Principal: object = { AWS: ROLE }) =>
  document({ Effect: "Allow", Principal, Action, Resource: "*" });

const gone =
  (name = "ResourceNotFoundException") =>
  (): never => {
    throw Object.assign(new Error("not there"), { name });
  };

const STREAM_ANSWERS: Answers = {
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

const CONFIGURATION = {
  FunctionArn: FUNCTION,
  EventSourceArn: CONSUMER,
  UUID: "a-mapping",
  State: "Enabled",
  LastProcessingResult: "OK",
};

const FUNCTION_ANSWERS: Answers = {
  "lambda:GetEventSourceMapping": () => CONFIGURATION,
  "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: ROLE }),
  "lambda:GetFunctionConcurrency": () => ({}),
  "iam:GetRole": () => ({
    Role: {
      Arn: ROLE,
      RoleName: "reader",
      RoleId: "AROAREADER",
      AssumeRolePolicyDocument: allowRole("sts:AssumeRole", { Service: "lambda.amazonaws.com" }),
    },
  }),
  "iam:ListRolePolicies": () => ({ PolicyNames: ["own"] }),
  "iam:GetRolePolicy": () => ({
    PolicyDocument: document({ Effect: "Allow", Action: "*", Resource: "*" }),
  }),
  "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [] }),
  "logs:DescribeLogGroups": () => ({ logGroups: [{ logGroupName: "/aws/lambda/analytics" }] }),
};

/** What doctor says of a good pipeline in which some answers are others. */
async function lines(changes: Answers, reference: Partial<Reference> = {}) {
  const accounts: Record<string, Account> = {
    "111111111111": recordedAccount("111111111111", { ...STREAM_ANSWERS, ...changes }),
    "222222222222": recordedAccount("222222222222", { ...FUNCTION_ANSWERS, ...changes }),
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
  return diagnose(await examine(pipeline!));
}

const summary = (all: Awaited<ReturnType<typeof lines>>) =>
  all.flatMap((line) => {
    if (line.status === "finding") {
      return [`${line.finding.id}: ${line.finding.evidence}`];
    }
    return line.status === "unknown" ? [`unknown: ${line.why}`] : [];
  });

const stream = (more: object) => ({
  StreamDescriptionSummary: { StreamStatus: "ACTIVE", OpenShardCount: 1, ...more },
});

describe("doctor's checks", () => {
  it("find nothing in a good pipeline", async () => {
    expect(summary(await lines({}))).toEqual([]);
  });

  it.each<[string, Answers]>([
    [
      "stream-not-active: its status is DELETING",
      { "kinesis:DescribeStreamSummary": () => stream({ StreamStatus: "DELETING" }) },
    ],
    [
      "stream-aws-managed-key: its key is alias/aws/kinesis",
      {
        "kinesis:DescribeStreamSummary": () =>
          stream({ EncryptionType: "KMS", KeyId: "alias/aws/kinesis" }),
        "kms:DescribeKey": () => ({
          KeyMetadata: { Arn: KEY, KeyState: "Enabled", KeyManager: "AWS" },
        }),
      },
    ],
    [
      "key-other-region: its key is arn:aws:kms:us-east-1:111111111111:key/1",
      {
        "kms:DescribeKey": () => ({
          KeyMetadata: { Arn: KEY.replace("eu-west-1", "us-east-1"), KeyState: "Enabled" },
        }),
      },
    ],
    [
      "consumer-not-active: its status is CREATING",
      {
        "kinesis:DescribeStreamConsumer": () => ({
          ConsumerDescription: { ConsumerStatus: "CREATING" },
        }),
      },
    ],
    [
      "function-not-active: its state is Failed: the image is gone",
      {
        "lambda:GetFunctionConfiguration": () => ({
          State: "Failed",
          StateReason: "the image is gone",
          Role: ROLE,
        }),
      },
    ],
    [
      "function-update-failed: the layer is gone",
      {
        "lambda:GetFunctionConfiguration": () => ({
          State: "Active",
          LastUpdateStatus: "Failed",
          LastUpdateStatusReason: "the layer is gone",
          Role: ROLE,
        }),
      },
    ],
    [
      "mapping-changing: its state is Updating; reason 'User action': someone, or a tool such as Terraform, did this",
      {
        "lambda:GetEventSourceMapping": () => ({
          ...CONFIGURATION,
          State: "Updating",
          StateTransitionReason: "User action",
        }),
      },
    ],
    [
      "mapping-problem: 'PROBLEM: internal Lambda error. Please contact Lambda customer support.': AWS had an error of its own; if it stays, ask AWS Support",
      {
        "lambda:GetEventSourceMapping": () => ({
          ...CONFIGURATION,
          LastProcessingResult:
            "PROBLEM: internal Lambda error. Please contact Lambda customer support.",
        }),
      },
    ],
    [
      "key-policy-denies: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1 (kms:Decrypt)",
      { "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:*", { AWS: "111111111111" }) }) },
    ],
    [
      "unknown: whether statement 1 of the stream's policy allows kinesis:DescribeStreamSummary depends on a condition that cannot be decided here: cannot tell, use --probe",
      {
        "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) => ({
          Policy:
            ResourceARN === STREAM
              ? document({
                  Effect: "Allow",
                  Principal: { AWS: "222222222222" },
                  Action: "kinesis:*",
                  Resource: STREAM,
                  Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
                })
              : allowRole("kinesis:*"),
        }),
      },
    ],
  ])("say %s", async (expected, changes) => {
    expect(summary(await lines(changes))).toEqual([expected]);
  });

  it("let a grant stand for the key's policy", async () => {
    const found = await lines({
      "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:*", { AWS: "111111111111" }) }),
      "kms:ListGrants": () => ({ Grants: [{ GranteePrincipal: ROLE, Operations: ["Decrypt"] }] }),
    });
    expect(summary(found)).toEqual([]);
  });

  it("say of a call that is denied in the middle which one it was, and decide the rest", async () => {
    const found = await lines({ "kms:GetKeyPolicy": gone("AccessDeniedException") });
    expect(summary(found)).toEqual([
      "unknown: profile 111111111111 may not call kms:GetKeyPolicy; --permissions prints the policy that it needs (AWS: not there)",
    ]);
  });

  it("need no resource policy within one account", async () => {
    const own = (arn: string) => arn.replace("111111111111", "222222222222");
    const found = await lines(
      {
        ...STREAM_ANSWERS,
        ...FUNCTION_ANSWERS,
        "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, EventSourceArn: own(CONSUMER) }),
        "kinesis:GetResourcePolicy": gone(),
        "kinesis:DescribeStreamSummary": () => stream({ EncryptionType: "KMS", KeyId: own(KEY) }),
        "kms:DescribeKey": () => ({
          KeyMetadata: { Arn: own(KEY), KeyState: "Enabled", KeyManager: "AWS" },
        }),
      },
      { sourceArn: own(CONSUMER) },
    );
    expect(summary(found)).toEqual([]);
  });

  it("say what to type, with the pipeline's own names", async () => {
    const found = await lines({
      "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) =>
        ResourceARN === CONSUMER ? gone()() : { Policy: allowRole("kinesis:*") },
    });
    const [fix] = found.flatMap((line) => (line.status === "finding" ? [line.finding.fix] : []));
    expect(fix).toContain(
      `aws kinesis put-resource-policy --resource-arn ${CONSUMER} --policy file://policy.json`,
    );
    expect(fix).toContain(
      `{"Effect":"Allow","Principal":{"AWS":"${ROLE}"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"${CONSUMER}"}`,
    );
  });
});
