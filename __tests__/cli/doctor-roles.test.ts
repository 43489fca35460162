import { CONSUMER, diagnosis, document, gone, ROLE, role, STREAM } from "./recorded-pipeline";
import type { Answers } from "./recorded";
import {
  configuration,
  consumer,
  fixes,
  fixesOf,
  key,
  OTHER,
  own,
  READ,
  streamPolicy,
  summary,
  type Given,
} from "./doctor-answers";

const NO_ROLE = { "iam:GetRole": gone("NoSuchEntityException") };
const UNENCRYPTED = summary({ EncryptionType: "NONE", KeyId: undefined });
const SHARED = configuration({ EventSourceArn: STREAM });
const runsAs = (Role: string): Answers => ({
  "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role }),
});
const limitedBy = (PermissionsBoundaryArn: string, more: object = {}): Answers => ({
  ...role({ PermissionsBoundary: { PermissionsBoundaryArn }, ...more }),
  "iam:GetPolicy": () => ({ Policy: { DefaultVersionId: "v1" } }),
  "iam:GetPolicyVersion": () => ({
    PolicyVersion: {
      Document: document({ Effect: "Allow", Action: ["kinesis:*", "kms:*"], Resource: "*" }),
    },
  }),
});
const OF_AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const trust = (...statements: object[]): Answers =>
  role({ AssumeRolePolicyDocument: document(...statements) });
const denied = (more: object) => ({ Effect: "Deny", Action: "sts:AssumeRole", ...more });
const LAMBDA = "lambda.amazonaws.com";

const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "creates a role under its path, and says which policy it could not read",
    [
      {
        ...NO_ROLE,
        ...SHARED,
        ...runsAs("arn:aws:iam::222222222222:role/team/x/reader"),
        "kms:GetKeyPolicy": gone("AccessDenied"),
      },
    ],
    [
      "role-missing: create it again with what this pipeline needs (account 222222222222), and put the policies that name it: a new role is another principal. What else the function needs, such as access to a table or a VPC, has to be added. the key's policy names the role too, and could not be read: profile 111111111111 may not call kms:GetKeyPolicy; --permissions prints the policy that it needs (AWS: not there)",
      String.raw`$ aws iam create-role @function --role-name reader --path /team/x/ --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' --query Role.Arn --output text`,
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
      String.raw`$ for attempt in 1 2 3 4 5 6; do aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/team/x/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}' && break; sleep 10; done`,
    ],
  ],
  [
    "puts no policies of what the pipeline of a role does not have",
    [{ ...NO_ROLE, ...SHARED, ...UNENCRYPTED }],
    [
      "role-missing: create it again with what this pipeline needs (account 222222222222), and put the policies that name it: a new role is another principal. What else the function needs, such as access to a table or a VPC, has to be added",
      String.raw`$ aws iam create-role @function --role-name reader --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' --query Role.Arn --output text`,
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
      String.raw`$ for attempt in 1 2 3 4 5 6; do aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}' && break; sleep 10; done`,
    ],
  ],
  [
    "creates the role first and changes the mapping last",
    [
      {
        ...NO_ROLE,
        ...SHARED,
        ...key({ KeyState: "Disabled" }),
        "kms:GetKeyPolicy": gone("AccessDenied"),
        ...configuration({ State: "Disabled", EventSourceArn: STREAM }),
        "logs:DescribeLogGroups": () => ({}),
      },
    ],
    [
      "role-missing: create it again with what this pipeline needs (account 222222222222), and put the policies that name it: a new role is another principal. What else the function needs, such as access to a table or a VPC, has to be added. the key's policy names the role too, and could not be read: profile 111111111111 may not call kms:GetKeyPolicy; --permissions prints the policy that it needs (AWS: not there)",
      String.raw`$ aws iam create-role @function --role-name reader --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' --query Role.Arn --output text`,
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
      String.raw`$ for attempt in 1 2 3 4 5 6; do aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}' && break; sleep 10; done`,
      "key-disabled: enable it (account 111111111111)",
      "$ aws kms enable-key @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1",
      "log-group-missing: create it again",
      "$ aws logs create-log-group @function --log-group-name /aws/lambda/analytics",
      "mapping-disabled: enable it, once you know why it was disabled; it goes on where it stopped",
      String.raw`$ aws lambda update-event-source-mapping @function --uuid a-mapping --enabled --query State --output text && while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "puts the role's policy before a mapping that needs it",
    [
      {
        ...consumer(gone(), () => ({ ConsumerDescription: { ConsumerARN: `${CONSUMER}9` } })),
        ...own(),
      },
    ],
    [
      "role-policy-stream: let the role do it (account 222222222222)",
      "see role-policy-logs",
      "role-policy-key: let the role do it (account 222222222222)",
      "see role-policy-logs",
      "role-policy-logs: let the role do it (account 222222222222)",
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:*"},{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
      "consumer-reregistered: let the role in to the new consumer, create a mapping with all settings of the old one, and delete the old one after that. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}'`,
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009","Enabled":true,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done && aws lambda delete-event-source-mapping @function --uuid a-mapping --query State --output text`,
      "see role-policy-logs",
    ],
  ],
  [
    "adds to a boundary of the account",
    [limitedBy("arn:aws:iam::222222222222:policy/b")],
    [
      "boundary-denies: whoever owns the boundary has to agree, since it limits every role and user that has it. AWS keeps five versions of a policy: if it has as many, delete one first",
      String.raw`$ aws iam create-policy-version @function --policy-arn arn:aws:iam::222222222222:policy/b --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:*","kms:*"],"Resource":"*"},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}' --set-as-default --query PolicyVersion.VersionId --output text`,
    ],
  ],
  [
    "replaces a boundary of AWS by a copy",
    [limitedBy(OF_AWS)],
    [
      "boundary-denies: whoever owns the boundary has to agree, since it limits every role and user that has it. AWS keeps five versions of a policy: if it has as many, delete one first",
      String.raw`$ aws iam create-policy @function --policy-name reader-boundary --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:*","kms:*"],"Resource":"*"},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}' --query Policy.Arn --output text && aws iam put-role-permissions-boundary @function --role-name reader --permissions-boundary arn:aws:iam::222222222222:policy/reader-boundary`,
    ],
  ],
  [
    "lets Lambda assume a role that denies it in every way",
    [
      trust(
        { Effect: "Allow", Principal: "*", Action: "sts:TagSession" },
        denied({ Principal: "*" }),
        denied({ Principal: { Service: LAMBDA } }),
        denied({ Principal: { Service: [LAMBDA], AWS: OTHER } }),
        denied({ Principal: { AWS: OTHER } }),
      ),
    ],
    [
      "role-trust-denies: let Lambda assume it (account 222222222222)",
      String.raw`$ aws iam update-assume-role-policy @function --role-name reader --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"},{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::222222222222:role/other"}},{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::222222222222:role/other"}},{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
    ],
  ],
  [
    "lets Lambda assume a role that denies all but others",
    [
      trust(
        denied({ NotPrincipal: { Service: "ec2.amazonaws.com" } }),
        denied({ NotPrincipal: { Service: [LAMBDA] } }),
        denied({ NotPrincipal: { AWS: OTHER } }),
      ),
    ],
    [
      "role-trust-denies: let Lambda assume it (account 222222222222)",
      String.raw`$ aws iam update-assume-role-policy @function --role-name reader --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}},{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"Service":["lambda.amazonaws.com"]}},{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"arn:aws:iam::222222222222:role/other","Service":["lambda.amazonaws.com"]}},{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
    ],
  ],
  [
    "lets Lambda assume a role without a trust policy",
    [role({ AssumeRolePolicyDocument: undefined })],
    [
      "role-trust-denies: let Lambda assume it (account 222222222222)",
      String.raw`$ aws iam update-assume-role-policy @function --role-name reader --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
    ],
  ],
];

describe("doctor's fix", () => {
  it.each(CASES)("%s", async (_, given, expected) => {
    expect(await fixes(...given)).toEqual(expected);
  });

  it.each<[string, (name: string) => Answers, readonly string[][]]>([
    [
      "a boundary of AWS",
      (name) => limitedBy(OF_AWS, { Arn: name, RoleName: name.split("/")[1] }),
      [
        [
          "boundary-denies: whoever owns the boundary has to agree, since it limits every role and user that has it. AWS keeps five versions of a policy: if it has as many, delete one first",
          String.raw`$ aws iam create-policy @function --policy-name reader-boundary --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:*","kms:*"],"Resource":"*"},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}' --query Policy.Arn --output text && aws iam put-role-permissions-boundary @function --role-name reader --permissions-boundary arn:aws:iam::222222222222:policy/reader-boundary`,
        ],
        [
          "boundary-denies: whoever owns the boundary has to agree, since it limits every role and user that has it. AWS keeps five versions of a policy: if it has as many, delete one first",
          String.raw`$ aws iam create-policy @function --policy-name other-boundary --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:*","kms:*"],"Resource":"*"},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}' --query Policy.Arn --output text && aws iam put-role-permissions-boundary @function --role-name other --permissions-boundary arn:aws:iam::222222222222:policy/other-boundary`,
        ],
      ],
    ],
    [
      "a trust policy",
      () => role({ AssumeRolePolicyDocument: document() }),
      [
        [
          "role-trust-denies: let Lambda assume it (account 222222222222)",
          String.raw`$ aws iam update-assume-role-policy @function --role-name reader --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
        ],
        [
          "role-trust-denies: let Lambda assume it (account 222222222222)",
          String.raw`$ aws iam update-assume-role-policy @function --role-name other --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
        ],
      ],
    ],
    [
      "an own policy",
      () => own({ Effect: "Allow", Action: ["kinesis:*", "kms:*"], Resource: "*" }),
      [
        [
          "role-policy-logs: let the role do it (account 222222222222)",
          String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
        ],
        [
          "role-policy-logs: let the role do it (account 222222222222)",
          String.raw`$ aws iam put-role-policy @function --role-name other --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
        ],
      ],
    ],
  ])("of two roles with %s is one for each", async (_, answers, expected) => {
    const diagnoses = [ROLE, OTHER].map((name) =>
      diagnosis({
        ...runsAs(name),
        ...SHARED,
        ...UNENCRYPTED,
        ...streamPolicy({ ...READ, Principal: "*" }),
        ...answers(name),
      }),
    );

    expect(fixesOf(...(await Promise.all(diagnoses)))).toEqual(expected);
  });

  it("of two streams with a key of AWS is a new key for each", async () => {
    const diagnoses = [STREAM, STREAM.replace("clicks", "views")].map((EventSourceArn) =>
      diagnosis({
        ...key({ KeyManager: "AWS" }),
        ...configuration({ EventSourceArn }),
        ...streamPolicy({ ...READ, Principal: "*" }),
      }),
    );

    expect(fixesOf(...(await Promise.all(diagnoses)))).toEqual([
      [
        "stream-aws-managed-key: encrypt it with a new key that the role may use (account 111111111111). Records from before stay as they are. Let in whoever else reads or writes before you start the encryption",
        String.raw`$ KEY_CLICKS=$(aws kms create-key @stream --description 'Records of the stream clicks' --policy '{"Version":"2012-10-17","Statement":[{"Sid":"KeyAdministration","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}' --query KeyMetadata.Arn --output text)`,
        String.raw`$ aws kinesis start-stream-encryption @stream --stream-name clicks --encryption-type KMS --key-id ''"$KEY_CLICKS"'' && aws kinesis wait stream-exists @stream --stream-name clicks`,
      ],
      [
        "stream-aws-managed-key: encrypt it with a new key that the role may use (account 111111111111). Records from before stay as they are. Let in whoever else reads or writes before you start the encryption",
        String.raw`$ KEY_VIEWS=$(aws kms create-key @stream --description 'Records of the stream views' --policy '{"Version":"2012-10-17","Statement":[{"Sid":"KeyAdministration","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/views"}}}]}' --query KeyMetadata.Arn --output text)`,
        String.raw`$ aws kinesis start-stream-encryption @stream --stream-name views --encryption-type KMS --key-id ''"$KEY_VIEWS"'' && aws kinesis wait stream-exists @stream --stream-name views`,
      ],
    ]);
  });
});
