import {
  ANALYTICS,
  ARCHIVE,
  arnsIn,
  Cloud,
  CONSUMERS,
  FRAUD,
  OWNER,
  STRANGER,
  UNIQUE,
} from "./accounts";
import { documentOf } from "./policies";

/** A possible request; `on` and `when` are the names in the needed set. */
export interface Request {
  readonly action: string;
  readonly on: string;
  readonly arn: string;
  readonly account: string;
  readonly when?: string;
  readonly context: Readonly<Record<string, string>>;
  /** The account of a resource that is not in the stack. */
  readonly policy?: string;
}

export const THROUGH_KINESIS = "through Kinesis for its stream";
export const FOR_ITS_DESTINATION = "through its service for its destination";
export const FOR_ANY_OBJECT = "through its service for an object in its destination";
export const IN_ITS_ACCOUNT = "in the archive's account";
export const IN_A_STRANGERS = "in a stranger's account";

/** A further digit, since a consumer's ARN ends in digits. */
const NEIGHBOUR = "2";

const STREAM_ACTIONS = kinesis(
  ...["DescribeStream", "DescribeStreamSummary", "ListShards"],
  ...["GetShardIterator", "GetRecords", "PutRecord", "PutRecords"],
  ...["RegisterStreamConsumer", "ListStreamConsumers"],
  ...["PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"],
  ...["DeleteStream", "MergeShards", "SplitShard", "UpdateMaxRecordSize"],
  ...["IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod"],
  ...["StartStreamEncryption", "StopStreamEncryption"],
  ...["AddTagsToStream", "RemoveTagsFromStream", "ListTagsForStream"],
);
// PutResourcePolicy is omitted, since the simulator also takes a consumer's ARN for a stream's.
const CONSUMER_ACTIONS = kinesis(
  ...["SubscribeToShard", "DescribeStreamConsumer"],
  "DeregisterStreamConsumer",
);
const KEY_ACTIONS = [
  ...["kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
  ...["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
  ...["kms:CreateGrant", "kms:DescribeKey", "kms:GetKeyPolicy"],
  ...["kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion"],
];
const ROLE_ACTIONS = ["sts:AssumeRole", "sts:TagSession"];
const QUEUE_ACTIONS = [
  ...["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
  ...["sqs:PurgeQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue"],
];
const TOPIC_ACTIONS = ["sns:Publish", "sns:Subscribe", "sns:DeleteTopic"];
const BUCKET_ACTIONS = ["s3:ListBucket", "s3:DeleteBucket"];
const OBJECT_ACTIONS = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"];
const LOG_GROUP_ACTIONS = [
  ...["logs:CreateLogGroup", "logs:DeleteLogGroup"],
  ...["logs:PutRetentionPolicy", "logs:FilterLogEvents"],
];
const LOG_STREAM_ACTIONS = [
  ...["logs:CreateLogStream", "logs:PutLogEvents"],
  ...["logs:GetLogEvents", "logs:DeleteLogStream"],
];

/**
 * Each relevant action on each resource in each circumstance. For each resource there is another whose
 * ARN has the same beginning, which a wildcard that comes too early would include.
 */
export function requestsIn(cloud: Cloud): Request[] {
  const arns = arnsIn(cloud);
  return [
    ...["clickstream", "billing"].flatMap((stream) => [
      ...onBoth(stream, OWNER, arns.stream(stream), STREAM_ACTIONS),
      ...onKey(stream, cloud),
    ]),
    ...(["analytics", "archive", "ledger"] as const).flatMap((name) =>
      // A consumer of the same name, registered at another time.
      onBoth(`${name} consumer`, OWNER, arns.consumer(name), CONSUMER_ACTIONS),
    ),
    ...Object.entries(CONSUMERS).flatMap(([name, { account }]) => {
      const logGroup = arns.logGroup(account, `/aws/lambda/${name}`);
      const logStream = ":log-stream:2026/11/23/[$LATEST]0";
      const role = arns.role(account, name);
      return [
        ...onBoth(`${name} log group`, account, logGroup, LOG_GROUP_ACTIONS),
        ...onBoth(`${name} log stream`, account, logGroup, LOG_STREAM_ACTIONS, logStream),
        ...on(`${name} role`, account, role, ROLE_ACTIONS),
      ];
    }),
    ...["analytics", "ledger"].flatMap((name) => {
      const queue = arns.queue(ANALYTICS, `${name}-on-failure-${UNIQUE}`);
      return onBoth(`${name} queue`, ANALYTICS, queue, QUEUE_ACTIONS);
    }),
    ...onBoth("fraud topic", FRAUD, arns.topic(FRAUD, "fraud-failures"), TOPIC_ACTIONS),
    ...onDestinationKey(
      ...(["analytics", ANALYTICS, "sqs", "aws:sqs:arn"] as const),
      arns.queue(ANALYTICS, `analytics-on-failure-${UNIQUE}`),
      cloud,
    ),
    ...onDestinationKey(
      ...(["fraud", FRAUD, "sns", "aws:sns:topicArn"] as const),
      arns.topic(FRAUD, "fraud-failures"),
      cloud,
    ),
    ...onDestinationKey(
      ...(["archive", ARCHIVE, "s3", "aws:s3:arn"] as const),
      arns.bucket("archive-failures"),
      cloud,
    ),
    ...["archive-failures", `archive-failures${NEIGHBOUR}`].flatMap((name) =>
      onBucket(name, cloud),
    ),
  ];
}

/** Requests for the key with a right, a wrong and no encryption context, and the same for the service. */
function onKey(stream: string, cloud: Cloud): Request[] {
  const { region, dnsSuffix } = cloud;
  const arns = arnsIn(cloud);
  const other = stream === "billing" ? "clickstream" : "billing";
  const via = (host: string) => ({ "kms:ViaService": `${host}.${dnsSuffix}` });
  const context = (name: string) => ({
    "kms:EncryptionContext:aws:kinesis:arn": arns.stream(name),
  });
  const kinesisHere = via(`kinesis.${region}`);
  const circumstances = {
    [THROUGH_KINESIS]: { ...kinesisHere, ...context(stream) },
    "through Kinesis for another stream": { ...kinesisHere, ...context(other) },
    "through Kinesis for no stream": kinesisHere,
    "through Kinesis of another Region": {
      ...via("kinesis.ap-east-1"),
      ...context(stream),
    },
    "through S3": { ...via(`s3.${region}`), ...context(stream) },
    "directly, for its stream": context(stream),
    directly: {},
  };
  return Object.entries(circumstances).flatMap(([when, given]) =>
    on(`${stream} key`, OWNER, arns.key(stream), KEY_ACTIONS, when, given),
  );
}

/**
 * Requests for a destination's key with right and wrong contexts and services, and for another key of
 * its account. Both have the default key policy, so that the account's IAM policies decide.
 */
function onDestinationKey(
  name: string,
  account: string,
  service: "sqs" | "sns" | "s3",
  contextKey: string,
  destination: string,
  cloud: Cloud,
): Request[] {
  const arns = arnsIn(cloud);
  const via = (one: string, region = cloud.region) => ({
    "kms:ViaService": `${one}.${region}.${cloud.dnsSuffix}`,
  });
  const context = (arn: string) => ({ [`kms:EncryptionContext:${contextKey}`]: arn });
  const policy = documentOf([
    { Effect: "Allow", Principal: { AWS: arns.root(account) }, Action: "kms:*", Resource: "*" },
  ]);
  const circumstances = {
    [FOR_ITS_DESTINATION]: { ...via(service), ...context(destination) },
    "through its service for a neighbour": {
      ...via(service),
      ...context(`${destination}${NEIGHBOUR}`),
    },
    ...(service === "s3" && {
      [FOR_ANY_OBJECT]: { ...via(service), ...context(`${destination}/batch.json`) },
      "through its service for a neighbour's object": {
        ...via(service),
        ...context(`${destination}${NEIGHBOUR}/batch.json`),
      },
    }),
    "through its service for nothing": via(service),
    "through its service in another Region": {
      ...via(service, "ap-east-1"),
      ...context(destination),
    },
    "through another service": { ...via("kinesis"), ...context(destination) },
    "directly, for its destination": context(destination),
    directly: {},
  };
  const isRight = (when: string) => when === FOR_ITS_DESTINATION || when === FOR_ANY_OBJECT;
  const onKeyOf = (one: string, what: string, when: string, given: Request["context"]) =>
    on(
      what,
      account,
      arns.destinationKey(account, one),
      isRight(when) ? KEY_ACTIONS : ["kms:GenerateDataKey", "kms:Decrypt"],
      when,
      given,
    ).map((request) => ({ ...request, policy }));
  return [
    ...Object.entries(circumstances).flatMap(([when, given]) =>
      onKeyOf(name, `${name} destination key`, when, given),
    ),
    ...onKeyOf(
      `${name}${NEIGHBOUR}`,
      `${name} destination key's neighbour`,
      FOR_ITS_DESTINATION,
      circumstances[FOR_ITS_DESTINATION],
    ),
  ];
}

/**
 * The name of a deleted bucket can be taken by another account. Here, another account owns a bucket
 * of the same name, whose policy allows the archive's role.
 */
function onBucket(name: string, cloud: Cloud): Request[] {
  const arns = arnsIn(cloud);
  const bucket = arns.bucket(name);
  const lure = documentOf([
    {
      Effect: "Allow",
      Principal: { AWS: arns.role(ARCHIVE, "archive") },
      Action: "s3:*",
      Resource: [bucket, `${bucket}/*`],
    },
  ]);
  return [
    { account: ARCHIVE, when: IN_ITS_ACCOUNT, policy: undefined },
    { account: STRANGER, when: IN_A_STRANGERS, policy: lure },
  ].flatMap(({ account, when, policy }) => {
    const context = { "s3:ResourceAccount": account };
    return [
      ...on(`bucket ${name}`, account, bucket, BUCKET_ACTIONS, when, context),
      ...on(`object in ${name}`, account, `${bucket}/batch.json`, OBJECT_ACTIONS, when, context),
    ].map((request) => ({ ...request, policy }));
  });
}

const on = (
  name: string,
  account: string,
  arn: string,
  actions: readonly string[],
  when?: string,
  context: Request["context"] = {},
): Request[] => actions.map((action) => ({ action, on: name, arn, account, when, context }));

const onBoth = (
  name: string,
  account: string,
  arn: string,
  actions: readonly string[],
  ending = "",
): Request[] => [
  ...on(name, account, `${arn}${ending}`, actions),
  ...on(`${name}'s neighbour`, account, `${arn}${NEIGHBOUR}${ending}`, actions),
];

function kinesis(...actions: string[]): string[] {
  return actions.map((action) => `kinesis:${action}`);
}
