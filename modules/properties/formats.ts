import { matching } from "./property-types";

/** Formats of ARNs, ids and names. */

export const PARTITION = "arn:aws[a-z-]*";
export const ACCOUNT = "[0-9]{12}";
const STREAM_ARN = `${PARTITION}:kinesis:[a-z0-9-]+:${ACCOUNT}:stream/[a-zA-Z0-9_.-]+`;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const kinesisName = matching(
  "^[a-zA-Z0-9_.-]{1,128}$",
  "1 to 128 letters, digits, dots, hyphens or underscores",
);
export const streamArn = matching(
  `^${STREAM_ARN}$`,
  "a stream ARN (arn:aws:kinesis:<region>:<account>:stream/<name>)",
);
export const consumerArn = matching(
  `^${STREAM_ARN}/consumer/[a-zA-Z0-9_.-]+:[0-9]+$`,
  "a registered consumer's ARN (<stream ARN>/consumer/<name>:<creation time>)",
);
const explainAlias = (value: string, fix: string) =>
  /(^|:)alias\//.test(value)
    ? { rule: "must be a key ARN", got: `the alias ${JSON.stringify(value)}`, fix }
    : undefined;
const KEY_ARN = `^${PARTITION}:kms:[a-z0-9-]+:${ACCOUNT}:key/[a-zA-Z0-9-]+$`;
const KEY_ARN_RULE = "a key ARN (arn:aws:kms:<region>:<account>:key/<id>)";
export const kmsKeyArn = matching(KEY_ARN, KEY_ARN_RULE, (value, property) => {
  if (/(^|:)alias\/aws\//.test(value)) {
    return {
      rule: "must be the ARN of a customer managed key",
      fix: `the policy of an AWS managed key cannot be changed, so no other account could decrypt the stream: omit '${property}' to have a key created, or give the ARN of a customer managed key`,
    };
  }
  return explainAlias(
    value,
    `an alias means nothing in another account's policies: give the ARN of the key behind it (aws kms describe-key --key-id ${value})`,
  );
});
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const rolePath = matching(
  "^/([!-~]{1,510}/)?$",
  "a path that begins and ends with a slash, of at most 512 characters without spaces",
);
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export const keyAliasName = matching(
  "^alias/[a-zA-Z0-9/_-]{1,250}$",
  "alias/ and 1 to 250 letters, digits, hyphens, underscores or slashes",
  (value) =>
    value.startsWith("alias/aws/")
      ? {
          rule: "must be an alias of your own",
          fix: "alias/aws/ is for AWS managed keys: rename the alias",
        }
      : undefined,
);
/** A key that only the function's account uses. */
export const encryptionKeyArn = matching(KEY_ARN, KEY_ARN_RULE);
/** A key that encrypts something else than a stream: an AWS managed key needs no permission. */
export const customerKeyArn = matching(KEY_ARN, KEY_ARN_RULE, (value) =>
  explainAlias(
    value,
    "policies name a key by its ARN: give the ARN of the customer managed key behind the alias, or omit it for an AWS managed key",
  ),
);
export const roleArn = matching(
  `^${PARTITION}:iam::${ACCOUNT}:role/[^* ]+$`,
  "a role ARN (arn:aws:iam::<account>:role/<name>)",
);
export const policyArn = matching(
  `^${PARTITION}:iam::(${ACCOUNT}|aws):policy/[^* ]+$`,
  "a managed policy ARN (arn:aws:iam::<account>:policy/<name>)",
);
const fifoDestination = (arn: string) =>
  arn.endsWith(".fifo")
    ? {
        rule: "must be a standard queue or topic",
        fix: "Lambda delivers no failures of a stream to FIFO destinations: give a standard one, or omit it to have a queue created",
      }
    : undefined;
export const queueArn = matching(
  `^${PARTITION}:sqs:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,80}$`,
  "the ARN of a standard queue (arn:aws:sqs:<region>:<account>:<name>)",
  fifoDestination,
);
const TOPIC_ARN = `^${PARTITION}:sns:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,256}$`;
const TOPIC_ARN_RULE = "the ARN of a standard topic (arn:aws:sns:<region>:<account>:<name>)";
export const topicArn = matching(TOPIC_ARN, TOPIC_ARN_RULE, fifoDestination);
export const alarmTopicArn = matching(TOPIC_ARN, TOPIC_ARN_RULE);
export const bucketArn = matching(
  `^${PARTITION}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`,
  "a bucket ARN (arn:aws:s3:::<bucket>)",
);
export const layerVersionArn = matching(
  `^${PARTITION}:lambda:[a-z0-9-]+:${ACCOUNT}:layer:[a-zA-Z0-9_-]+:[0-9]+$`,
  "the ARN of a layer version (arn:aws:lambda:<region>:<account>:layer:<name>:<version>)",
);
export const accountId = matching(`^${ACCOUNT}$`, "a 12-digit AWS account id, as a string");
/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const functionName = matching(
  "^[a-zA-Z0-9_-]{1,64}$",
  "1 to 64 letters, digits, hyphens or underscores",
);
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleName = matching(
  "^[a-zA-Z0-9_+=,.@-]{1,64}$",
  "1 to 64 letters, digits or characters of _+=,.@-",
);
