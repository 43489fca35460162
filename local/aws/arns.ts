export function parseArn(arn: string) {
  const [, , service = "", region = "", account = "", ...resource] = arn.split(":");
  return { service, region, account, resource: resource.join(":") };
}

/** ARN of the stream that a stream ARN or a registered consumer's ARN belongs to. */
export const streamArnOf = (arn: string): string => arn.replace(/\/consumer\/.*$/, "");

export const isConsumerArn = (arn: string): boolean => arn.includes("/consumer/");
