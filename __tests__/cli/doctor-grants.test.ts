import { allowRole, document, gone, ROLE, STREAM } from "./recorded-pipeline";
import {
  configuration,
  difference,
  OTHER,
  own,
  READ,
  streamPolicy,
  summary,
  type Given,
} from "./doctor-answers";

const noEncrypt = { "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:Encrypt") }) };
const denyDecrypt = {
  "kms:GetKeyPolicy": () => ({
    Policy: document({ Effect: "Deny", Principal: "*", Action: "kms:Decrypt", Resource: "*" }),
  }),
};
const grantTo = (GranteePrincipal: string) => ({
  "kms:ListGrants": () => ({ Grants: [{ GranteePrincipal, Operations: ["Decrypt"] }] }),
});
const inFunctionAccount = (arn: string) => arn.replace("111111111111", "222222222222");
const within = {
  ...configuration({ EventSourceArn: inFunctionAccount(STREAM) }),
  ...summary({ EncryptionType: "NONE", KeyId: undefined }),
};
const withinReference = { sourceArn: inFunctionAccount(STREAM) };

/** What is different, and what doctor asks and says because of that. */
const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "a grant to another role",
    [{ ...noEncrypt, ...grantTo(OTHER) }],
    [
      "key's policy: key-policy-denies: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1 (kms:Decrypt)",
      "not key's policy",
    ],
  ],
  [
    "a grant to the role",
    [
      {
        ...noEncrypt,
        ...grantTo(ROLE),
        ...own({ Effect: "Allow", Action: ["kinesis:*", "logs:*"], Resource: "*" }),
      },
    ],
    [
      "key's policy: ok a grant allows kms:Decrypt to arn:aws:iam::222222222222:role/reader",
      "role: key: ok a grant on the key allows kms:Decrypt",
      "not key's policy, role: key",
    ],
  ],
  [
    "a grant that the key's policy overrides",
    [{ ...denyDecrypt, ...grantTo(ROLE) }],
    [
      "key's policy: key-policy-denies: statement 1 of the key's policy denies kms:Decrypt (kms:Decrypt)",
      "not key's policy",
    ],
  ],
  [
    "grants that may not be read, where the key's policy denies",
    [{ ...denyDecrypt, "kms:ListGrants": gone("AccessDenied") }],
    [
      "key's policy: key-policy-denies: statement 1 of the key's policy denies kms:Decrypt (kms:Decrypt)",
      "not key's policy",
    ],
  ],
  [
    "grants that may not be read, where the stream's policy lacks actions",
    [
      {
        ...streamPolicy({ ...READ, Action: "kinesis:Put*" }),
        "kms:ListGrants": gone("AccessDenied"),
      },
    ],
    [
      "stream's policy: stream-policy-denies: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "not stream's policy",
    ],
  ],
  [
    "a policy for others within one account",
    [
      {
        ...within,
        "kinesis:GetResourcePolicy": () => ({
          Policy: document({ ...READ, Principal: { AWS: OTHER } }),
        }),
      },
      withinReference,
    ],
    [
      String.raw`222222222222 kinesis:DescribeStreamSummary {"StreamARN":"arn:aws:kinesis:eu-west-1:222222222222:stream/clicks"}`,
      String.raw`222222222222 kinesis:GetResourcePolicy {"ResourceARN":"arn:aws:kinesis:eu-west-1:222222222222:stream/clicks"}`,
      "credentials: ok arn:aws:sts::222222222222:assumed-role/operator/me",
      "encryption: ok none, so no key is needed",
      "stream's policy: ok has no statement for the role (not required within one account)",
      "not kinesis:DescribeStreamConsumer, kinesis:DescribeStreamSummary, kinesis:GetResourcePolicy, kinesis:GetResourcePolicy, kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, credentials, encryption, registered consumer, stream's policy, consumer's policy, key's policy, role: consumer, role: key",
    ],
  ],
  [
    "a policy that denies within one account",
    [
      {
        ...within,
        "kinesis:GetResourcePolicy": () => ({
          Policy: document({ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }),
        }),
      },
      withinReference,
    ],
    [
      String.raw`222222222222 kinesis:DescribeStreamSummary {"StreamARN":"arn:aws:kinesis:eu-west-1:222222222222:stream/clicks"}`,
      String.raw`222222222222 kinesis:GetResourcePolicy {"ResourceARN":"arn:aws:kinesis:eu-west-1:222222222222:stream/clicks"}`,
      "credentials: ok arn:aws:sts::222222222222:assumed-role/operator/me",
      "encryption: ok none, so no key is needed",
      "stream's policy: stream-policy-denies: statement 1 of the stream's policy denies kinesis:DescribeStreamSummary (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "not kinesis:DescribeStreamConsumer, kinesis:DescribeStreamSummary, kinesis:GetResourcePolicy, kinesis:GetResourcePolicy, kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, credentials, encryption, registered consumer, stream's policy, consumer's policy, key's policy, role: consumer, role: key",
    ],
  ],
  [
    "a policy for the role and a deleted one",
    [streamPolicy({ ...READ, Principal: { AWS: ["AROADELETED", ROLE] } })],
    [],
  ],
  [
    "a policy with the role's own unique id",
    [streamPolicy({ ...READ, Principal: { AWS: "AROAREADER" } })],
    [],
  ],
  [
    "a policy with what only looks like a unique id",
    [streamPolicy({ ...READ, Principal: { AWS: ["XAROADELETED", "AROA-1"] } })],
    [
      "stream's policy: stream-policy-denies: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "not stream's policy",
    ],
  ],
  [
    "a policy that lacks actions, with the role's own unique id",
    [streamPolicy({ ...READ, Action: "kinesis:Put*", Principal: { AWS: "AROAREADER" } })],
    [
      "stream's policy: stream-policy-denies: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "not stream's policy",
    ],
  ],
  [
    "a policy for a deleted role, where the role may not be read",
    [
      {
        ...streamPolicy({ ...READ, Principal: { AWS: "AROADELETED" } }),
        "iam:GetRole": gone("AccessDenied"),
      },
    ],
    [
      "stream's policy: unknown whether statement 1 of the stream's policy allows kinesis:DescribeStreamSummary depends on a condition that cannot be decided here: cannot tell, use --probe",
      "role: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: stream: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: consumer: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: key: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "role: logs: unknown profile 222222222222 may not call iam:GetRole; --permissions prints the policy that it needs (AWS: not there)",
      "not iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies, stream's policy, role, role: stream, role: consumer, role: key, role: logs",
    ],
  ],
  [
    "an answer without a policy",
    [
      {
        "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) =>
          ResourceARN === STREAM ? {} : { Policy: allowRole("kinesis:*") },
      },
    ],
    [
      "stream's policy: stream-policy-missing: kinesis:GetResourcePolicy found nothing",
      "not stream's policy",
    ],
  ],
];

describe("doctor on policies that overlap", () => {
  it.each(CASES)("asks and says of %s", async (_, given, expected) => {
    expect(await difference(...given)).toEqual(expected);
  });
});
