/** One permission that a command needs, in the account where it needs it. */
export interface Permission {
  readonly account: "function" | "stream";
  readonly actions: readonly string[];
  /** The resource as a pattern of an ARN; `*` where the action takes no resource. */
  readonly resource: string;
}

const arn = (service: string, resource: string, region = "*"): string =>
  `arn:*:${service}:${region}:*:${resource}`;

export const RESOURCES = {
  function: arn("lambda", "function:*"),
  stream: arn("kinesis", "stream/*"),
  consumer: arn("kinesis", "*/*/consumer/*:*"),
  key: arn("kms", "key/*"),
  role: arn("iam", "role/*", ""),
  policy: arn("iam", "policy/*", ""),
  queue: arn("sqs", "*"),
  topic: arn("sns", "*"),
  bucket: "arn:*:s3:::*",
  logGroup: arn("logs", "log-group:*"),
  /** The action takes no resource. */
  any: "*",
} as const;

/** What finding a pipeline takes, which every command does first. */
export const DISCOVERY: readonly Permission[] = [
  {
    account: "function",
    actions: ["lambda:GetFunctionConfiguration", "lambda:ListAliases"],
    resource: RESOURCES.function,
  },
  // Lambda defines no resource for these.
  {
    account: "function",
    actions: ["lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings"],
    resource: RESOURCES.any,
  },
  { account: "stream", actions: ["kinesis:DescribeStreamSummary"], resource: RESOURCES.stream },
  { account: "stream", actions: ["kinesis:DescribeStreamConsumer"], resource: RESOURCES.consumer },
  { account: "stream", actions: ["kms:DescribeKey"], resource: RESOURCES.key },
];

/** The IAM policy that a command needs in each account. sts:GetCallerIdentity needs no permission. */
export function policiesFor(permissions: readonly Permission[]): Record<string, object> {
  const documents = (["function", "stream"] as const).map((account) => {
    const resources = new Map<string, Set<string>>();
    for (const { actions, resource } of permissions.filter((one) => one.account === account)) {
      const known = resources.get(resource) ?? new Set();
      actions.forEach((action) => known.add(action));
      resources.set(resource, known);
    }
    const Statement = [...resources].map(([Resource, actions]) => ({
      Effect: "Allow",
      Action: [...actions].sort(),
      Resource,
    }));
    return [`${account}Account`, { Version: "2012-10-17", Statement }] as const;
  });
  return Object.fromEntries(documents.filter(([, { Statement }]) => Statement.length > 0));
}
