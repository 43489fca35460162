import { CONSUMER, diagnosis, gone, STREAM } from "./recorded-pipeline";
import {
  configuration,
  consumer,
  difference,
  key,
  own,
  summary,
  type Given,
} from "./doctor-answers";

const MISSING = { "lambda:GetEventSourceMapping": gone() };
const ELSEWHERE = STREAM.replace("111111111111", "333333333333");

/** What is different, and what doctor asks and says because of that. */

/** What is different, and what doctor asks and says because of that. */
const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "a stream that does not exist",
    [{ "kinesis:DescribeStreamSummary": gone(), ...own() }],
    [
      "stream: stream-missing: kinesis:DescribeStreamSummary failed with ResourceNotFoundException: not there",
      "role: logs: role-policy-logs: nothing allows logs:CreateLogStream on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:log-stream:any (logs:CreateLogStream, logs:PutLogEvents)",
      "not kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, stream, encryption, registered consumer, stream's policy, consumer's policy, key's policy, role: stream, role: consumer, role: key, role: logs",
    ],
  ],
  [
    "a stream without its consumer",
    [{ "kinesis:DescribeStreamSummary": gone(), ...consumer(gone(), gone()) }],
    [
      "222222222222 lambda:ListTags {}",
      "stream: stream-missing: kinesis:DescribeStreamSummary failed with ResourceNotFoundException: not there",
      "not kinesis:GetResourcePolicy, kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, stream, encryption, registered consumer, stream's policy, consumer's policy, key's policy, role: stream, role: consumer, role: key",
    ],
  ],
  [
    "a consumer that does not exist",
    [
      {
        ...consumer(gone(), gone()),
        ...own(),
        ...configuration({ EventSourceMappingArn: "arn:mapping" }),
      },
    ],
    [
      String.raw`111111111111 kinesis:DescribeStreamConsumer {"StreamARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","ConsumerName":"efo"}`,
      String.raw`222222222222 lambda:ListTags {"Resource":"arn:mapping"}`,
      "registered consumer: consumer-missing: kinesis:DescribeStreamConsumer failed with ResourceNotFoundException: not there",
      "role: stream: role-policy-stream: nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/clicks (kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
      "role: key: role-policy-key: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1 (kms:Decrypt)",
      "role: logs: role-policy-logs: nothing allows logs:CreateLogStream on arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics:log-stream:any (logs:CreateLogStream, logs:PutLogEvents)",
      "not kinesis:GetResourcePolicy, registered consumer, consumer's policy, role: stream, role: consumer, role: key, role: logs",
    ],
  ],
  [
    "a consumer that may not be read",
    [consumer(gone("AccessDeniedException"), gone())],
    [
      "registered consumer: unknown profile 111111111111 may not call kinesis:DescribeStreamConsumer; --permissions prints the policy that it needs (AWS: not there)",
      "not kinesis:GetResourcePolicy, registered consumer, consumer's policy",
    ],
  ],
  [
    "a consumer that is found by its name alone",
    [consumer(gone(), () => ({ ConsumerDescription: { ConsumerARN: CONSUMER } }))],
    [
      String.raw`111111111111 kinesis:DescribeStreamConsumer {"StreamARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","ConsumerName":"efo"}`,
      "222222222222 lambda:ListTags {}",
      "registered consumer: consumer-missing: kinesis:DescribeStreamConsumer failed with ResourceNotFoundException: not there",
      "not registered consumer, consumer's policy, role: consumer",
    ],
  ],
  [
    "neither a consumer nor a mapping",
    [{ ...consumer(gone(), gone()), ...MISSING }],
    [
      String.raw`111111111111 kinesis:DescribeStreamConsumer {"StreamARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","ConsumerName":"efo"}`,
      "registered consumer: consumer-missing: kinesis:DescribeStreamConsumer failed with ResourceNotFoundException: not there",
      "mapping: mapping-missing: lambda:GetEventSourceMapping failed with ResourceNotFoundException: not there",
      "not kinesis:GetResourcePolicy, registered consumer, consumer's policy, role: consumer, mapping, partial failures, retries, last batch",
    ],
  ],
  [
    "a key that does not exist",
    [{ "kms:DescribeKey": gone("NotFoundException") }],
    [
      "encryption: key-missing: arn:aws:kms:eu-west-1:111111111111:key/1: kms:DescribeKey failed with NotFoundException: not there",
      "not kms:GetKeyPolicy, kms:ListGrants, encryption, key's policy, role: key",
    ],
  ],
  [
    "a key that is named by its alias",
    [summary({ KeyId: "alias/clicks" })],
    [String.raw`111111111111 kms:DescribeKey {"KeyId":"alias/clicks"}`, "not kms:DescribeKey"],
  ],
  [
    "a key of AWS that is named by its ARN",
    [key({ KeyManager: "AWS" })],
    [
      "encryption: stream-aws-managed-key: its key is arn:aws:kms:eu-west-1:111111111111:key/1",
      "not kms:GetKeyPolicy, kms:ListGrants, encryption, key's policy, role: key",
    ],
  ],
  [
    "a key of AWS that may not be read",
    [
      {
        ...summary({ KeyId: "arn:aws:kms:eu-west-1:111111111111:alias/aws/kinesis" }),
        "kms:DescribeKey": gone("AccessDeniedException"),
      },
    ],
    [
      String.raw`111111111111 kms:DescribeKey {"KeyId":"arn:aws:kms:eu-west-1:111111111111:alias/aws/kinesis"}`,
      "encryption: stream-aws-managed-key: its key is arn:aws:kms:eu-west-1:111111111111:alias/aws/kinesis",
      "not kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, encryption, key's policy, role: key",
    ],
  ],
  [
    "a key that no longer encrypts the stream",
    [summary({ EncryptionType: "NONE" })],
    [
      "encryption: ok none, so no key is needed",
      "not kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, encryption, key's policy, role: key",
    ],
  ],
  [
    "a key that is not known",
    [summary({ KeyId: undefined })],
    ["not kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, encryption, key's policy, role: key"],
  ],
  [
    "a stream of an account without credentials",
    [configuration({ EventSourceArn: ELSEWHERE }), { sourceArn: ELSEWHERE }],
    [
      "credentials: unknown no credentials for 333333333333; name a profile of it with --stream-profile",
      "stream: unknown no credentials for 333333333333",
      "stream's policy: unknown no credentials for 333333333333",
      "not kinesis:DescribeStreamConsumer, kinesis:DescribeStreamSummary, kinesis:GetResourcePolicy, kinesis:GetResourcePolicy, kms:DescribeKey, kms:GetKeyPolicy, kms:ListGrants, credentials, stream, encryption, registered consumer, stream's policy, consumer's policy, key's policy, role: consumer, role: key",
    ],
  ],
];

describe("doctor", () => {
  it("asks each account of a good pipeline for what is in it, by its name", async () => {
    const calls: string[] = [];
    await diagnosis({}, {}, (account, call, input) =>
      calls.push(`${account} ${call} ${JSON.stringify(input)}`),
    );

    expect(calls.sort()).toEqual([
      String.raw`111111111111 kinesis:DescribeStreamConsumer {"ConsumerARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"}`,
      String.raw`111111111111 kinesis:DescribeStreamSummary {"StreamARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}`,
      String.raw`111111111111 kinesis:GetResourcePolicy {"ResourceARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}`,
      String.raw`111111111111 kinesis:GetResourcePolicy {"ResourceARN":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000"}`,
      String.raw`111111111111 kms:DescribeKey {"KeyId":"arn:aws:kms:eu-west-1:111111111111:key/1"}`,
      String.raw`111111111111 kms:GetKeyPolicy {"KeyId":"arn:aws:kms:eu-west-1:111111111111:key/1","PolicyName":"default"}`,
      String.raw`111111111111 kms:ListGrants {"KeyId":"arn:aws:kms:eu-west-1:111111111111:key/1"}`,
      String.raw`222222222222 iam:GetRole {"RoleName":"reader"}`,
      String.raw`222222222222 iam:GetRolePolicy {"RoleName":"reader","PolicyName":"own"}`,
      String.raw`222222222222 iam:ListAttachedRolePolicies {"RoleName":"reader"}`,
      String.raw`222222222222 iam:ListRolePolicies {"RoleName":"reader"}`,
      String.raw`222222222222 lambda:GetEventSourceMapping {"UUID":"a-mapping"}`,
      String.raw`222222222222 lambda:GetFunctionConcurrency {"FunctionName":"analytics"}`,
      String.raw`222222222222 lambda:GetFunctionConfiguration {"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics"}`,
      String.raw`222222222222 logs:DescribeLogGroups {"logGroupNamePrefix":"/aws/lambda/analytics"}`,
    ]);
  });

  it.each(CASES)("asks and says of %s", async (_, given, expected) => {
    expect(await difference(...given)).toEqual(expected);
  });
});
