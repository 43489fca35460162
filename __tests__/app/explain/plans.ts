import type { Plan, ResourceChange } from "../../../pipeline/terraform/plan";
import type { Values } from "../../../pipeline/terraform/resource";

type Action = "create" | "update" | "delete" | "replace" | "no-op";

const ACTIONS: Record<Action, readonly string[]> = {
  create: ["create"],
  update: ["update"],
  delete: ["delete"],
  replace: ["delete", "create"],
  "no-op": ["no-op"],
};

/** One resource in a plan; `before` and `after` are merged over the resource's usual values. */
export function change(
  action: Action,
  type: string,
  id: string,
  {
    before = {},
    after = {},
    ...rest
  }: Partial<ResourceChange["change"]> & Pick<Partial<ResourceChange>, "action_reason"> = {},
): ResourceChange {
  const { action_reason, ...details } = rest;
  const usual = USUAL[type] ?? {};
  return {
    address: `${type}.${id}_1A2B3C4D`,
    type,
    action_reason,
    change: {
      actions: ACTIONS[action],
      before: action === "create" ? null : { ...usual, ...before },
      after: action === "delete" ? null : { ...usual, ...after },
      ...details,
    },
  };
}

export const STREAM = "aws_kinesis_stream";
export const KEY = "aws_kms_key";
export const MAPPING = "aws_lambda_event_source_mapping";
export const FUNCTION = "aws_lambda_function";
export const QUEUE = "aws_sqs_queue";
export const LOG_GROUP = "aws_cloudwatch_log_group";
export const ROLE_POLICY = "aws_iam_role_policy";
export const KEY_POLICY = "aws_kms_key_policy";
export const RESOURCE_POLICY = "aws_kinesis_resource_policy";
export const CONSUMER = "aws_kinesis_stream_consumer";

export const KEY_ONE = "arn:aws:kms:eu-west-1:111111111111:key/one";
export const KEY_TWO = "arn:aws:kms:eu-west-1:111111111111:key/two";
export const FAILURES = "arn:aws:sqs:eu-west-1:222222222222:failures";

export const ROLE = "aws_iam_role";
export const ROLE_ARN = "arn:aws:iam::222222222222:role/analytics";

/** ARN of a stream of the producer's account. */
export const streamArn = (name: string, region = "eu-west-1"): string =>
  `arn:aws:kinesis:${region}:111111111111:stream/${name}`;

/** An attribute that is known only at apply: it is missing from `after`. */
export const unknown = (attribute: string, value: unknown = true) => ({
  after: { [attribute]: undefined },
  after_unknown: { [attribute]: value },
});

/** The stream that the mapping of mapping() reads, not changed by the plan. */
export const existingStream = (): ResourceChange => change("no-op", STREAM, "stream");

export const stream = (before: Values, after: Values): ResourceChange =>
  change("update", STREAM, "stream", { before, after });

export const mapping = (before: Values, after: Values): ResourceChange =>
  change("update", MAPPING, "analytics_mapping", { before, after });

/** A function that reads the stream, and a change of the keys that its role may decrypt with. */
export const readerWithKeys = (before: readonly string[], after: readonly string[]) => [
  change("no-op", FUNCTION, "analytics_function"),
  change("no-op", ROLE, "analytics_role"),
  change("no-op", MAPPING, "analytics_mapping"),
  rolePolicy(readPolicy(before), readPolicy(after)),
];

export const readPolicy = (keys: readonly string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["kinesis:*", "sqs:*", "logs:*"], Resource: "*" },
      ...(keys.length === 0
        ? []
        : [
            {
              Effect: "Allow",
              Action: "kms:Decrypt",
              Resource: keys,
              Condition: {
                StringEquals: { "kms:EncryptionContext:aws:kinesis:arn": streamArn("orders") },
              },
            },
          ]),
    ],
  });

export const rolePolicy = (before: string, after: string): ResourceChange =>
  change("update", ROLE_POLICY, "analytics_role-policy", {
    before: { policy: before },
    after: { policy: after },
  });

export const destination = (arn?: string): Values => ({
  destination_config: arn ? [{ on_failure: [{ destination_arn: arn }] }] : [],
});

const USUAL: Record<string, Values> = {
  aws_kinesis_stream: {
    name: "orders",
    arn: streamArn("orders"),
    retention_period: 24,
    shard_count: 4,
    stream_mode_details: [{ stream_mode: "PROVISIONED" }],
    encryption_type: "KMS",
    kms_key_id: KEY_ONE,
  },
  aws_kms_key: {
    arn: KEY_ONE,
    deletion_window_in_days: 30,
  },
  aws_lambda_event_source_mapping: {
    function_name: "arn:aws:lambda:eu-west-1:222222222222:function:analytics",
    event_source_arn: streamArn("orders"),
    starting_position: "TRIM_HORIZON",
    enabled: true,
    maximum_record_age_in_seconds: 43200,
    maximum_retry_attempts: 500,
    ...destination(FAILURES),
  },
  aws_lambda_function: {
    function_name: "analytics",
    arn: "arn:aws:lambda:eu-west-1:222222222222:function:analytics",
    role: ROLE_ARN,
  },
  aws_iam_role: { name: "analytics", arn: ROLE_ARN },
  aws_iam_role_policy: { role: "analytics" },
  aws_sqs_queue: {
    name: "analytics-on-failure",
    arn: "arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure",
  },
  aws_cloudwatch_log_group: { name: "/aws/lambda/analytics" },
};

/** The plan with the attributes that arguments refer to, as Terraform's configuration names them. */
export const referring = (
  plan: Plan,
  references: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Plan => ({
  ...plan,
  configuration: {
    root_module: {
      resources: (plan.resource_changes ?? []).map(({ address, type }) => ({
        address,
        provider_config_key: /kinesis|kms/.test(type) ? "aws.producer" : "aws.consumer",
        expressions: Object.fromEntries(
          Object.entries(references[address.split(".")[1]!.replace("_1A2B3C4D", "")] ?? {}).map(
            ([argument, attribute]) => {
              const [type, id, name] = attribute.split(".");
              const target = `${type}.${id}_1A2B3C4D`;
              return [argument, { references: [`${target}.${name}`, target] }];
            },
          ),
        ),
      })),
    },
  },
});

/** A plan of these changes, whose prior state has everything that they change. */
export const planOf = (...changes: ResourceChange[]): Plan => ({
  format_version: "1.2",
  resource_changes: changes,
  prior_state: {
    values: {
      root_module: {
        resources: changes.flatMap(
          ({ address, previous_address: previous, type, change: { before } }) =>
            before === null
              ? []
              : [
                  {
                    address: previous ?? address,
                    type,
                    name: address.split(".")[1]!,
                    values: before,
                  },
                ],
        ),
      },
    },
  },
});
