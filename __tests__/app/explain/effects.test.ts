import { effectsOf } from "../../../app/explain/effects";
import { inWords } from "../../../app/explain/in-words";
import type { Plan } from "../../../pipeline/terraform/plan";
import {
  change,
  CONSUMER,
  destination,
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

  it("tells all that is about one reader together, after its worst effect", () => {
    const other = { function_name: "arn:aws:lambda:eu-west-1:222222222222:function:other" };
    const plan = planOf(
      mapping({}, { ...destination(), maximum_record_age_in_seconds: 60, enabled: false }),
      change("replace", MAPPING, "other_mapping", { before: other, after: other }),
    );
    expect(effectsOf(plan).map(({ about, records }) => [about.name, records])).toEqual([
      ["analytics", "lost"],
      ["analytics", "lost"],
      ["analytics", "waiting"],
      ["other", "replayed"],
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
      "consumer-destroyed",
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

  it("reads the retention of an unchanged stream from the state", () => {
    const plan = {
      ...planOf(change("create", MAPPING, "analytics_mapping", { after: { enabled: false } })),
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              {
                resources: [
                  {
                    address: "module.a.aws_kinesis_stream.this",
                    type: STREAM,
                    values: {
                      name: "orders",
                      arn: streamArn("orders"),
                      retention_period: 168,
                    },
                  },
                ],
              },
            ],
          },
        },
      },
    };
    expect(inWords(plan)[0]).toContain("everything retained (168 h)");
  });

  it.each([
    undefined,
    null,
    "plan",
    [],
    {},
    { format_version: "1.0", values: {} },
    { format_version: "1.2", resource_changes: "none" },
  ])("refuses %j, which is not a plan", (input) => {
    expect(() => inWords(input)).toThrow(
      "the input must be Terraform's plan as JSON; write it with 'terraform plan -out=plan' and 'terraform show -json plan'",
    );
  });
});
