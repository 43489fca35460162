import type { Plan, ResourceChange, Values } from "../../../app/changes/plan";

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

const USUAL: Record<string, Values> = {
  aws_kinesis_stream: {
    name: "orders",
    arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders",
    retention_period: 24,
    shard_count: 4,
    stream_mode_details: [{ stream_mode: "PROVISIONED" }],
    encryption_type: "KMS",
    kms_key_id: "arn:aws:kms:eu-west-1:111111111111:key/one",
  },
  aws_kms_key: {
    arn: "arn:aws:kms:eu-west-1:111111111111:key/one",
    deletion_window_in_days: 30,
  },
  aws_lambda_event_source_mapping: {
    function_name: "arn:aws:lambda:eu-west-1:222222222222:function:analytics",
    event_source_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders",
    starting_position: "TRIM_HORIZON",
    enabled: true,
    maximum_record_age_in_seconds: 43200,
    maximum_retry_attempts: 500,
    destination_config: [
      { on_failure: [{ destination_arn: "arn:aws:sqs:eu-west-1:222222222222:failures" }] },
    ],
  },
  aws_lambda_function: { function_name: "analytics" },
  aws_sqs_queue: { name: "analytics-on-failure" },
  aws_cloudwatch_log_group: { name: "/aws/lambda/analytics" },
};

export const planOf = (...changes: ResourceChange[]): Plan => ({
  format_version: "1.2",
  resource_changes: changes,
});
