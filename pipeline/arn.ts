/** The parts of an ARN. */
interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Parts that are missing, as in a text that is no ARN, are empty. */
export function parseArn(arn: string): Arn {
  const [, partition = "", service = "", region = "", account = "", ...resource] = arn.split(":");
  return { partition, service, region, account, resource: resource.join(":") };
}

/**
 * Partitions by the prefix of their Regions, with the suffix of their host names.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
const PARTITIONS: readonly (readonly [regionPrefix: string, partition: string, suffix: string])[] =
  [
    ["cn-", "aws-cn", "amazonaws.com.cn"],
    ["us-gov-", "aws-us-gov", "amazonaws.com"],
    ["us-iso-", "aws-iso", "c2s.ic.gov"],
    ["us-isob-", "aws-iso-b", "sc2s.sgov.gov"],
    ["us-isof-", "aws-iso-f", "csp.hci.ic.gov"],
    ["eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"],
    ["eusc-", "aws-eusc", "amazonaws.eu"],
  ];

/** Partition of a Region. */
export const partitionOf = (region: string): string =>
  PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";

/** Suffix of the host names, and so of the service names in `kms:ViaService`, of a partition. */
export const dnsSuffixOf = (partition: string): string =>
  PARTITIONS.find(([, name]) => name === partition)?.[2] ?? "amazonaws.com";

/** Whether an event source is a Kinesis stream or a registered consumer of one. */
export const isKinesisArn = (arn: string | undefined): boolean =>
  /^arn:aws[\w-]*:kinesis:[^:]*:[^:]+:stream\/./.test(arn ?? "");

export const isConsumerArn = (arn: string): boolean => arn.includes("/consumer/");

/** ARN of the stream that a stream's or registered consumer's ARN belongs to. */
export const streamArnOf = (arn: string): string => arn.replace(/\/consumer\/.*/, "");

/** Name of the stream in a stream's or registered consumer's ARN. */
export const streamNameOf = (arn: string): string => parseArn(arn).resource.split("/")[1] ?? "";

/** Name of the registered consumer, without the creation time that ends its ARN. */
export const consumerNameOf = (arn: string): string => /\/consumer\/([^:/]+)/.exec(arn)?.[1] ?? "";

/** Name of the role, without the path that its ARN may have. */
export const roleNameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** ARN of a session of a role, which has no path. */
export const sessionArnOf = (roleArn: string, sessionName: string): string => {
  const { partition, account } = parseArn(roleArn);
  return `arn:${partition}:sts::${account}:assumed-role/${roleNameOf(roleArn)}/${sessionName}`;
};

/** Name and, if there is one, version or alias in a function's ARN, and the ARN without the latter. */
export function parseFunctionArn(arn: string) {
  const parts = arn.split(":");
  return {
    unqualifiedArn: parts.slice(0, 7).join(":"),
    name: parts[6] ?? "",
    qualifier: parts[7],
  };
}

/** The name of a function in its ARN, with or without an alias or version; or the name itself. */
export const functionNameIn = (arn: string | undefined): string | undefined =>
  arn?.replace(/.*:function:/, "").split(":")[0];
