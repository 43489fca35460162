import type { ResourceChange } from "../../../pipeline/terraform/plan";
import {
  change,
  CONSUMER,
  existingStream,
  FUNCTION,
  LOG_GROUP,
  MAPPING,
  planOf,
  QUEUE,
  RESOURCE_POLICY,
  ROLE,
  STREAM,
  streamArn,
} from "./plans";
import { Counterexample, Row, testEffects } from "./rows";

const queueDeleted = "deletes queue analytics-on-failure: the failure reports in it are lost";
const queue = (action: "create" | "delete" | "update" | "replace", id = "analytics") =>
  change(action, QUEUE, `${id}_on-failure-queue`);
const logGroups = (action: "create" | "delete") =>
  [0, 1, 2, 3, 4, 5].map((id) =>
    change(action, LOG_GROUP, `group_${id}`, {
      [action === "create" ? "after" : "before"]: { name: String(id) },
    }),
  );

const functionArn = (name: string): string =>
  `arn:aws:lambda:eu-west-1:222222222222:function:${name}`;
const TOPIC = "aws_sns_topic";
const SEARCH = `${streamArn("orders")}/consumer/search:1`;
const searchPolicy = JSON.stringify({
  Statement: {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::444444444444:root" },
    Action: "kinesis:SubscribeToShard",
    Resource: SEARCH,
  },
});
const registered = (action: "replace" | "delete") =>
  change(action, CONSUMER, "search", {
    before: { name: "search", arn: SEARCH, stream_arn: streamArn("orders") },
    after: { name: "search", arn: undefined, stream_arn: streamArn("orders") },
  });
const forget = (deleted: ResourceChange): ResourceChange => ({
  ...deleted,
  change: { ...deleted.change, actions: ["forget"] },
});

const ROWS: readonly Row[] = [
  ["queue-destroyed", "a queue is destroyed", planOf(queue("delete")), queueDeleted],
  ["queue-destroyed", "a queue is replaced", planOf(queue("replace")), queueDeleted],
  [
    "mapping-destroyed",
    "another consumer is added, perhaps the same under another name",
    planOf(
      existingStream(),
      change("delete", MAPPING, "analytics_mapping"),
      change("create", MAPPING, "renamed_mapping", { after: { function_name: "renamed" } }),
    ),
    "removes function analytics from stream orders: it receives no more records; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id",
    "adds function renamed to stream orders: it receives everything retained (24 h)",
  ],
  [
    "topic-destroyed",
    "a topic of alarms is deleted",
    planOf(change("delete", TOPIC, "topic", { before: { name: "orders-alarms" } })),
    "deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
  ],
  [
    "consumer-destroyed",
    "a function of another state reads through it",
    planOf(
      existingStream(),
      registered("replace"),
      change("no-op", RESOURCE_POLICY, "search-policy", {
        before: { resource_arn: SEARCH, policy: searchPolicy },
        after: { resource_arn: SEARCH, policy: searchPolicy },
      }),
    ),
    "replaces registered consumer search: arn:aws:iam::444444444444:root is cut off at once; a mapping that names the new one receives everything retained again",
  ],
  [
    "consumer-destroyed",
    "nothing tells who reads through it",
    planOf(existingStream(), registered("delete")),
    "deregisters registered consumer search: whoever reads through it is cut off at once",
  ],
  [
    "reader-denied",
    "the registered consumer of a mapping that stays is deregistered",
    planOf(
      existingStream(),
      registered("delete"),
      change("no-op", MAPPING, "analytics_mapping", {
        before: { event_source_arn: SEARCH },
        after: { event_source_arn: SEARCH },
      }),
    ),
    `cuts function analytics off, since the plan deletes registered consumer ${SEARCH}: its records wait, and are lost once they are older than the retention (24 h)`,
  ],
  [
    "forgotten",
    "a mapping is taken out of the state",
    planOf(existingStream(), forget(change("delete", MAPPING, "analytics_mapping"))),
    "forgets the mapping of function analytics, which stays in AWS as it is, unmanaged",
  ],
  [
    "forgotten",
    "a stream is taken out of the state",
    planOf(forget(change("delete", STREAM, "stream"))),
    "forgets stream orders, which stays in AWS as it is, unmanaged",
  ],
  [
    "function-replaced",
    "a function is renamed",
    planOf(
      change("replace", FUNCTION, "analytics_function", {
        after: { function_name: "renamed", arn: functionArn("renamed") },
      }),
      change("update", MAPPING, "analytics_mapping", {
        after: { function_name: functionArn("renamed") },
      }),
    ),
    "replaces function analytics by renamed: its records wait until the new one exists",
  ],
  [
    "function-replaced",
    "a function keeps its name",
    planOf(
      change("replace", FUNCTION, "analytics_function"),
      change("no-op", MAPPING, "analytics_mapping"),
    ),
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
    "a function, its queue and the stream are not found",
    {
      ...planOf(
        change("create", FUNCTION, "analytics_function"),
        change("create", CONSUMER, "analytics-consumer"),
        queue("create"),
        change("create", STREAM, "orders_stream"),
      ),
      resource_drift: [
        change("delete", FUNCTION, "analytics_function"),
        queue("delete"),
        change("delete", STREAM, "orders_stream"),
        change("delete", ROLE, "analytics_role"),
      ],
    },
    `does not find function analytics, queue analytics-on-failure, stream orders, and creates them again, empty: they were deleted outside Terraform, or this state is an older copy; if the provider now looks in another account or Region, the old ones stay there, unmanaged, and go on reading`,
  ],
  [
    "vanished",
    "more than five log groups are not found",
    {
      ...planOf(...logGroups("create")),
      resource_drift: logGroups("delete"),
    },
    "does not find log group 0, log group 1, log group 2, log group 3, log group 4 and 1 more, and creates them again, empty: they were deleted outside Terraform, or this state is an older copy",
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
    "mapping-destroyed",
    "it was deleted outside Terraform",
    {
      ...planOf(existingStream()),
      resource_drift: [change("delete", MAPPING, "analytics_mapping")],
    },
  ],
  ["topic-destroyed", "it is created", planOf(change("create", TOPIC, "topic"))],
  [
    "consumer-destroyed",
    "a function of this state reads through it",
    planOf(
      existingStream(),
      registered("replace"),
      change("replace", MAPPING, "analytics_mapping", { before: { event_source_arn: SEARCH } }),
    ),
  ],
  [
    "reader-denied",
    "its mapping goes as well",
    planOf(
      existingStream(),
      registered("delete"),
      change("delete", MAPPING, "analytics_mapping", { before: { event_source_arn: SEARCH } }),
    ),
  ],
  [
    "forgotten",
    "something else is forgotten",
    planOf(forget(change("delete", ROLE, "analytics_role"))),
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
