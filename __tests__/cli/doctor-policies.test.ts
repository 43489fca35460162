import {
  CONFIGURATION,
  document,
  gone,
  KEY,
  lines,
  ROLE,
  STREAM_ANSWERS,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

const BUCKET = "arn:aws:s3:::reports";

/** What doctor says of a pipeline, beside the checks that pass. */
const summary = async (...args: Parameters<typeof lines>): Promise<readonly string[]> =>
  (await lines(...args)).flatMap((line) =>
    line.status === "finding"
      ? [`${line.finding.id}: ${line.finding.evidence}`]
      : line.status === "unknown"
        ? [`unknown: ${line.why}`]
        : [],
  );

describe("doctor on the policy of an on-failure bucket", () => {
  const withBucket = (policy: Answers[string]) =>
    summary({
      "lambda:GetEventSourceMapping": () => ({
        ...CONFIGURATION,
        DestinationConfig: { OnFailure: { Destination: BUCKET } },
      }),
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": policy,
    });

  it("is satisfied without one", async () => {
    expect(await withBucket(gone("NoSuchBucketPolicy"))).toEqual([]);
  });

  it("does not take one that it may not read for none", async () => {
    expect(await withBucket(gone("AccessDenied"))).toEqual([
      "unknown: profile 222222222222 may not call s3:GetBucketPolicy; --permissions prints the policy that it needs (AWS: not there)",
    ]);
  });

  it("finds a statement that denies", async () => {
    const Policy = document({
      Sid: "NoReports",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: `${BUCKET}*`,
    });

    expect(await withBucket(() => ({ Policy }))).toEqual([
      "destination-policy-denies: statement NoReports of the destination's policy denies s3:ListBucket",
    ]);
  });
});

describe("doctor on the policy of a key", () => {
  const toAccount =
    (account: string, Effect = "Allow") =>
    () => ({
      Policy: document({
        Effect,
        Principal: { AWS: account },
        Action: "kms:*",
        Resource: "*",
      }),
    });
  const own = (arn: string) => arn.replace("111111111111", "222222222222");
  const denied = (key: string) => [
    `key-policy-denies: nothing allows kms:Decrypt on ${key} (kms:Decrypt)`,
  ];

  it.each([
    ["delegates to the account", "222222222222", []],
    ["does not", "333333333333", denied(own(KEY))],
  ])("within one account needs that it %s", async (_, principal, expected) => {
    const found = await summary(
      {
        "lambda:GetEventSourceMapping": () => ({
          ...CONFIGURATION,
          EventSourceArn: own(CONFIGURATION.EventSourceArn),
        }),
        ...Object.fromEntries(
          Object.entries(STREAM_ANSWERS).filter(([call]) => !call.startsWith("kms:")),
        ),
        "kinesis:DescribeStreamSummary": () => ({
          StreamDescriptionSummary: {
            StreamStatus: "ACTIVE",
            EncryptionType: "KMS",
            KeyId: own(KEY),
            OpenShardCount: 1,
          },
        }),
        "kinesis:GetResourcePolicy": gone(),
        "kms:DescribeKey": () => ({ KeyMetadata: { Arn: own(KEY), KeyState: "Enabled" } }),
        "kms:GetKeyPolicy": toAccount(principal),
        "kms:ListGrants": () => ({ Grants: [] }),
      },
      { sourceArn: own(CONFIGURATION.EventSourceArn) },
    );

    expect(found).toEqual(expected);
  });

  it.each([
    ["Decrypt", []],
    ["Encrypt", denied(KEY)],
    ["DescribeKey", denied(KEY)],
  ])("takes a grant for %s for what it allows", async (operation, expected) => {
    const found = await summary({
      "kms:GetKeyPolicy": toAccount("111111111111"),
      "kms:ListGrants": () => ({ Grants: [{ GranteePrincipal: ROLE, Operations: [operation] }] }),
    });

    expect(found).toEqual(expected);
  });
});
