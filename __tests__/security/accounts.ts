import { createHash } from "node:crypto";

/** The partition in which a stack is applied. */
export interface Cloud {
  readonly partition: string;
  readonly dnsSuffix: string;
  readonly region: string;
}

export const AWS: Cloud = {
  partition: "aws",
  dnsSuffix: "amazonaws.com",
  region: "eu-west-1",
};
export const CHINA: Cloud = {
  partition: "aws-cn",
  dnsSuffix: "amazonaws.com.cn",
  region: "cn-north-1",
};
export const US_GOV: Cloud = {
  partition: "aws-us-gov",
  dnsSuffix: "amazonaws.com",
  region: "us-gov-west-1",
};

export const OWNER = "111111111111";
export const ANALYTICS = "222222222222";
export const FRAUD = "333333333333";
export const ARCHIVE = "444444444444";
export const WRITERS = "555555555555";
export const STRANGER = "666666666666";

/** The readers of each stream, with their accounts. */
export const CONSUMERS = {
  analytics: { account: ANALYTICS, stream: "clickstream" },
  fraud: { account: FRAUD, stream: "clickstream" },
  archive: { account: ARCHIVE, stream: "clickstream" },
  ledger: { account: ANALYTICS, stream: "billing" },
} as const;

/** ARNs that AWS chooses, for a key and a registered consumer, with predictable ids. */
export const REGISTERED_AT = "1700000000";
export const keyId = (stream: string): string =>
  createHash("md5")
    .update(stream)
    .digest("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const serviceName = (service: string): string =>
  // The suffix is the same in China: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
  `${service}.amazonaws.com`;

/** ARNs in AWS's format, independent of the stack's expressions. */
export function arnsIn({ partition, region }: Cloud) {
  const arn = (service: string, account: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const stream = (name: string) => arn("kinesis", OWNER, `stream/${name}`);
  return {
    stream,
    consumer: (name: keyof typeof CONSUMERS) =>
      `${stream(CONSUMERS[name].stream)}/consumer/${name}:${REGISTERED_AT}`,
    key: (streamName: string) => arn("kms", OWNER, `key/${keyId(streamName)}`),
    /** The key of an on-failure destination. */
    destinationKey: (account: string, name: string) => arn("kms", account, `key/${keyId(name)}`),
    role: (account: string, name: string) => `arn:${partition}:iam::${account}:role/${name}`,
    root: (account: string) => `arn:${partition}:iam::${account}:root`,
    queue: (account: string, name: string) => arn("sqs", account, name),
    topic: (account: string, name: string) => arn("sns", account, name),
    bucket: (name: string) => `arn:${partition}:s3:::${name}`,
    logGroup: (account: string, name: string) => arn("logs", account, `log-group:${name}`),
  };
}

/** With which Terraform completes a name that it is given the beginning of. */
export const UNIQUE = "20261128201500000000000001";
