import type { ResourceChange } from "../../../pipeline/terraform/plan";
import {
  change,
  CONSUMER,
  existingStream,
  FUNCTION,
  mapping,
  MAPPING,
  planOf,
  referring,
  STREAM,
  streamArn,
  unknown,
} from "./plans";
import { Counterexample, Row, testEffects } from "./rows";

type Details = Parameters<typeof change>[3];

const LATEST = { starting_position: "LATEST" };
const sourceChanges = { replace_paths: [["event_source_arn"]] };
const sourceUnknown = { ...sourceChanges, ...unknown("event_source_arn") };

const replaced = (details: Details = sourceChanges): ResourceChange =>
  change("replace", MAPPING, "analytics_mapping", details);
const created = (details?: Details): ResourceChange =>
  change("create", MAPPING, "analytics_mapping", details);
const removed = (): ResourceChange => change("delete", MAPPING, "analytics_mapping");
const streamRenamed = (): ResourceChange =>
  change("replace", STREAM, "stream", {
    after: { name: "orders-v2", arn: undefined },
    replace_paths: [["name"]],
  });
/** The registered consumer of the mapping; its own ARN is known only at apply. */
const consumer = (action: "create" | "replace", id = "analytics_consumer"): ResourceChange =>
  change(action, CONSUMER, id, {
    before: { name: "analytics", arn: consumerArn(1), stream_arn: streamArn("orders") },
    after: { name: "analytics", arn: undefined, stream_arn: streamArn("orders") },
    after_unknown: { arn: true },
  });
const consumerArn = (created: number): string =>
  `${streamArn("orders")}/consumer/analytics:${created}`;

const functionArn = (name: string): string =>
  `arn:aws:lambda:eu-west-1:222222222222:function:${name}`;

const ROWS: readonly Row[] = [
  [
    "mapping-skips",
    "a mapping that starts at LATEST is replaced",
    planOf(replaced({ ...sourceChanges, after: LATEST })),
    "replaces the mapping of function analytics since its event source changes: it starts at LATEST, so records of stream orders that it has not read by then are not delivered",
  ],
  [
    "mapping-replaced",
    "its event source changes",
    planOf(existingStream(), replaced()),
    "replaces the mapping of function analytics since its event source changes: it receives everything retained (24 h) again",
  ],
  [
    "mapping-replaced",
    "its registered consumer is replaced",
    referring(
      planOf(
        existingStream(),
        consumer("replace"),
        replaced({ ...sourceUnknown, before: { event_source_arn: consumerArn(1) } }),
      ),
      {
        analytics_mapping: {
          event_source_arn: "aws_kinesis_stream_consumer.analytics_consumer.arn",
        },
      },
    ),
    "replaces the mapping of function analytics since its registered consumer is replaced: it receives everything retained (24 h) again",
  ],
  [
    "mapping-replaced",
    "by request, from a time",
    planOf(
      replaced({
        action_reason: "replace_by_request",
        after: {
          starting_position: "AT_TIMESTAMP",
          starting_position_timestamp: "2026-01-31T08:00:00Z",
        },
      }),
    ),
    "replaces the mapping of function analytics as requested: it receives everything since 2026-01-31T08:00:00Z again",
  ],
  [
    "mapping-replaced",
    "from a time and of a stream that are not known",
    planOf(replaced({ ...sourceChanges, after: { starting_position: "AT_TIMESTAMP" } })),
    "replaces the mapping of function analytics since its event source changes: it receives everything since the time given again",
  ],
  [
    "mapping-replaced",
    "its starting position is not known",
    planOf(replaced(unknown("starting_position"))),
    "replaces the mapping of function analytics since AWS cannot change it: it receives everything since its starting position (known only at apply) again",
  ],
  [
    "mapping-moved",
    "it moves to another stream",
    planOf(replaced({ ...sourceChanges, after: { event_source_arn: streamArn("clicks") } })),
    "replaces the mapping of function analytics since its event source changes: it receives no more records of stream orders, but everything retained of stream clicks",
  ],
  [
    "mapping-moved",
    "it moves to a stream that the plan creates",
    referring(
      planOf(
        existingStream(),
        change("create", STREAM, "clicks_stream", { after: { name: "clicks", arn: undefined } }),
        replaced(sourceUnknown),
      ),
      { analytics_mapping: { event_source_arn: "aws_kinesis_stream.clicks_stream.arn" } },
    ),
    "replaces the mapping of function analytics since its event source changes: it receives no more records of stream orders, but those of a stream created by this plan",
  ],
  [
    "mapping-replaced",
    "its source is known only at apply, and nothing tells what it refers to",
    planOf(
      existingStream(),
      change("create", STREAM, "clicks_stream", { after: { name: "clicks", arn: undefined } }),
      replaced(sourceUnknown),
    ),
    "replaces the mapping of function analytics since its event source changes: it receives everything retained (24 h) again",
  ],
  [
    "mapping-refused",
    "the new mapping is created before the old one is deleted",
    planOf({
      ...replaced({ action_reason: "replace_by_request" }),
      change: { ...replaced().change, actions: ["create", "delete"] },
    }),
    "creates the mapping of function analytics before it deletes the old one, which AWS refuses, since both read the same source: take 'create_before_destroy' out",
  ],
  [
    "mapping-refused",
    "another mapping of the function for the same source is created",
    planOf(
      existingStream(),
      change("no-op", MAPPING, "analytics_mapping"),
      change("create", MAPPING, "second_mapping"),
    ),
    `gives function analytics a second mapping for ${streamArn("orders")} beside aws_lambda_event_source_mapping.analytics_mapping_1A2B3C4D, which AWS refuses`,
    "adds function analytics to stream orders: it receives everything retained (24 h)",
  ],
  [
    "mapping-handed-over",
    "its function changes",
    planOf(mapping({}, { function_name: functionArn("billing") })),
    "hands the records of stream orders over from function analytics to function billing, which continues where it stopped",
  ],
  [
    "function-stopped",
    "its function gets no concurrency",
    planOf(
      existingStream(),
      change("no-op", MAPPING, "analytics_mapping"),
      change("update", FUNCTION, "analytics_function", {
        before: { reserved_concurrent_executions: -1 },
        after: { reserved_concurrent_executions: 0 },
      }),
    ),
    "reserves no concurrency for function analytics, which then never runs: its records of stream orders wait, and are lost once they are older than the retention (24 h)",
  ],
  [
    "function-started",
    "its function gets concurrency again",
    planOf(
      change("no-op", MAPPING, "analytics_mapping"),
      change("update", FUNCTION, "analytics_function", {
        before: { reserved_concurrent_executions: 0 },
        after: { reserved_concurrent_executions: -1 },
      }),
    ),
    "lets function analytics run again: it continues where it stopped",
  ],
  [
    "mapping-replaced-waiting",
    "it is paused",
    planOf(
      existingStream(),
      replaced({
        action_reason: "replace_by_request",
        before: { enabled: false },
        after: { enabled: false },
      }),
    ),
    "replaces the mapping of function analytics as requested: it receives nothing until its mapping is enabled, and then everything retained (24 h) again",
  ],
  [
    "mapping-paused",
    "a mapping is disabled",
    planOf(existingStream(), mapping({}, { enabled: false })),
    "pauses function analytics: its records wait, and are lost once they are older than the retention (24 h)",
  ],
  [
    "mapping-resumed",
    "a mapping is enabled",
    planOf(mapping({ enabled: false }, {})),
    "resumes function analytics: it continues where it stopped",
  ],
  [
    "mapping-created",
    "on an existing stream",
    planOf(existingStream(), created()),
    "adds function analytics to stream orders: it receives everything retained (24 h)",
  ],
  [
    "mapping-created",
    "on a stream that is not in the plan",
    planOf(created()),
    "adds function analytics to stream orders: it receives everything retained",
  ],
  [
    "mapping-created",
    "with a registered consumer and a function, whose ARNs are not known",
    referring(
      planOf(
        existingStream(),
        consumer("create"),
        change("create", FUNCTION, "analytics_function", { after: { arn: undefined } }),
        created({
          after: { ...LATEST, function_name: undefined, event_source_arn: undefined },
          after_unknown: { function_name: true, event_source_arn: true },
        }),
      ),
      {
        analytics_mapping: {
          event_source_arn: "aws_kinesis_stream_consumer.analytics_consumer.arn",
          function_name: "aws_lambda_function.analytics_function.arn",
        },
      },
    ),
    "adds function analytics to stream orders: it receives what is put from then on",
  ],
  [
    "mapping-created",
    "disabled, of an alias",
    planOf(
      created({
        after: {
          enabled: false,
          function_name: functionArn("analytics:live"),
        },
      }),
    ),
    "adds function analytics to stream orders: it receives nothing until its mapping is enabled, and then everything retained",
  ],
  [
    "mapping-destroyed",
    "its stream stays",
    planOf(existingStream(), removed()),
    "removes function analytics from stream orders: it receives no more records",
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  ["mapping-skips", "it starts at TRIM_HORIZON", planOf(replaced())],
  [
    "mapping-skips",
    "its stream is replaced",
    planOf(streamRenamed(), replaced({ ...sourceChanges, after: LATEST })),
  ],
  ["mapping-replaced", "it starts at LATEST", planOf(replaced({ after: LATEST }))],
  ["mapping-replaced", "its stream is replaced", planOf(streamRenamed(), replaced(sourceUnknown))],
  ["mapping-replaced", "it is updated", planOf(mapping({}, { batch_size: 1 }))],
  [
    "mapping-paused",
    "it was paused before",
    planOf(mapping({ enabled: false }, { enabled: false })),
  ],
  [
    "mapping-paused",
    "it is not known",
    planOf(change("update", MAPPING, "a_mapping", unknown("enabled"))),
  ],
  ["mapping-resumed", "it was enabled before", planOf(mapping({}, { batch_size: 1 }))],
  [
    "mapping-created",
    "its stream is created",
    planOf(
      change("create", STREAM, "stream", { after: { arn: undefined } }),
      created({ after: { event_source_arn: undefined } }),
    ),
  ],
  [
    "mapping-destroyed",
    "its stream goes as well",
    planOf(change("delete", STREAM, "stream"), removed()),
  ],
  ["mapping-destroyed", "it is replaced", planOf(replaced())],
  ["mapping-moved", "it is replaced", planOf(replaced())],
  ["mapping-refused", "the old one is deleted first", planOf(replaced())],
  [
    "mapping-refused",
    "the source is another one",
    planOf({
      ...replaced(),
      change: {
        ...replaced({ after: { event_source_arn: consumerArn(2) } }).change,
        actions: ["create", "delete"],
      },
    }),
  ],
  [
    "mapping-handed-over",
    "it gets an alias",
    planOf(mapping({}, { function_name: functionArn("analytics:live") })),
  ],
  [
    "function-stopped",
    "it never ran",
    planOf(
      change("no-op", MAPPING, "analytics_mapping"),
      change("no-op", FUNCTION, "analytics_function", {
        before: { reserved_concurrent_executions: 0 },
        after: { reserved_concurrent_executions: 0 },
      }),
    ),
  ],
  [
    "function-started",
    "its mapping is paused",
    planOf(
      change("no-op", MAPPING, "analytics_mapping", {
        before: { enabled: false },
        after: { enabled: false },
      }),
      change("update", FUNCTION, "analytics_function", {
        before: { reserved_concurrent_executions: 0 },
        after: { reserved_concurrent_executions: 5 },
      }),
    ),
  ],
  ["mapping-replaced-waiting", "it reads", planOf(replaced())],
];

describe("effects of a mapping", () => testEffects(ROWS, COUNTEREXAMPLES));
