import type { ResourceChange } from "../../../pipeline/terraform/plan";
import {
  change,
  CONSUMER,
  existingStream,
  FUNCTION,
  mapping,
  MAPPING,
  planOf,
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
    before: { stream_arn: streamArn("orders") },
    after: { stream_arn: streamArn("orders") },
  });

const ROWS: readonly Row[] = [
  [
    "mapping-skips",
    "a mapping that starts at LATEST is replaced",
    planOf(replaced({ ...sourceChanges, after: LATEST })),
    "replaces the mapping of function analytics since its event source changes: it starts at LATEST, so the records put meanwhile are not delivered",
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
    planOf(existingStream(), consumer("replace"), replaced(sourceUnknown)),
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
    "mapping-replaced",
    "it moves to another stream",
    planOf(replaced({ ...sourceChanges, after: { event_source_arn: streamArn("clicks") } })),
    "replaces the mapping of function analytics since its event source changes: it receives no more records of stream orders, but everything retained of stream clicks",
  ],
  [
    "mapping-replaced",
    "it moves to a stream that the plan creates",
    planOf(
      existingStream(),
      change("create", STREAM, "clicks_stream", { after: { name: "clicks", arn: undefined } }),
      replaced(sourceUnknown),
    ),
    "replaces the mapping of function analytics since its event source changes: it receives no more records of stream orders, but those of a stream created by this plan",
  ],
  [
    "mapping-replaced",
    "a consumer of another program is created next to a stream",
    planOf(
      existingStream(),
      change("create", STREAM, "clicks_stream", { after: { name: "clicks", arn: undefined } }),
      consumer("create", "elsewhere"),
      replaced(sourceUnknown),
    ),
    "replaces the mapping of function analytics since its event source changes: it receives everything retained (24 h) again",
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
    "adds function analytics to stream orders: it first receives everything retained (24 h)",
  ],
  [
    "mapping-created",
    "on a stream that is not in the plan",
    planOf(created()),
    "adds function analytics to stream orders: it first receives everything retained",
  ],
  [
    "mapping-created",
    "with a registered consumer and a function, whose ARNs are not known",
    planOf(
      existingStream(),
      consumer("create"),
      change("create", FUNCTION, "analytics_function"),
      created({ after: { ...LATEST, function_name: undefined, event_source_arn: undefined } }),
    ),
    "adds function analytics to stream orders: it receives what is put from now on",
  ],
  [
    "mapping-created",
    "disabled, of an alias",
    planOf(
      created({
        after: {
          enabled: false,
          function_name: "arn:aws:lambda:eu-west-1:222222222222:function:analytics:live",
        },
      }),
    ),
    "adds function analytics to stream orders: it receives nothing until its mapping is enabled",
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
];

describe("effects of a mapping", () => testEffects(ROWS, COUNTEREXAMPLES));
