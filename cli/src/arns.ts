export { partitionOf } from "../../modules/properties/partition-of";

/** The parts of an ARN. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

export function parseArn(arn: string): Arn {
  const [, partition = "", service = "", region = "", account = "", ...resource] = arn.split(":");
  return { partition, service, region, account, resource: resource.join(":") };
}

/** Whether an event source is a Kinesis stream or a registered consumer of one. */
export const isKinesisArn = (arn: string | undefined): boolean =>
  /^arn:aws[\w-]*:kinesis:[\w-]+:\d{12}:stream\/.+/.test(arn ?? "");

export const isConsumerArn = (arn: string): boolean => arn.includes("/consumer/");

/** ARN of the stream that a stream's or registered consumer's ARN belongs to. */
export const streamArnOf = (arn: string): string => arn.replace(/\/consumer\/.*$/, "");

/** Name of the stream in a stream's or registered consumer's ARN. */
export const streamNameOf = (arn: string): string => parseArn(arn).resource.split("/")[1] ?? "";

/** Name of the registered consumer, without the creation time that ends its ARN. */
export const consumerNameOf = (arn: string): string => /\/consumer\/([^:/]+)/.exec(arn)?.[1] ?? "";

/** Name of the role, without the path that its ARN may have. */
export const roleNameOf = (arn: string): string => arn.split("/").at(-1) ?? "";

/** Name and, if there is one, version or alias in a function's ARN. */
export function functionNameOf(arn: string): { name: string; qualifier?: string } {
  const [, name = "", qualifier] = parseArn(arn).resource.split(":");
  return { name, qualifier };
}
