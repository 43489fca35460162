import { change, CONSUMER, FUNCTION, LOG_GROUP, planOf, QUEUE, STREAM } from "./plans";
import { Counterexample, Row, testEffects } from "./rows";

const queueDeleted = "deletes queue analytics-on-failure: the failure reports in it are lost";
const queue = (action: "create" | "delete" | "update" | "replace", id = "analytics") =>
  change(action, QUEUE, `${id}_on-failure-queue`);
const where = "if the provider was moved to another account or Region, the old ones stay there";

const partsOfFunction = (action: "create" | "delete") => [
  change(action, FUNCTION, "analytics_function"),
  change(action, "aws_lambda_alias", "analytics_alias"),
  change(action, "aws_iam_role_policy", "analytics_policy-statements"),
  change(
    action,
    "aws_iam_role_policy_attachment",
    "analytics_managed-policy-aws_iam_policyordersarn",
  ),
];

const ROWS: readonly Row[] = [
  ["queue-destroyed", "a queue is destroyed", planOf(queue("delete")), queueDeleted],
  ["queue-destroyed", "a queue is replaced", planOf(queue("replace")), queueDeleted],
  [
    "queue-destroyed",
    "another consumer's queue is created, perhaps for a renamed consumer",
    planOf(queue("delete"), queue("create", "renamed")),
    `${queueDeleted}; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id`,
  ],
  [
    "function-replaced",
    "a function is renamed",
    planOf(
      change("replace", FUNCTION, "analytics_function", { after: { function_name: "renamed" } }),
    ),
    "replaces function analytics by renamed: its records wait until the new one exists",
  ],
  [
    "function-replaced",
    "a function keeps its name",
    planOf(change("replace", FUNCTION, "analytics_function")),
    "replaces function analytics by a new one: its records wait until the new one exists",
  ],
  [
    "log-group-destroyed",
    "a log group is destroyed",
    planOf(change("delete", LOG_GROUP, "analytics_log-group")),
    "deletes log group /aws/lambda/analytics and the logs in it",
  ],
  [
    "vanished",
    "a function, its consumer and its queue are not found, nor is a stream",
    {
      ...planOf(
        change("create", FUNCTION, "analytics_function"),
        change("create", CONSUMER, "analytics-consumer"),
        queue("create"),
        change("create", STREAM, "orders_stream"),
        queue("create", "other"),
      ),
      resource_drift: [
        change("delete", FUNCTION, "analytics_function"),
        queue("delete"),
        change("delete", STREAM, "orders_stream"),
        queue("delete", "other"),
      ],
    },
    `does not find 2 resources of function analytics (aws_lambda_function, aws_sqs_queue) where the provider looks now, and creates them: ${where}, unmanaged, and go on reading`,
    `does not find a resource of stream orders (aws_kinesis_stream) where the provider looks now, and creates it: ${where}, unmanaged, and go on reading`,
    `does not find a resource of other (aws_sqs_queue) where the provider looks now, and creates it: ${where}, unmanaged, and go on reading`,
  ],
  [
    "vanished",
    "everything of a function's role and versions is not found",
    {
      ...planOf(...partsOfFunction("create")),
      resource_drift: partsOfFunction("delete"),
    },
    `does not find 4 resources of function analytics (${FUNCTION}, aws_lambda_alias, aws_iam_role_policy, aws_iam_role_policy_attachment) where the provider looks now, and creates them: ${where}, unmanaged, and go on reading`,
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  ["queue-destroyed", "a queue is updated", planOf(queue("update"))],
  [
    "function-replaced",
    "a function is updated",
    planOf(change("update", FUNCTION, "analytics_function")),
  ],
  [
    "function-replaced",
    "a function is destroyed",
    planOf(change("delete", FUNCTION, "analytics_function")),
  ],
  [
    "log-group-destroyed",
    "a log group is created",
    planOf(change("create", LOG_GROUP, "analytics_log-group")),
  ],
  [
    "vanished",
    "a resource that is not found is not created again",
    { ...planOf(), resource_drift: [change("delete", FUNCTION, "analytics_function")] },
  ],
  [
    "vanished",
    "a resource was changed by somebody else",
    {
      ...planOf(change("create", FUNCTION, "analytics_function")),
      resource_drift: [change("update", FUNCTION, "analytics_function")],
    },
  ],
];

describe("effects of a consumer", () => testEffects(ROWS, COUNTEREXAMPLES));
