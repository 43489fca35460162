import { Expression, Fn, Op } from "cdktf";

/**
 * What a value must be: decided here for a literal, and by Terraform for a token, whose value
 * is known only at apply.
 */
export interface Rule<T> {
  /** Completes the sentence "must be ...". */
  readonly text: string;
  holds(value: T): boolean;
  condition(value: T): Expression;
}

export const integerBetween = (min: number, max: number): Rule<number> => ({
  text: `an integer from ${min} to ${max}`,
  holds: (value) => Number.isInteger(value) && value >= min && value <= max,
  // The literal comes first: cdktf 0.21 renders a right operand of 0 as `undefined`.
  condition: (value) =>
    Op.and(Op.and(Op.lte(min, value), Op.gte(max, value)), Op.eq(Fn.floor(value), value)),
});

/** -1 is how Lambda spells "no limit". */
export const unlimitedOrBetween = (min: number, max: number): Rule<number> => {
  const range = integerBetween(min, max);
  return {
    text: `-1 (no limit) or ${range.text}`,
    holds: (value) => value === -1 || range.holds(value),
    condition: (value) => Op.or(Op.eq(-1, value), range.condition(value)),
  };
};

/** The pattern must mean the same to JavaScript and to RE2, Terraform's; no backslashes. */
export const matching = (pattern: string, text: string): Rule<string> => ({
  text,
  holds: (value) => new RegExp(pattern).test(value),
  condition: (value) => Fn.can(Fn.regex(pattern, value)),
});

export const oneOf = <T extends string | number>(values: readonly T[]): Rule<T> => ({
  text: `one of ${values.join(", ")}`,
  holds: (value) => values.includes(value),
  condition: (value) => Fn.contains([...values], value),
});

const PARTITION = "arn:aws[a-z-]*";
const ACCOUNT = "[0-9]{12}";
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
export const kmsKeyArn = matching(
  `^${PARTITION}:kms:[a-z0-9-]+:${ACCOUNT}:key/[a-zA-Z0-9-]+$`,
  "a key ARN (arn:aws:kms:<region>:<account>:key/<id>)",
);
export const principalArn = matching(
  `^(${ACCOUNT}|${PARTITION}:iam::${ACCOUNT}:(root|(role|user)/[^* ]+))$`,
  "an account id or the ARN of an account root, role or user",
);
export const roleArn = matching(
  `^${PARTITION}:iam::${ACCOUNT}:role/[^* ]+$`,
  "a role ARN (arn:aws:iam::<account>:role/<name>)",
);
export const policyArn = matching(
  `^${PARTITION}:iam::(${ACCOUNT}|aws):policy/[^* ]+$`,
  "a managed policy ARN (arn:aws:iam::<account>:policy/<name>)",
);
export const queueArn = matching(
  `^${PARTITION}:sqs:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,80}$`,
  "the ARN of a standard queue (arn:aws:sqs:<region>:<account>:<name>)",
);
export const topicArn = matching(
  `^${PARTITION}:sns:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,256}$`,
  "the ARN of a standard topic (arn:aws:sns:<region>:<account>:<name>)",
);
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
