import { EFFECTS, type EffectId, effectsOf } from "../../../app/changes/effects";
import { inWords } from "../../../app/changes/in-words";
import type { Plan } from "../../../app/changes/plan";
import { change, planOf } from "./plans";

const STREAM = "aws_kinesis_stream";
const KEY = "aws_kms_key";
const MAPPING = "aws_lambda_event_source_mapping";
const FUNCTION = "aws_lambda_function";
const QUEUE = "aws_sqs_queue";
const LOG_GROUP = "aws_cloudwatch_log_group";
const ROLE_POLICY = "aws_iam_role_policy";
const CONSUMER = "aws_kinesis_stream_consumer";

const KEY_ONE = "arn:aws:kms:eu-west-1:111111111111:key/one";
const KEY_TWO = "arn:aws:kms:eu-west-1:111111111111:key/two";
const retained = change("no-op", STREAM, "stream_stream");

const mapping = (before: object, after: object) =>
  change("update", MAPPING, "analytics_mapping", { before: { ...before }, after: { ...after } });
const stream = (before: object, after: object) =>
  change("update", STREAM, "stream_stream", { before: { ...before }, after: { ...after } });
const destination = (arn?: string) => ({
  destination_config: arn ? [{ on_failure: [{ destination_arn: arn }] }] : [],
});
const unencrypted = { encryption_type: "NONE", kms_key_id: "" };

/** A plan, and every sentence it is described with. */
type Row = [id: EffectId, plan: Plan, ...sentences: string[]];

const ROWS: readonly Row[] = [
  [
    "stream-destroyed",
    planOf(change("delete", STREAM, "stream_stream")),
    "destroys stream orders: the records in it are lost",
  ],
  [
    "stream-destroyed",
    planOf(change("replace", STREAM, "stream_stream", { after: { name: "orders-v2" } })),
    "replaces stream orders by orders-v2: the records in it are lost",
  ],
  [
    "retention-shortened",
    planOf(stream({ retention_period: 48 }, { retention_period: 24 })),
    "shortens the retention of stream orders from 48 h to 24 h: older records are lost",
  ],
  [
    "key-deleted",
    planOf(change("delete", KEY, "stream_key", { before: { deletion_window_in_days: 7 } })),
    `schedules key ${KEY_ONE} for deletion in 7 days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion'`,
  ],
  [
    "key-access-lost",
    planOf(
      stream({}, { kms_key_id: KEY_TWO, retention_period: 48 }),
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: `{"Resource":"${KEY_ONE}"}` },
        after: { policy: `{"Resource":"${KEY_TWO}"}` },
      }),
    ),
    `takes key ${KEY_ONE} away from readers, while stream orders holds records encrypted with it for up to its retention (48 h): name it in 'previousKmsKeyArns' until then`,
    `encrypts stream orders with another key: records put before stay encrypted with ${KEY_ONE} for up to the retention (48 h)`,
  ],
  [
    "key-changed",
    planOf(
      stream({}, { kms_key_id: KEY_TWO }),
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: `{"Resource":"${KEY_ONE}"}` },
        after: { policy: `{"Resource":["${KEY_TWO}","${KEY_ONE}"]}` },
      }),
    ),
    `encrypts stream orders with another key: records put before stay encrypted with ${KEY_ONE} for up to the retention (24 h)`,
  ],
  [
    "encryption-off",
    planOf(stream({}, unencrypted)),
    `stores records put into stream orders from now on unencrypted; those put before stay encrypted with ${KEY_ONE} for up to the retention (24 h)`,
  ],
  [
    "encryption-on",
    planOf(stream(unencrypted, {})),
    "encrypts records put into stream orders from now on; those put before stay unencrypted",
  ],
  [
    "shards-changed",
    planOf(stream({ shard_count: 4 }, { shard_count: 2 })),
    "changes stream orders from 4 to 2 shards: records stay in order per partition key",
  ],
  [
    "shards-changed",
    planOf(stream({ shard_count: 5 }, { shard_count: 2 })),
    "AWS refuses to change stream orders from 5 to 2 shards in one step: go to 3 first",
  ],
  [
    "shards-changed",
    planOf(stream({ shard_count: 2 }, { shard_count: 5 })),
    "AWS refuses to change stream orders from 2 to 5 shards in one step: go to 4 first",
  ],
  [
    "shards-changed",
    planOf(stream({}, { stream_mode_details: [{ stream_mode: "ON_DEMAND" }], shard_count: 0 })),
    "changes stream orders from PROVISIONED to ON_DEMAND: records stay in order per partition key",
  ],
  [
    "mapping-replaced",
    planOf(
      retained,
      change("replace", MAPPING, "analytics_mapping", { replace_paths: [["event_source_arn"]] }),
    ),
    "replaces the mapping of function analytics since its event source changes: it receives everything retained (24 h) again",
  ],
  [
    "mapping-replaced",
    planOf(
      change("replace", MAPPING, "analytics_mapping", {
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
    "mapping-skips",
    planOf(
      change("replace", MAPPING, "analytics_mapping", {
        replace_paths: [["event_source_arn"]],
        after: { starting_position: "LATEST" },
      }),
    ),
    "replaces the mapping of function analytics since its event source changes: it starts at LATEST, so the records put meanwhile are not delivered",
  ],
  [
    "mapping-created",
    planOf(retained, change("create", MAPPING, "analytics_mapping")),
    "adds function analytics to stream orders: it first receives everything retained (24 h)",
  ],
  [
    "mapping-created",
    planOf(
      retained,
      change("create", CONSUMER, "analytics_consumer", {
        after: { stream_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders" },
      }),
      change("create", FUNCTION, "analytics_function"),
      change("create", MAPPING, "analytics_mapping", {
        after: { function_name: null, event_source_arn: null, starting_position: "LATEST" },
      }),
    ),
    "adds function analytics to stream orders: it receives what is put from now on",
  ],
  [
    "mapping-destroyed",
    planOf(retained, change("delete", MAPPING, "analytics_mapping")),
    "removes function analytics from stream orders: it receives no more records",
  ],
  [
    "mapping-paused",
    planOf(retained, mapping({}, { enabled: false })),
    "pauses function analytics: its records wait, and are lost once they are older than the retention (24 h)",
  ],
  [
    "mapping-resumed",
    planOf(mapping({ enabled: false }, {})),
    "resumes function analytics: it continues where it stopped",
  ],
  [
    "queue-destroyed",
    planOf(change("delete", QUEUE, "analytics_on-failure-queue")),
    "deletes queue analytics-on-failure: the failure reports in it are lost",
  ],
  [
    "queue-destroyed",
    planOf(
      change("delete", QUEUE, "analytics_on-failure-queue"),
      change("create", QUEUE, "renamed_on-failure-queue"),
    ),
    "deletes queue analytics-on-failure: the failure reports in it are lost; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id",
  ],
  [
    "log-group-destroyed",
    planOf(change("delete", LOG_GROUP, "analytics_log-group")),
    "deletes log group /aws/lambda/analytics and the logs in it",
  ],
  [
    "destination-removed",
    planOf(mapping({}, destination())),
    "removes the on-failure destination of function analytics: records that Lambda gives up on leave no trace",
  ],
  [
    "destination-changed",
    planOf(mapping({}, destination("arn:aws:s3:::failures"))),
    "reports failures of function analytics to arn:aws:s3:::failures from now on",
  ],
  [
    "destination-changed",
    planOf(
      change("update", MAPPING, "analytics_mapping", {
        before: destination(),
        after: { destination_config: [{ on_failure: [{}] }] },
        after_unknown: { destination_config: [{ on_failure: [{ destination_arn: true }] }] },
      }),
    ),
    "reports failures of function analytics to a destination created by this plan from now on",
  ],
  [
    "filter-changed",
    planOf(mapping({}, { filter_criteria: [{ filter: [{ pattern: "{}" }] }] })),
    "delivers to function analytics only what matches the new filters from now on",
  ],
  [
    "filter-changed",
    planOf(mapping({ filter_criteria: [{ filter: [{ pattern: "{}" }] }] }, {})),
    "delivers every record to function analytics from now on; what the filters held back is not delivered later",
  ],
  [
    "gives-up-earlier",
    planOf(
      mapping(
        { maximum_retry_attempts: -1 },
        { maximum_record_age_in_seconds: 3600, maximum_retry_attempts: 3 },
      ),
    ),
    "gives up on records of function analytics older than 3600 s, or that failed more than 3 times again: they are reported to arn:aws:sqs:eu-west-1:222222222222:failures",
  ],
  [
    "gives-up-earlier",
    planOf(mapping(destination(), { ...destination(), maximum_record_age_in_seconds: 60 })),
    "gives up on records of function analytics older than 60 s: they leave no trace, since there is no on-failure destination",
  ],
  [
    "function-replaced",
    planOf(
      change("replace", FUNCTION, "analytics_function", { after: { function_name: "renamed" } }),
    ),
    "replaces function analytics by renamed: its records wait until the new one exists",
  ],
  [
    "vanished",
    {
      ...planOf(
        change("create", FUNCTION, "analytics_function"),
        change("create", QUEUE, "analytics_on-failure-queue"),
      ),
      resource_drift: [
        change("delete", FUNCTION, "analytics_function"),
        change("delete", QUEUE, "analytics_on-failure-queue"),
      ],
    },
    "does not find 2 resources of analytics (aws_lambda_function, aws_sqs_queue) where the provider looks now, and creates them: if the provider was moved to another account or Region, the old ones stay there, unmanaged, and go on reading",
  ],
];

describe("a plan in words", () => {
  it.each(ROWS)("says what %s means: %#", (...[id, plan, ...sentences]: Row) => {
    const found = effectsOf(plan);
    expect(found.map(({ sentence }) => sentence)).toEqual(sentences);
    expect(found[0]?.id).toBe(id);
  });

  it("has a sentence for every effect", () => {
    expect(new Set(ROWS.map(([id]) => id))).toEqual(new Set(EFFECTS.map(({ id }) => id)));
  });

  it("ends each sentence with the address, and begins with the worst", () => {
    const plan = planOf(
      mapping({ enabled: false }, {}),
      change("delete", QUEUE, "analytics_on-failure-queue"),
    );
    expect(inWords(plan)).toEqual([
      "deletes queue analytics-on-failure: the failure reports in it are lost (aws_sqs_queue.analytics_on-failure-queue_1A2B3C4D)",
      "resumes function analytics: it continues where it stopped (aws_lambda_event_source_mapping.analytics_mapping_1A2B3C4D)",
    ]);
  });

  it.each<[string, Plan]>([
    ["nothing", planOf()],
    ["what stays", planOf(retained, change("no-op", MAPPING, "analytics_mapping"))],
    [
      "a first apply",
      planOf(
        change("create", KEY, "stream_key"),
        change("create", STREAM, "stream_stream", { after: { arn: null } }),
        change("create", CONSUMER, "analytics", { after: { stream_arn: null } }),
        change("create", FUNCTION, "analytics_function"),
        change("create", MAPPING, "analytics_mapping", {
          after: { function_name: null, event_source_arn: null },
        }),
      ),
    ],
    ["a longer retention", planOf(stream({}, { retention_period: 48 }))],
    ["other settings", planOf(stream({}, { tags: { team: "a" } }), mapping({}, { batch_size: 1 }))],
    [
      "a mapping that gives up later",
      planOf(mapping({}, { maximum_record_age_in_seconds: -1, maximum_retry_attempts: 501 })),
    ],
    ["a function that is updated", planOf(change("update", FUNCTION, "analytics_function"))],
    ["the removal of a role", planOf(change("delete", "aws_iam_role", "analytics_role"))],
  ])("has nothing to say about %s", (_what, plan) => {
    expect(inWords(plan)).toEqual([]);
  });

  it("says of a stream that goes with its key and its mappings that its records are lost, and no more", () => {
    const plan = planOf(
      change("delete", STREAM, "stream_stream"),
      change("delete", KEY, "stream_key"),
      change("delete", MAPPING, "analytics_mapping"),
    );
    expect(effectsOf(plan).map(({ id }) => id)).toEqual(["stream-destroyed"]);
  });

  it("does not take a key for lost that is destroyed in the same plan twice", () => {
    const plan = planOf(
      stream({}, unencrypted),
      change("delete", KEY, "stream_key"),
      change("update", ROLE_POLICY, "analytics_role-policy", {
        before: { policy: KEY_ONE },
        after: { policy: "{}" },
      }),
    );
    expect(effectsOf(plan).map(({ id }) => id)).toEqual(["key-deleted", "encryption-off"]);
  });

  it("takes the retention of a stream that the plan does not touch from the state", () => {
    const plan = {
      ...planOf(mapping({}, { enabled: false })),
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              {
                resources: [
                  {
                    address: "module.a.aws_kinesis_stream.this",
                    type: STREAM,
                    values: { name: "orders", retention_period: 168 },
                  },
                ],
              },
            ],
          },
        },
      },
    };
    expect(inWords(plan)[0]).toContain("older than the retention (168 h)");
  });

  it.each([undefined, null, "plan", [], {}, { format_version: "1.0", values: {} }])(
    "refuses %j, which is no plan",
    (input) => {
      expect(() => inWords(input)).toThrow(
        "the input must be Terraform's plan as JSON; write it with 'terraform plan -out=plan' and 'terraform show -json plan'",
      );
    },
  );
});
