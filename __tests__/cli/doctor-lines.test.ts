import { repairsOf } from "../../cli/src/doctor/repairs";
import {
  allowRole,
  CONFIGURATION,
  CONSUMER,
  diagnosis,
  document,
  FUNCTION,
  gone,
  KEY,
  ROLE,
  STREAM,
  role,
} from "./recorded-pipeline";
import { key, summary as stream } from "./doctor-answers";
import type { Answers } from "./recorded";

/** A command with the name of an account instead of its options, and without the time. */
const short = (command: string): string =>
  command
    .replaceAll(" --profile 111111111111 --region eu-west-1", " @stream")
    .replaceAll(" --profile 222222222222 --region eu-west-1", " @function")
    .replace(/--start-time \d+/, "--start-time T");

type Given = Parameters<typeof diagnosis>;

/** Every line of doctor's answer; of a finding also what to type against it. */
async function answer(...given: Given): Promise<string[]> {
  const found = await diagnosis(...given);
  const [fixes = []] = repairsOf([found]);
  return found.lines.flatMap((line) => {
    if (line.status !== "finding") {
      return [`${line.status} ${line.check}: ${line.status === "ok" ? line.says : line.why}`];
    }
    const { id, severity, evidence } = line.finding;
    const fix = fixes.find(({ finding }) => finding === line.finding);
    return [
      `${severity} ${line.check}: ${id}: ${evidence}`,
      ...(fix?.printed ?? []).map((command) => `  $ ${short(command)}`),
      ...(fix?.printedBy ?? []).map((other) => `  see ${other}`),
    ];
  });
}

let good: string[];
beforeAll(async () => (good = await answer({})));

/** The lines that a good pipeline does not have. */
const changed = async (...given: Given): Promise<string[]> =>
  (await answer(...given)).filter((line) => !good.includes(line));

const configuration = (more: object): Answers => ({
  "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...more }),
});
const fn = (more: object): Answers => ({
  "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: ROLE, ...more }),
});
const own = (...statements: object[]): Answers => ({
  "iam:GetRolePolicy": () => ({ PolicyDocument: document(...statements) }),
});
const allow = (
  Action: string | string[],
  Resource: string | string[] = "*",
  more: object = {},
) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const deny = (Action: string | string[], Resource: string | string[] = "*", more: object = {}) => ({
  Sid: "No",
  ...allow(Action, Resource, more),
  Effect: "Deny",
});
const ALL = allow("*");
const policyOf =
  (arn: string, Policy: () => object): Answers[string] =>
  ({ ResourceARN }: { ResourceARN: string }) =>
    ResourceARN === arn ? Policy() : { Policy: allowRole("kinesis:*") };
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const TOPIC = "arn:aws:sns:eu-west-1:222222222222:failed";
const to = (Destination: string) =>
  configuration({ DestinationConfig: { OnFailure: { Destination } } });
const queue = (Attributes: object): Answers => ({
  ...to(QUEUE),
  "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
  "sqs:GetQueueAttributes": () => ({ Attributes }),
});
const boundary = (...statements: object[]): Answers => ({
  ...role({
    PermissionsBoundary: { PermissionsBoundaryArn: "arn:aws:iam::222222222222:policy/b" },
  }),
  "iam:GetPolicy": () => ({ Policy: { DefaultVersionId: "v1" } }),
  "iam:GetPolicyVersion": () => ({ PolicyVersion: { Document: document(...statements) } }),
});

/** What is different, and the lines that say so. */
const CASES: readonly (readonly [string, Answers, readonly string[]])[] = [
  [
    "a stream that does not exist",
    { "kinesis:DescribeStreamSummary": gone() },
    [
      "error stream: stream-missing: kinesis:DescribeStreamSummary failed with ResourceNotFoundException: not there",
    ],
  ],
  [
    "a stream that is resharded and has shards on demand",
    stream({
      StreamStatus: "UPDATING",
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: "ON_DEMAND" },
    }),
    ["ok stream: UPDATING, 4 open shards, ON_DEMAND"],
  ],
  [
    "a stream that is not encrypted",
    stream({ EncryptionType: "NONE", KeyId: undefined }),
    ["ok encryption: none, so no key is needed"],
  ],
  [
    "a stream whose key is in another account",
    stream({ KeyId: KEY.replace("111111111111", "333333333333") }),
    [
      "unknown encryption: the key arn:aws:kms:eu-west-1:333333333333:key/1 is in account 333333333333",
    ],
  ],
  [
    "a key that does not exist",
    { "kms:DescribeKey": gone("NotFoundException") },
    [
      "error encryption: key-missing: arn:aws:kms:eu-west-1:111111111111:key/1: kms:DescribeKey failed with NotFoundException: not there",
      String.raw`  $ KEY_CLICKS=$(aws kms create-key @stream --description 'Records of the stream clicks' --policy '{"Version":"2012-10-17","Statement":[{"Sid":"KeyAdministration","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}' --query KeyMetadata.Arn --output text)`,
      String.raw`  $ aws kinesis start-stream-encryption @stream --stream-name clicks --encryption-type KMS --key-id ''"$KEY_CLICKS"'' && aws kinesis wait stream-exists @stream --stream-name clicks`,
    ],
  ],
  [
    "a disabled key",
    key({ KeyState: "Disabled" }),
    [
      "error encryption: key-disabled: the state of arn:aws:kms:eu-west-1:111111111111:key/1 is Disabled",
      String.raw`  $ aws kms enable-key @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1`,
    ],
  ],
  [
    "a key that will be deleted",
    key({ KeyState: "PendingDeletion" }),
    [
      "error encryption: key-pending-deletion: the state of arn:aws:kms:eu-west-1:111111111111:key/1 is PendingDeletion",
      String.raw`  $ aws kms cancel-key-deletion @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1 && aws kms enable-key @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1`,
    ],
  ],
  [
    "a key that may not be read",
    { "kms:DescribeKey": gone("AccessDeniedException") },
    [
      "unknown encryption: profile 111111111111 may not call kms:DescribeKey; --permissions prints the policy that it needs (AWS: not there)",
    ],
  ],
  [
    "grants that may not be read",
    {
      "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:Encrypt") }),
      "kms:ListGrants": gone("AccessDeniedException"),
    },
    [
      "unknown key's policy: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1, but a grant may: profile 111111111111 may not call kms:ListGrants; --permissions prints the policy that it needs (AWS: not there)",
    ],
  ],
  [
    "a grant with a constraint that is not known",
    {
      "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:Encrypt") }),
      "kms:ListGrants": () => ({
        Grants: [
          { GranteePrincipal: ROLE, Operations: ["Decrypt"], Constraints: { SourceArn: "x" } },
        ],
      }),
    },
    [
      "unknown key's policy: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1, but a grant may, by a constraint that is not known here",
    ],
  ],
  [
    "a consumer that does not exist",
    { "kinesis:DescribeStreamConsumer": gone(), "lambda:ListTags": () => ({}) },
    [
      "error registered consumer: consumer-missing: kinesis:DescribeStreamConsumer failed with ResourceNotFoundException: not there",
      String.raw`  $ CONSUMER_EFO=$(aws kinesis register-stream-consumer @stream --stream-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --consumer-name efo --query Consumer.ConsumerARN --output text) && while case "$(aws kinesis describe-stream-consumer @stream --consumer-arn ''"$CONSUMER_EFO"'' --query ConsumerDescription.ConsumerStatus --output text)" in CREATING) true;; *) false;; esac; do sleep 2; done`,
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn ''"$CONSUMER_EFO"'' --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"'"$CONSUMER_EFO"'"}]}'`,
      String.raw`  $ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"'"$CONSUMER_EFO"'","Enabled":true,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done && aws lambda delete-event-source-mapping @function --uuid a-mapping --query State --output text`,
    ],
  ],
  [
    "a consumer that is registered again",
    {
      "kinesis:DescribeStreamConsumer": ({ ConsumerARN }: { ConsumerARN?: string }) =>
        ConsumerARN === undefined
          ? { ConsumerDescription: { ConsumerARN: `${CONSUMER}9`, ConsumerStatus: "ACTIVE" } }
          : gone()(),
      "lambda:ListTags": () => ({ Tags: { team: "a", "aws:x": "y" } }),
    },
    [
      "error registered consumer: consumer-reregistered: the mapping names arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000, the living one is arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009 (ACTIVE)",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}'`,
      String.raw`  $ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009","Enabled":true,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"],"Tags":{"team":"a"}}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done && aws lambda delete-event-source-mapping @function --uuid a-mapping --query State --output text`,
    ],
  ],
  [
    "a stream without a policy",
    { "kinesis:GetResourcePolicy": policyOf(STREAM, gone()) },
    [
      "error stream's policy: stream-policy-missing: kinesis:GetResourcePolicy failed with ResourceNotFoundException: not there",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "an empty policy of a consumer",
    { "kinesis:GetResourcePolicy": policyOf(CONSUMER, () => ({ Policy: document() })) },
    [
      "error consumer's policy: consumer-policy-missing: kinesis:GetResourcePolicy found nothing",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"}]}'`,
    ],
  ],
  [
    "a policy of a stream that lacks actions",
    {
      "kinesis:GetResourcePolicy": policyOf(STREAM, () => ({
        Policy: allowRole("kinesis:GetRecords"),
      })),
    },
    [
      "error stream's policy: stream-policy-denies: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetShardIterator)",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:GetRecords","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "a policy of a consumer that denies the role among others",
    {
      "kinesis:GetResourcePolicy": policyOf(CONSUMER, () => ({
        Policy: document(
          { ...allow("kinesis:*"), Principal: { AWS: ROLE } },
          { ...deny("kinesis:SubscribeToShard"), Principal: "*" },
        ),
      })),
    },
    [
      "error consumer's policy: consumer-policy-denies: statement No of the consumer's policy denies kinesis:SubscribeToShard (kinesis:SubscribeToShard)",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":"kinesis:SubscribeToShard","Resource":"*","Principal":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "a policy of a consumer that denies the role alone",
    {
      "kinesis:GetResourcePolicy": policyOf(CONSUMER, () => ({
        Policy: document(
          { ...allow("kinesis:*"), Principal: { AWS: ROLE } },
          { ...deny(["kinesis:SubscribeToShard", "kinesis:Put*"]), Principal: { AWS: ROLE } },
        ),
      })),
    },
    [
      "error consumer's policy: consumer-policy-denies: statement No of the consumer's policy denies kinesis:SubscribeToShard (kinesis:SubscribeToShard)",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}},{"Sid":"No","Effect":"Deny","Action":["kinesis:Put*"],"Resource":"*","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"}}]}'`,
    ],
  ],
  [
    "a policy of a stream for a deleted role",
    {
      "kinesis:GetResourcePolicy": policyOf(STREAM, () => ({
        Policy: allowRole("kinesis:*", { AWS: "AROADELETED" }),
      })),
    },
    [
      "error principals: policy-principal-deleted: the stream's policy: AROADELETED is the unique id of a role or user that no longer exists",
      String.raw`  $ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}]}'`,
    ],
  ],
  [
    "a policy of a key for a deleted user",
    {
      "kms:GetKeyPolicy": () => ({
        Policy: document({
          ...allow("kms:*"),
          Principal: { AWS: ["arn:aws:iam::111111111111:root", "AIDADELETED"] },
        }),
      }),
    },
    [
      "error principals: policy-principal-deleted: the key's policy: AIDADELETED is the unique id of a role or user that no longer exists",
      String.raw`  $ aws kms put-key-policy @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1 --policy-name default --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":["arn:aws:iam::111111111111:root"]}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}'`,
    ],
  ],
  [
    "a role that does not exist",
    { "iam:GetRole": gone("NoSuchEntityException") },
    [
      "error role: role-missing: arn:aws:iam::222222222222:role/reader was not found",
      String.raw`  $ aws iam create-role @function --role-name reader --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' --query Role.Arn --output text`,
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
      String.raw`  $ for attempt in 1 2 3 4 5 6; do aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}' && break; sleep 10; done`,
      String.raw`  $ for attempt in 1 2 3 4 5 6; do aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}' && break; sleep 10; done`,
      String.raw`  $ for attempt in 1 2 3 4 5 6; do aws kms put-key-policy @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1 --policy-name default --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kms:Decrypt","Resource":"*"}]}' && break; sleep 10; done`,
    ],
  ],
  [
    "a role that Lambda may not assume",
    role({
      AssumeRolePolicyDocument: allowRole("sts:AssumeRole", { Service: "ec2.amazonaws.com" }),
    }),
    [
      "error role: role-trust-denies: nothing allows sts:AssumeRole on arn:aws:iam::222222222222:role/reader",
      String.raw`  $ aws iam update-assume-role-policy @function --role-name reader --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"},{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
    ],
  ],
  [
    "a role that Lambda may assume on a condition",
    role({
      AssumeRolePolicyDocument: document({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": "222222222222" } },
      }),
    }),
    [
      "unknown role: whether statement 1 of the trust policy allows sts:AssumeRole depends on a condition that cannot be decided here: cannot tell, use --probe",
    ],
  ],
  [
    "a role that lacks everything",
    own(),
    [
      "error role: stream: role-policy-stream: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "  see role-policy-logs",
      "error role: consumer: role-policy-consumer: nothing allows kinesis:SubscribeToShard on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000 (kinesis:SubscribeToShard)",
      "  see role-policy-logs",
      "error role: key: role-policy-key: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1 (kms:Decrypt)",
      "  see role-policy-logs",
      "warning role: logs: role-policy-logs: nothing allows logs:CreateLogStream on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:log-stream:any (logs:CreateLogStream, logs:PutLogEvents)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"}]}'`,
    ],
  ],
  [
    "a role that may read only another stream",
    own(allow(["kinesis:*", "kms:*"], `${STREAM}2`), allow("logs:*")),
    [
      "error role: stream: role-policy-stream: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks; statement 1 of role policy own would, but for its resource arn:aws:kinesis:eu-west-1:111111111111:stream/clicks2 (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "  see role-policy-key",
      "error role: consumer: role-policy-consumer: nothing allows kinesis:SubscribeToShard on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000; statement 1 of role policy own would, but for its resource arn:aws:kinesis:eu-west-1:111111111111:stream/clicks2 (kinesis:SubscribeToShard)",
      "  see role-policy-key",
      "error role: key: role-policy-key: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1; statement 1 of role policy own would, but for its resource arn:aws:kinesis:eu-west-1:111111111111:stream/clicks2 (kms:Decrypt)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamSummary","kinesis:ListShards","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"},{"Effect":"Allow","Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}'`,
    ],
  ],
  [
    "a role that is denied one action everywhere",
    own(ALL, deny("kms:Decrypt")),
    [
      "error role: key: role-policy-key: statement No of role policy own denies kms:Decrypt (kms:Decrypt)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"kms:Decrypt","NotResource":["arn:aws:kms:eu-west-1:111111111111:key/1"]}]}'`,
    ],
  ],
  [
    "a role that is denied several actions on some resources",
    own(ALL, deny(["kinesis:GetRecords", "kinesis:Put*"], [STREAM, `${STREAM}2`])),
    [
      "error role: stream: role-policy-stream: statement No of role policy own denies kinesis:GetRecords (kinesis:GetRecords)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":["kinesis:GetRecords","kinesis:Put*"],"Resource":["arn:aws:kinesis:eu-west-1:111111111111:stream/clicks2"]},{"Effect":"Deny","Action":["kinesis:Put*"],"Resource":["arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"]}]}'`,
    ],
  ],
  [
    "a role that is denied all but some actions",
    own(ALL, { Sid: "No", Effect: "Deny", NotAction: ["kinesis:*", "kms:*"], Resource: "*" }),
    [
      "warning role: logs: role-policy-logs: statement No of role policy own denies logs:CreateLogStream (logs:CreateLogStream, logs:PutLogEvents)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","NotAction":["kinesis:*","kms:*"],"NotResource":["arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:*"]}]}'`,
    ],
  ],
  [
    "a role that is denied all but some resources",
    own(ALL, { Sid: "No", Effect: "Deny", Action: "kinesis:*", NotResource: `${STREAM}/*` }),
    [
      "error role: stream: role-policy-stream: statement No of role policy own denies kinesis:DescribeStreamSummary (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name own --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"kinesis:*","NotResource":["arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/*","arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"]}]}'`,
    ],
  ],
  [
    "a role that is allowed on a condition",
    own(allow("*", "*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } })),
    [
      "unknown role: stream: whether statement 1 of role policy own allows kinesis:DescribeStreamSummary depends on a condition that cannot be decided here: cannot tell, use --probe",
      "unknown role: consumer: whether statement 1 of role policy own allows kinesis:SubscribeToShard depends on a condition that cannot be decided here: cannot tell, use --probe",
      "unknown role: key: whether statement 1 of role policy own allows kms:Decrypt depends on a condition that cannot be decided here: cannot tell, use --probe",
      "unknown role: logs: whether statement 1 of role policy own allows logs:CreateLogStream depends on a condition that cannot be decided here: cannot tell, use --probe",
    ],
  ],
  [
    "a boundary that does not allow to decrypt",
    boundary(allow(["kinesis:*", "logs:*"])),
    [
      "error role: boundary: boundary-denies: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1 (kms:Decrypt)",
      String.raw`  $ aws iam create-policy-version @function --policy-arn arn:aws:iam::222222222222:policy/b --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:*","logs:*"],"Resource":"*"},{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/1","Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}}}]}' --set-as-default --query PolicyVersion.VersionId --output text`,
    ],
  ],
  [
    "a boundary that allows on a condition",
    boundary(allow("*", "*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } })),
    [
      "unknown role: boundary: whether statement 1 of arn:aws:iam::222222222222:policy/b allows kinesis:DescribeStreamSummary depends on a condition that cannot be decided here: cannot tell, use --probe",
    ],
  ],
  [
    "a boundary that allows all",
    boundary(ALL),
    ["ok role: boundary: arn:aws:iam::222222222222:policy/b allows what is needed"],
  ],
  [
    "a function that does not exist",
    { "lambda:GetFunctionConfiguration": gone() },
    [
      "error function: function-missing: lambda:GetFunctionConfiguration failed with ResourceNotFoundException: not there",
    ],
  ],
  [
    "an alias that does not exist",
    {
      ...configuration({ FunctionArn: `${FUNCTION}:live` }),
      "lambda:GetFunctionConfiguration": ({ FunctionName }: { FunctionName: string }) =>
        FunctionName.endsWith(":live") ? gone()() : { State: "Active" },
    },
    [
      "error function: function-alias-missing: lambda:GetFunctionConfiguration failed with ResourceNotFoundException: not there",
      String.raw`  $ VERSION=$(aws lambda publish-version @function --function-name analytics --query Version --output text) && aws lambda create-alias @function --function-name analytics --name live --function-version "$VERSION" --query AliasArn --output text`,
    ],
  ],
  [
    "a version that does not exist",
    {
      ...configuration({ FunctionArn: `${FUNCTION}:7` }),
      "lambda:GetFunctionConfiguration": ({ FunctionName }: { FunctionName: string }) =>
        FunctionName.endsWith(":7") ? gone()() : { State: "Active" },
    },
    [
      "error function: function-alias-missing: lambda:GetFunctionConfiguration failed with ResourceNotFoundException: not there",
      String.raw`  $ VERSION=$(aws lambda publish-version @function --function-name analytics --query Version --output text) && aws lambda update-event-source-mapping @function --uuid a-mapping --function-name analytics:"$VERSION" --query State --output text && while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "a function that is idle",
    fn({ State: "Inactive" }),
    ["ok function: arn:aws:lambda:eu-west-1:222222222222:function:analytics, Inactive"],
  ],
  ["a function without a state", fn({ State: undefined }), []],
  [
    "a function that failed for no reason",
    fn({ State: "Failed" }),
    ["error function: function-not-active: its state is Failed: no reason given"],
  ],
  [
    "a function whose update failed for no reason",
    fn({ LastUpdateStatus: "Failed" }),
    ["warning function: function-update-failed: no reason given"],
  ],
  [
    "a function without concurrency",
    { "lambda:GetFunctionConcurrency": () => ({ ReservedConcurrentExecutions: 0 }) },
    [
      "error concurrency: function-no-concurrency: 0 executions are reserved for it",
      String.raw`  $ aws lambda delete-function-concurrency @function --function-name analytics`,
    ],
  ],
  [
    "a function with concurrency",
    { "lambda:GetFunctionConcurrency": () => ({ ReservedConcurrentExecutions: 5 }) },
    ["ok concurrency: 5 reserved"],
  ],
  [
    "a queue as destination",
    queue({ Policy: "", KmsMasterKeyId: "alias/aws/sqs" }),
    [
      "ok role: on-failure: allows sqs:SendMessage",
      "ok on-failure destination: arn:aws:sqs:eu-west-1:222222222222:failed",
    ],
  ],
  [
    "a queue that does not exist",
    { ...queue({}), "sqs:GetQueueUrl": gone("QueueDoesNotExist") },
    [
      "warning on-failure destination: destination-missing: sqs:GetQueueUrl failed with QueueDoesNotExist: not there",
      String.raw`  $ aws sqs create-queue @function --queue-name failed --attributes '{"MessageRetentionPeriod":"1209600","SqsManagedSseEnabled":"true"}'`,
    ],
  ],
  [
    "a queue whose policy denies the role",
    queue({ Policy: document({ ...deny("sqs:*"), Principal: "*" }) }),
    [
      "ok role: on-failure: allows sqs:SendMessage",
      "warning on-failure destination: destination-policy-denies: statement No of the destination's policy denies sqs:SendMessage",
      String.raw`  $ aws sqs set-queue-attributes @function --queue-url "$(aws sqs get-queue-url @function --queue-name failed --query QueueUrl --output text)" --attributes '{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\",\"Principal\":\"*\",\"Condition\":{\"ArnNotEquals\":{\"aws:PrincipalArn\":[\"arn:aws:iam::222222222222:role/reader\"]}}}]}"}'`,
    ],
  ],
  [
    "a queue whose policy may deny the role",
    queue({
      Policy: document({
        ...deny("sqs:*", "*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } }),
        Principal: "*",
      }),
    }),
    [
      "ok role: on-failure: allows sqs:SendMessage",
      "unknown on-failure destination: whether statement No of the destination's policy denies sqs:SendMessage depends on a condition that cannot be decided here: cannot tell, use --probe",
    ],
  ],
  [
    "a queue to which the role may not write",
    { ...queue({}), ...own(allow(["kinesis:*", "kms:*", "logs:*"])) },
    [
      "warning role: on-failure: role-policy-destination: nothing allows sqs:SendMessage on arn:aws:sqs:eu-west-1:222222222222:failed (sqs:SendMessage)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:SendMessage"],"Resource":"arn:aws:sqs:eu-west-1:222222222222:failed"}]}'`,
      "ok on-failure destination: arn:aws:sqs:eu-west-1:222222222222:failed",
    ],
  ],
  [
    "a queue of another account",
    to(QUEUE.replace("222222222222", "333333333333")),
    [
      "ok role: on-failure: allows sqs:SendMessage",
      "unknown on-failure destination: the destination arn:aws:sqs:eu-west-1:333333333333:failed is in account 333333333333",
    ],
  ],
  [
    "a topic whose policy denies the role",
    {
      ...to(TOPIC),
      "sns:GetTopicAttributes": () => ({
        Attributes: { Policy: document({ ...deny("sns:Publish", TOPIC), Principal: "*" }) },
      }),
    },
    [
      "ok role: on-failure: allows sns:Publish",
      "warning on-failure destination: destination-policy-denies: statement No of the destination's policy denies sns:Publish",
      String.raw`  $ aws sns set-topic-attributes @function --topic-arn arn:aws:sns:eu-west-1:222222222222:failed --attribute-name Policy --attribute-value '{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:222222222222:failed","Principal":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "a bucket that does not exist",
    { ...to("arn:aws:s3:::reports"), "s3:HeadBucket": gone("404") },
    [
      "warning on-failure destination: destination-missing: s3:ListBucket failed with 404: not there",
      String.raw`  $ aws s3api create-bucket @function --bucket reports --create-bucket-configuration '{"LocationConstraint":"eu-west-1"}'`,
    ],
  ],
  [
    "a bucket to which the role may not write",
    {
      ...to("arn:aws:s3:::reports"),
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
      ...own(allow(["kinesis:*", "kms:*", "logs:*"])),
    },
    [
      "warning role: on-failure: role-policy-destination: nothing allows s3:ListBucket on arn:aws:s3:::reports (s3:ListBucket, s3:PutObject)",
      String.raw`  $ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":"arn:aws:s3:::reports"},{"Effect":"Allow","Action":["s3:PutObject"],"Resource":"arn:aws:s3:::reports/*"}]}'`,
      "ok on-failure destination: arn:aws:s3:::reports",
    ],
  ],
  [
    "a log group that will be created",
    {
      "logs:DescribeLogGroups": () => ({ logGroups: [{ logGroupName: "/aws/lambda/analytics2" }] }),
    },
    ["ok log group: /aws/lambda/analytics will be created with the first line"],
  ],
  [
    "a log group that nobody creates",
    {
      "logs:DescribeLogGroups": () => ({}),
      ...own(allow(["kinesis:*", "kms:*", "logs:Put*", "logs:CreateLogStream"])),
    },
    [
      "warning log group: log-group-missing: /aws/lambda/analytics was not found",
      String.raw`  $ aws logs create-log-group @function --log-group-name /aws/lambda/analytics`,
    ],
  ],
  [
    "a disabled mapping",
    configuration({ State: "Disabled", StateTransitionReason: "USER_INITIATED" }),
    [
      "error mapping: mapping-disabled: its state is Disabled; reason 'USER_INITIATED': someone, or a tool such as Terraform, did this",
      String.raw`  $ aws lambda update-event-source-mapping @function --uuid a-mapping --enabled --query State --output text && while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "a mapping that Lambda disables",
    configuration({ State: "Disabling", StateTransitionReason: "internal" }),
    [
      "error mapping: mapping-disabled: its state is Disabling; reason 'internal': Lambda did this by itself, after an error that it could not get over",
      String.raw`  $ aws lambda update-event-source-mapping @function --uuid a-mapping --enabled --query State --output text && while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "a mapping that changes for no reason",
    configuration({ State: "Updating" }),
    [
      "warning mapping: mapping-changing: its state is Updating; reason ''",
      String.raw`  $ while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "a mapping that does not exist",
    {
      "lambda:GetEventSourceMapping": gone(),
      ...own(ALL, allow("sqs:SendMessage", QUEUE)),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
      "sqs:GetQueueAttributes": () => ({}),
    },
    [
      "ok role: on-failure: allows sqs:SendMessage",
      "ok on-failure destination: arn:aws:sqs:eu-west-1:222222222222:failed",
      "error mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      String.raw`  $ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"],"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:222222222222:failed"}}}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "a mapping that has not read yet",
    configuration({ LastProcessingResult: "No records processed" }),
    [
      "ok last batch: 'No records processed': Lambda reads, but no batch has reached the function since the mapping started or changed",
    ],
  ],
  [
    "a function that fails",
    configuration({ LastProcessingResult: "PROBLEM: Function call failed" }),
    [
      "error last batch: function-fails: 'PROBLEM: Function call failed': the function threw an error, timed out or returned failed records; its log says why",
      String.raw`  $ aws logs filter-log-events @function --log-group-name /aws/lambda/analytics --start-time T --query 'events[].message' --output text`,
    ],
  ],
  [
    "a problem with a key",
    configuration({ LastProcessingResult: "PROBLEM: KMS" }),
    [
      "error last batch: mapping-problem: 'PROBLEM: KMS': Lambda reached the stream but could not decrypt its records; what it may do with a key changes within minutes, and a disabled key fails at once",
    ],
  ],
  [
    "a problem with the role",
    configuration({ LastProcessingResult: "PROBLEM: cannot be assumed" }),
    [
      "error last batch: mapping-problem: 'PROBLEM: cannot be assumed': Lambda could not assume the role: it is new, gone, or its trust policy does not name Lambda",
    ],
  ],
  [
    "a problem that a finding explains",
    {
      ...configuration({ LastProcessingResult: "PROBLEM: KMS" }),
      ...key({ KeyState: "Disabled" }),
    },
    [
      "error encryption: key-disabled: the state of arn:aws:kms:eu-west-1:111111111111:key/1 is Disabled",
      String.raw`  $ aws kms enable-key @stream --key-id arn:aws:kms:eu-west-1:111111111111:key/1`,
    ],
  ],
  [
    "a throttled mapping",
    configuration({ LastProcessingResult: "PROBLEM: Rate exceeded" }),
    [
      "error last batch: mapping-problem: 'PROBLEM: Rate exceeded': the function or the stream was throttled; Lambda tries again",
    ],
  ],
  [
    "a problem that nobody knows",
    configuration({ LastProcessingResult: "PROBLEM: x" }),
    ["error last batch: mapping-problem: 'PROBLEM: x'"],
  ],
];

describe("doctor says", () => {
  it("of a good pipeline what it has seen", () => {
    expect(good).toEqual([
      "ok credentials: arn:aws:sts::222222222222:assumed-role/operator/me and arn:aws:sts::111111111111:assumed-role/operator/me",
      "ok stream: ACTIVE, 1 open shards, PROVISIONED",
      "ok encryption: customer managed key arn:aws:kms:eu-west-1:111111111111:key/1, Enabled",
      "ok registered consumer: efo ACTIVE, and the mapping names it",
      "ok stream's policy: allows arn:aws:iam::222222222222:role/reader",
      "ok consumer's policy: allows arn:aws:iam::222222222222:role/reader",
      "ok key's policy: allows arn:aws:iam::222222222222:role/reader",
      "ok role: arn:aws:iam::222222222222:role/reader, which Lambda may assume",
      "ok role: stream: allows kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator",
      "ok role: consumer: allows kinesis:SubscribeToShard",
      "ok role: key: allows kms:Decrypt",
      "ok role: logs: allows logs:CreateLogStream, logs:PutLogEvents",
      "ok function: arn:aws:lambda:eu-west-1:222222222222:function:analytics, Active",
      "ok concurrency: none reserved",
      "ok log group: /aws/lambda/analytics",
      "ok mapping: Enabled",
      "ok partial failures: ReportBatchItemFailures is on",
      "ok retries: until the records expire; batches are bisected",
      "ok last batch: 'OK': the last batch was processed",
    ]);
  });

  it.each(CASES)("of %s", async (_, answers, expected) => {
    expect(await changed(answers)).toEqual(expected);
  });
});
