import { document, FUNCTION, gone, ROLE, STREAM } from "./recorded-pipeline";
import type { Answers } from "./recorded";
import { configuration, fixes, type Given } from "./doctor-answers";

const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const TOPIC = "arn:aws:sns:eu-west-1:222222222222:failed";
const BUCKET = "arn:aws:s3:::reports";
const to = (Destination: string, more: Answers) => ({
  ...configuration({ DestinationConfig: { OnFailure: { Destination } } }),
  ...more,
});
const DENY = { Effect: "Deny", Principal: { AWS: ROLE }, Resource: "*" };
const inRegion = (region: string): Given => {
  const there = (text: string): string => text.replaceAll("eu-west-1", region);
  return [
    {
      "lambda:GetEventSourceMapping": () => ({
        EventSourceArn: there(STREAM),
        FunctionArn: there(FUNCTION),
        DestinationConfig: { OnFailure: { Destination: BUCKET } },
        State: "Enabled",
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
      "kinesis:DescribeStreamSummary": () => ({
        StreamDescriptionSummary: { StreamStatus: "ACTIVE", OpenShardCount: 1 },
      }),
      "s3:HeadBucket": gone("NotFound"),
    },
    { region, sourceArn: there(STREAM), functionArn: there(FUNCTION) },
  ];
};

const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "takes the only statement out of a queue's policy",
    [
      to(QUEUE, {
        "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
        "sqs:GetQueueAttributes": () => ({
          Attributes: { Policy: document({ ...DENY, Action: "sqs:SendMessage" }) },
        }),
      }),
    ],
    [
      "destination-policy-denies: statement 1 of the destination's policy denies it: it is removed. account 222222222222",
      String.raw`$ aws sqs set-queue-attributes @function --queue-url "$(aws sqs get-queue-url @function --queue-name failed --query QueueUrl --output text)" --attributes '{"Policy":""}'`,
    ],
  ],
  [
    "takes the only statement out of a topic's policy, which must have one",
    [
      to(TOPIC, {
        "sns:GetTopicAttributes": () => ({
          Attributes: { Policy: document({ ...DENY, Action: "sns:Publish" }) },
        }),
      }),
    ],
    [
      "destination-policy-denies: statement 1 of the destination's policy denies it: it is removed. account 222222222222",
      String.raw`$ aws sns set-topic-attributes @function --topic-arn arn:aws:sns:eu-west-1:222222222222:failed --attribute-name Policy --attribute-value '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:222222222222:failed"}]}'`,
    ],
  ],
  [
    "takes the only statement out of a bucket's policy",
    [
      to(BUCKET, {
        "s3:HeadBucket": () => ({}),
        "s3:GetBucketPolicy": () => ({
          Policy: document({ ...DENY, Action: ["s3:ListBucket", "s3:PutObject"] }),
        }),
      }),
    ],
    [
      "destination-policy-denies: statement 1 of the destination's policy denies it: it is put without that, and denies all else as before. statement 1 of the destination's policy denies it: it is removed. account 222222222222",
      "$ aws s3api delete-bucket-policy @function --bucket reports",
    ],
  ],
  [
    "keeps the other statements of a bucket's policy",
    [
      to(BUCKET, {
        "s3:HeadBucket": () => ({}),
        "s3:GetBucketPolicy": () => ({
          Policy: document({ ...DENY, Action: "s3:*", Principal: "*" }),
        }),
      }),
    ],
    [
      "destination-policy-denies: statement 1 of the destination's policy denies it: it is put without that, and denies all else as before. account 222222222222",
      String.raw`$ aws s3api put-bucket-policy @function --bucket reports --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Resource":"*","Action":"s3:*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:role/reader"]}}}]}'`,
    ],
  ],
  [
    "creates a topic",
    [to(TOPIC, { "sns:GetTopicAttributes": gone("NotFound") })],
    [
      "destination-missing: create the topic again, and subscribe to it whoever gets the reports (account 222222222222)",
      "$ aws sns create-topic @function --name failed",
    ],
  ],
  [
    "creates a bucket in us-east-1, which is no constraint",
    inRegion("us-east-1"),
    [
      "destination-missing: create the bucket again, and give it the settings that it had (account 222222222222)",
      "$ aws s3api create-bucket --profile 222222222222 --region us-east-1 --bucket reports",
    ],
  ],
  [
    "creates a bucket elsewhere",
    inRegion("eu-north-1"),
    [
      "destination-missing: create the bucket again, and give it the settings that it had (account 222222222222)",
      String.raw`$ aws s3api create-bucket --profile 222222222222 --region eu-north-1 --bucket reports --create-bucket-configuration '{"LocationConstraint":"eu-north-1"}'`,
    ],
  ],
];

describe("doctor's fix", () => {
  it.each(CASES)("%s", async (_, given, expected) => {
    expect(await fixes(...given)).toEqual(expected);
  });
});
