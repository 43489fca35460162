import * as fs from "node:fs";
import * as path from "node:path";
import { loadDeployments } from "../../app/deployments";
import { synthesizeMain } from "../terraform/harness";
import { analytics, archive, settings } from "../terraform/settings";

interface Stack {
  readonly output: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
}

interface Resource {
  readonly provider: string;
  readonly alarm_actions?: readonly string[];
  readonly "//": { readonly metadata: { readonly path: string } };
}

const given = settings(analytics, archive);

const stackOf = (monitoring?: object): Stack => {
  const outdir = synthesizeMain({ ...given, monitoring });
  const file = path.join(outdir, "stacks/cross-account-kinesis/cdk.tf.json");
  return JSON.parse(fs.readFileSync(file, "utf8")) as Stack;
};

const ADDED = ["aws_cloudwatch_dashboard", "aws_cloudwatch_metric_alarm", "aws_sns_topic"];
const typesOf = ({ resource }: Stack): string[] => Object.keys(resource);
const all = ({ resource }: Stack, type: string): Resource[] => Object.values(resource[type] ?? {});

describe("monitoring in the settings", () => {
  it("adds alarms, dashboards and topics, and changes nothing else but the mappings' metrics", () => {
    const without = stackOf();
    const { resource, output } = stackOf({});

    expect(typesOf(without)).toEqual(expect.not.arrayContaining(ADDED));
    const kept = Object.fromEntries(
      Object.entries(resource)
        .filter(([type]) => !ADDED.includes(type))
        .map(([type, named]) => [
          type,
          Object.fromEntries(
            Object.entries(named).map(([name, one]) => [
              name,
              { ...one, metrics_config: undefined },
            ]),
          ),
        ]),
    );
    expect(kept).toEqual(without.resource);
    expect(Object.keys(output)).toEqual([
      "AlarmTopicArn_111111111111",
      "AlarmTopicArn_222222222222",
      "AlarmTopicArn_333333333333",
      ...Object.keys(without.output),
    ]);
  });

  it("has addresses that name accounts and consumers by their ids", () => {
    const stack = stackOf({});
    const paths = [...ADDED].flatMap((type) =>
      all(stack, type).map((one) => one["//"].metadata.path.replace(/^[^/]*\//, "")),
    );
    expect(paths).toEqual(
      expect.arrayContaining([
        "monitoring/accounts/111111111111/topic",
        "monitoring/accounts/222222222222/dashboard",
        "monitoring/stream/write-throttled",
        "monitoring/consumers/analytics/iterator-age",
      ]),
    );
  });

  it("takes the properties of the construct", () => {
    const stack = stackOf({
      dashboards: false,
      alarmTopicArns: { "222222222222": "arn:aws:sns:us-east-1:222222222222:alarms" },
    });
    expect(all(stack, "aws_cloudwatch_dashboard")).toEqual([]);
    expect(all(stack, "aws_sns_topic").map(({ provider }) => provider)).toEqual([
      "aws.producer",
      "aws.consumer-333333333333",
    ]);
  });

  it("is refused with the path of what is wrong", () => {
    const load = () =>
      loadDeployments({ deployment: { ...given, monitoring: { thresholds: { lag: 1 } } } });
    expect(load).toThrow(
      "'monitoring.thresholds.lag' is not a property; use one of write-throttled,",
    );
  });
});
