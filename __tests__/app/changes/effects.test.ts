import { effectsOf } from "../../../app/changes/effects";
import { effectsOf as explained } from "../../../app/explain/effects";
import { inWords as sentencesOf } from "../../../app/explain/in-words";
import type { Plan } from "../../../pipeline/terraform/plan";
import {
  change,
  CONSUMER,
  destination,
  existingStream,
  FUNCTION,
  KEY,
  LOG_GROUP,
  mapping,
  MAPPING,
  planOf,
  QUEUE,
  ROLE_POLICY,
  STREAM,
  stream,
  streamArn,
} from "./plans";

const inWords = (plan: Plan): string[] => sentencesOf(explained(plan));
const ids = (plan: Plan): string[] => effectsOf(plan).map(({ id }) => id);

/** All resources of a stream and a consumer. */
const all = (action: "create" | "delete" | "no-op") =>
  planOf(
    change(action, KEY, "stream_key"),
    change(action, STREAM, "stream", { after: action === "create" ? { arn: undefined } : {} }),
    change(action, CONSUMER, "analytics-consumer"),
    change(action, FUNCTION, "analytics_function"),
    change(action, QUEUE, "analytics_on-failure-queue"),
    change(action, LOG_GROUP, "analytics_log-group"),
    change(action, ROLE_POLICY, "analytics_role-policy"),
    change(action, MAPPING, "analytics_mapping", {
      after: action === "create" ? { function_name: undefined, event_source_arn: undefined } : {},
    }),
  );

describe("a plan in words", () => {
  it("spells out control characters of addresses, and stays on one line", () => {
    const plan = planOf(change("delete", STREAM, 'x["\u001b[2J\n\u009b31m"]'));

    const [sentence, ...others] = inWords(plan);

    expect(sentence).toContain('x["\\u001b[2J\\n\\u009b31m"]');
    expect(others).toEqual([]);
  });

  it("lists the worst effects first, each sentence ending with an address", () => {
    const plan = planOf(
      mapping({ enabled: false }, {}),
      change("delete", QUEUE, "analytics_on-failure-queue"),
    );
    expect(inWords(plan)).toEqual([
      "deletes queue analytics-on-failure: the failure reports in it are lost (aws_sqs_queue.analytics_on-failure-queue_1A2B3C4D)",
      "resumes function analytics: it continues where it stopped (aws_lambda_event_source_mapping.analytics_mapping_1A2B3C4D)",
    ]);
  });

  it("orders effects by severity: lost, unreadable, delivered again, waiting, kept", () => {
    const plan = planOf(
      change("delete", LOG_GROUP, "analytics_log-group"),
      change("replace", FUNCTION, "analytics_function"),
      change("replace", MAPPING, "analytics_mapping"),
      change("delete", KEY, "stream_key"),
      change("delete", QUEUE, "analytics_on-failure-queue"),
    );
    expect(ids(plan)).toEqual([
      "queue-destroyed",
      "key-deleted",
      "mapping-replaced",
      "function-replaced",
      "log-group-destroyed",
    ]);
  });

  it("puts records that Lambda discards without a destination first, since they are lost", () => {
    const lowered = { maximum_retry_attempts: 1 };
    const replaced = change("replace", MAPPING, "other_mapping");
    expect(ids(planOf(replaced, mapping(destination(), { ...destination(), ...lowered })))).toEqual(
      ["gives-up-earlier", "mapping-replaced"],
    );
    expect(ids(planOf(replaced, mapping({}, lowered)))).toEqual([
      "mapping-replaced",
      "gives-up-earlier",
    ]);
  });

  it("puts a mapping that moves to another stream last, since nothing is delivered again", () => {
    const moved = change("replace", MAPPING, "analytics_mapping", {
      after: { event_source_arn: streamArn("clicks") },
    });
    expect(ids(planOf(moved, change("replace", FUNCTION, "other_function")))).toEqual([
      "function-replaced",
      "mapping-replaced",
    ]);
  });

  it.each<[string, Plan]>([
    ["nothing", planOf()],
    ["a plan without a list of changes", { format_version: "1.2", planned_values: {} } as Plan],
    ["what stays", all("no-op")],
    ["a first apply", all("create")],
    ["other settings", planOf(stream({}, { tags: { team: "a" } }), mapping({}, { batch_size: 1 }))],
    ["the removal of a role", planOf(change("delete", "aws_iam_role", "analytics_role"))],
  ])("prints nothing about %s", (_what, plan) => {
    expect(inWords(plan)).toEqual([]);
  });

  it("prints one sentence per destroyed resource about what is lost", () => {
    expect(ids(all("delete"))).toEqual([
      "stream-destroyed",
      "queue-destroyed",
      "log-group-destroyed",
    ]);
  });

  it("does not say that reports stay in a queue that the plan destroys", () => {
    const QUEUE_ARN = "arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure";
    const plan = planOf(
      mapping(destination(QUEUE_ARN), destination("arn:aws:s3:::failures")),
      change("delete", QUEUE, "analytics_on-failure-queue"),
    );
    expect(effectsOf(plan).map(({ sentence }) => sentence)).toEqual([
      "deletes queue analytics-on-failure: the failure reports in it are lost",
      "reports failures of function analytics to arn:aws:s3:::failures from now on",
    ]);
  });

  it("tells streams of the same name in two Regions apart", () => {
    const plan = planOf(
      change("delete", STREAM, "us_stream", { before: { arn: streamArn("orders", "us-east-1") } }),
      change("delete", MAPPING, "analytics_mapping"),
    );
    expect(ids(plan)).toEqual(["stream-destroyed", "mapping-destroyed"]);
  });

  it("names the mapping's own function if the ids of two constructs have the same ending", () => {
    const plan = planOf(
      existingStream(),
      change("create", FUNCTION, "consumers_b-function", { after: { function_name: "b" } }),
      change("create", MAPPING, "consumers_a-mapping", { after: { function_name: undefined } }),
    );
    expect(effectsOf(plan)[0]?.sentence).toContain("adds function consumers_a-mapping to");
  });

  it("reads the retention of an unchanged stream from the state", () => {
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
});
