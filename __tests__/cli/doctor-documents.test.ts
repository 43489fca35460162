import { document, ROLE, STREAM } from "./recorded-pipeline";
import { fixes, inline, OTHER, own, READ, streamPolicy, type Given } from "./doctor-answers";

const ALL = { Effect: "Allow", Action: "*", Resource: "*" };
const DENY = { Sid: "No", Effect: "Deny", Action: "kinesis:GetRecords", Resource: "*" };
const DEAD = { AWS: "AROADELETED" };

const DENIES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "of the role and another one",
    [streamPolicy(READ, { ...DENY, Principal: { AWS: [ROLE, OTHER] } })],
    [
      "stream-policy-denies: let the role read it (account 111111111111). statement No of the stream's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":"kinesis:GetRecords","Resource":"*","Principal":{"AWS":["arn:aws:iam::222222222222:role/reader","arn:aws:iam::222222222222:role/other"]},"Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "of the role and a service",
    [streamPolicy(READ, { ...DENY, Principal: { AWS: ROLE, Service: "x.amazonaws.com" } })],
    [
      "stream-policy-denies: let the role read it (account 111111111111). statement No of the stream's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":"kinesis:GetRecords","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader","Service":"x.amazonaws.com"},"Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "with exceptions and other conditions",
    [
      streamPolicy(READ, {
        ...DENY,
        Principal: "*",
        Condition: {
          ArnNotEquals: { "aws:SourceArn": "arn:x", "AWS:principalarn": OTHER },
          Bool: { "aws:SecureTransport": "true" },
        },
      }),
    ],
    [
      "stream-policy-denies: let the role read it (account 111111111111). statement No of the stream's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":"kinesis:GetRecords","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"ArnNotEquals":{"aws:SourceArn":"arn:x","AWS:principalarn":["arn:aws:iam::222222222222:role/other","arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "of the role for all but some actions",
    [
      streamPolicy(READ, {
        Effect: "Deny",
        NotAction: "kinesis:Put*",
        Resource: "*",
        Principal: { AWS: ROLE },
      }),
    ],
    [
      "stream-policy-denies: let the role read it (account 111111111111). statement 2 of the stream's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Effect":"Deny","NotAction":["kinesis:Put*","kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}}]}'`,
    ],
  ],
  [
    "of all but another role",
    [streamPolicy(READ, { ...DENY, NotPrincipal: { AWS: OTHER } })],
    [
      "stream-policy-denies: let the role read it (account 111111111111). statement No of the stream's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":"kinesis:GetRecords","Resource":"*","NotPrincipal":{"AWS":"arn:aws:iam::222222222222:role/other"},"Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "in the role for all but some resources",
    [own(ALL, { Effect: "Deny", Action: "kinesis:*", NotResource: "arn:other" })],
    [
      "role-policy-stream: let the role do it (account 222222222222). statement 2 of role policy own denies it: it is put without that, and denies all else as before",
      "see role-policy-consumer",
      "role-policy-consumer: let the role do it (account 222222222222). statement 2 of role policy own denies it: it is put without that, and denies all else as before",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"kinesis:*","NotResource":["arn:other","arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"]}]}'`,
    ],
  ],
  [
    "in the role for one resource and more actions",
    [own(ALL, { ...DENY, Action: ["kinesis:GetRecords", "kinesis:PutRecord"], Resource: STREAM })],
    [
      "role-policy-stream: let the role do it (account 222222222222). statement No of role policy own denies it: it is put without that, and denies all else as before",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":["kinesis:PutRecord"],"Resource":["arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"]}]}'`,
    ],
  ],
  [
    "in the role as all of a policy",
    [inline({ own: [ALL], guard: [{ ...DENY, Resource: STREAM }] })],
    [
      "role-policy-stream: let the role do it (account 222222222222). statement No of role policy guard denies it: it is removed",
      "$ aws iam delete-role-policy @function --role-name reader --policy-name guard",
    ],
  ],
  [
    "in the role as all of doctor's own policy",
    [inline({ own: [ALL], "cross-account-kinesis": [{ ...DENY, Resource: STREAM }] })],
    [
      "role-policy-stream: let the role do it (account 222222222222). statement No of role policy cross-account-kinesis denies it: it is removed",
      "$ aws iam delete-role-policy @function --role-name reader --policy-name cross-account-kinesis",
    ],
  ],
  [
    "in the key's policy",
    [
      {
        "kms:GetKeyPolicy": () => ({
          Policy: document({ ...DENY, Action: "kms:*", Principal: "*" }),
        }),
      },
    ],
    [
      "key-policy-denies: let the role decrypt this stream's records through Kinesis (account 111111111111). statement No of the key's policy denies it: it is put without that, and denies all else as before",
      String.raw`$ aws kms put-key-policy @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1 --policy-name default --policy '{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Action":"kms:*","Resource":"*","Principal":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}'`,
    ],
  ],
];

const LACKS: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "the stream's policy, to what it contains",
    [streamPolicy({ ...READ, Principal: { AWS: OTHER } })],
    [
      "stream-policy-denies: let the role read it (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/other"}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "doctor's own policy of the role",
    [
      inline({
        own: [{ ...ALL, Action: "logs:*" }],
        "cross-account-kinesis": [{ ...ALL, Action: "kinesis:*" }],
      }),
    ],
    [
      "role-policy-key: let the role do it (account 222222222222)",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}'`,
    ],
  ],
  [
    "a new policy of the role, for what this finding is about",
    [own({ ...ALL, Action: ["kinesis:SubscribeToShard", "kms:*", "logs:*"] })],
    [
      "role-policy-stream: let the role do it (account 222222222222)",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "a new policy of the role, where a grant lets it decrypt",
    [
      {
        ...own({ ...ALL, Action: "kinesis:*" }),
        "kms:ListGrants": () => ({ Grants: [{ GranteePrincipal: ROLE, Operations: ["Decrypt"] }] }),
      },
    ],
    [
      "role-policy-logs: let the role do it (account 222222222222)",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
    ],
  ],
];

const DELETED: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "names the role in a statement of what it needs",
    [
      streamPolicy({
        ...READ,
        Action: ["kinesis:GetRecords", "kinesis:getsharditerator"],
        Principal: { AWS: ["AROADELETED", OTHER] },
      }),
    ],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:GetRecords","kinesis:getsharditerator"],"Resource":"*","Principal":{"AWS":["arn:aws:iam::222222222222:role/other","arn:aws:iam::222222222222:role/reader"]}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "keeps a service in a statement of more",
    [streamPolicy({ ...READ, Principal: { ...DEAD, Service: "x.amazonaws.com" } })],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"Service":"x.amazonaws.com"}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "removes a statement of all but some actions",
    [streamPolicy({ Effect: "Allow", NotAction: "kinesis:Put*", Resource: "*", Principal: DEAD })],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "removes a statement that also allows to write",
    [
      streamPolicy({
        ...READ,
        Action: ["kinesis:GetRecords", "kinesis:PutRecord"],
        Principal: DEAD,
      }),
    ],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "names a role once",
    [
      streamPolicy({
        ...READ,
        Action: "kinesis:GetRecords",
        Principal: { AWS: ["AROADELETED", ROLE] },
      }),
    ],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:GetRecords","Resource":"*","Principal":{"AWS":["arn:aws:iam::222222222222:role/reader"]}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "keeps statements of everyone",
    [
      streamPolicy(
        { ...READ, Principal: DEAD },
        { ...READ, Action: "kinesis:PutRecord", Principal: "*" },
      ),
    ],
    [
      "policy-principal-deleted: put it again with the role's ARN, and without ids that are gone (account 111111111111)",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*","Principal":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
];

describe("doctor's fix", () => {
  it.each(DENIES)(
    "takes the role out of a statement that denies, %s",
    async (_, given, expected) => {
      expect(await fixes(...given)).toEqual(expected);
    },
  );

  it.each(LACKS)("adds what the role lacks to %s", async (_, given, expected) => {
    expect(await fixes(...given)).toEqual(expected);
  });

  it.each(DELETED)("of a policy that names a deleted role %s", async (_, given, expected) => {
    expect(await fixes(...given)).toEqual(expected);
  });
});
