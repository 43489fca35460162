import { parseArn, partitionOf } from "../../pipeline/arn";
import type { Reference } from "./pipeline";

/** One permission that a command needs, in the account where it needs it. */
export interface Permission {
  readonly account: "function" | "stream";
  readonly actions: readonly string[];
  /** ARN with PARTITION, REGION and ACCOUNT in their places; `*` if the action takes no resource. */
  readonly resource: string;
}

export const RESOURCES = {
  function: "arn:PARTITION:lambda:REGION:ACCOUNT:function:*",
  mapping: "arn:PARTITION:lambda:REGION:ACCOUNT:event-source-mapping:*",
  stream: "arn:PARTITION:kinesis:REGION:ACCOUNT:stream/*",
  consumer: "arn:PARTITION:kinesis:REGION:ACCOUNT:stream/*/consumer/*",
  key: "arn:PARTITION:kms:REGION:ACCOUNT:key/*",
  role: "arn:PARTITION:iam::ACCOUNT:role/*",
  /** AWS managed policies are in no account. */
  policies: "arn:PARTITION:iam::*:policy/*",
  queue: "arn:PARTITION:sqs:REGION:ACCOUNT:*",
  topic: "arn:PARTITION:sns:REGION:ACCOUNT:*",
  bucket: "arn:PARTITION:s3:::*",
  logGroup: "arn:PARTITION:logs:REGION:ACCOUNT:log-group:*",
  /** The action takes no resource. */
  any: "*",
} as const;

/** Permissions to find a pipeline, which every command does first. */
export const DISCOVERY: readonly Permission[] = [
  {
    account: "function",
    actions: ["lambda:GetFunctionConfiguration", "lambda:ListAliases"],
    resource: RESOURCES.function,
  },
  {
    account: "function",
    actions: ["lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings"],
    resource: RESOURCES.any,
  },
  { account: "stream", actions: ["kinesis:DescribeStreamSummary"], resource: RESOURCES.stream },
];

/** What finding every reader of a stream needs; the stream's own account may have readers as well. */
export const READERS_PERMISSIONS: readonly Permission[] = [
  { account: "stream", actions: ["kinesis:ListStreamConsumers"], resource: RESOURCES.stream },
  { account: "stream", actions: ["lambda:ListEventSourceMappings"], resource: RESOURCES.any },
];

/**
 * The IAM policy that a command needs in each account. sts:GetCallerIdentity needs no permission.
 *
 * @param references mappings that are known without asking AWS: they narrow the resources
 */
export function policiesFor(
  permissions: readonly Permission[],
  region: string | undefined,
  references: readonly Reference[] = [],
): Record<string, object> {
  const regions = [...new Set(references.map((one) => one.region))];
  const knownRegion = region ?? (regions.length === 1 ? regions[0] : undefined);
  const documents = (["function", "stream"] as const).map((side) => {
    const ids = references.map(({ functionArn, sourceArn }) =>
      parseArn(side === "function" ? functionArn : sourceArn),
    );
    const accounts = [...new Set(ids.map(({ account }) => account))];
    const narrow = (resource: string): string =>
      resource
        .replace("PARTITION", partitionOf(knownRegion ?? ""))
        .replace("REGION", knownRegion ?? "*")
        .replace("ACCOUNT", accounts.length === 1 ? (accounts[0] ?? "*") : "*");
    const own = permissions.filter(({ account }) => account === side);
    const Statement = [...new Set(own.map(({ resource }) => resource))].map((resource) => ({
      Effect: "Allow",
      Action: own
        .filter((one) => one.resource === resource)
        .flatMap(({ actions }) => actions)
        .sort(),
      Resource: narrow(resource),
    }));
    return [`${side}Account`, { Version: "2012-10-17", Statement }] as const;
  });
  return Object.fromEntries(documents.filter(([, { Statement }]) => Statement.length > 0));
}
