import {
  allowRole,
  CONFIGURATION,
  CONSUMER,
  document,
  FUNCTION_ANSWERS,
  gone,
  KEY,
  lines,
  ROLE,
  STREAM,
  STREAM_ANSWERS,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

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

  it("name a Deny before an Allow that is missing, also for a later action", async () => {
    const Policy = document({
      Effect: "Deny",
      Principal: { AWS: ROLE },
      Action: "kinesis:SubscribeToShard",
      Resource: "*",
    });

    const all = await lines({ "kinesis:GetResourcePolicy": () => ({ Policy }) });

    expect(summary(all)).toContain(
      "consumer-policy-denies: statement 1 of the consumer's policy denies kinesis:SubscribeToShard (kinesis:DescribeStreamConsumer, kinesis:SubscribeToShard)",
    );
  });

  it("cannot tell where a condition decides whose key is not known", async () => {
    const Condition = { StringEquals: { "aws:PrincipalOrgID": "o-example" } };
    const Policy = document({
      Effect: "Allow",
      Principal: { AWS: ROLE },
      Action: "kinesis:*",
      Resource: "*",
      Condition,
    });

    const all = await lines({ "kinesis:GetResourcePolicy": () => ({ Policy }) });

    const undecided = (name: string, action: string) =>
      `unknown: whether statement 1 of ${name} allows ${action} depends on a condition that cannot be decided here: cannot tell, use --probe`;
    expect(summary(all)).toEqual([
      undecided("the stream's policy", "kinesis:DescribeStreamSummary"),
      undecided("the consumer's policy", "kinesis:DescribeStreamConsumer"),
    ]);
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

  it("are satisfied with AWS's managed policy for such roles", async () => {
    const Action = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
      "kinesis:ListStreams",
      "kinesis:SubscribeToShard",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ];
    const managed = document({ Effect: "Allow", Action, Resource: "*" });
    const decrypt = document({ Effect: "Allow", Action: "kms:Decrypt", Resource: KEY });
    const found = await lines({
      "iam:GetRolePolicy": () => ({ PolicyDocument: decrypt }),
      "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [{ PolicyArn: "arn:managed" }] }),
      "iam:GetPolicy": () => ({ Policy: { DefaultVersionId: "v2" } }),
      "iam:GetPolicyVersion": () => ({ PolicyVersion: { Document: managed } }),
    });
    expect(summary(found)).toEqual([]);
  });

  it.each([
    [
      { Condition: { StringEquals: { "kms:ViaService": "lambda.eu-west-1.amazonaws.com" } } },
      "its condition StringEquals kms:ViaService: lambda.eu-west-1.amazonaws.com",
    ],
    [
      { Condition: { StringLike: { "kms:EncryptionContext:aws:kinesis:arn": CONSUMER } } },
      `its condition StringLike kms:EncryptionContext:aws:kinesis:arn: ${CONSUMER}`,
    ],
    [{ Resource: `${KEY}2` }, `its resource ${KEY}2`],
  ])("name a statement that fits but for one limit: %j", async (limit, expected) => {
    const statement = { Effect: "Allow", Principal: { AWS: ROLE }, Action: "kms:Decrypt" };
    const Policy = document({ Sid: "Near", ...statement, Resource: "*", ...limit });
    const found = await lines({ "kms:GetKeyPolicy": () => ({ Policy }) });
    expect(summary(found)).toEqual([
      `key-policy-denies: nothing allows kms:Decrypt on ${KEY}; statement Near of the key's policy would, but for ${expected} (kms:Decrypt)`,
    ]);
  });
});
