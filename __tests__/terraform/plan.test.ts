import { Construct } from "constructs";
import * as path from "node:path";
import { CASES, madeFunction, producer, queue, reader, registration } from "./cases";
import { describeWithTerraform, plan, STACK, synthesize, synthesizeMain } from "./harness";
import { analytics, archive, fraud, settings } from "./settings";

/** Shortens addresses without losing information: no hashes, and no scope of main.ts's consumers. */
const short = (addresses: readonly string[]): string[] =>
  addresses
    .map((address) =>
      address
        .replace(/_[0-9A-F]{8}$/, "")
        .replace("consumers_", "")
        .replace(/^aws_/, ""),
    )
    .sort();

const planned = async (stackDirectory: string): Promise<string[]> =>
  short(await plan(stackDirectory));

const ALARMS_OF_MAPPING = [
  "failing-batches",
  "records-given-up",
  "records-dropped",
  "destination-failures",
  "function-errors",
  "function-throttles",
  "iterator-age",
];
const ALARMS_OF_QUEUE = ["failures-waiting", "oldest-failure"];
const ALARMS_OF_FAN_OUT = ["access-lost", "consumer-lag"];

const alarms = (scope: string, ...ids: string[]): string[] =>
  ids.map((id) => `cloudwatch_metric_alarm.monitoring_${scope}_${id}`);

const ofAccounts = (type: string, id: string, ...accounts: string[]): string[] =>
  accounts.map((account) => `${type}.monitoring_accounts_${account}_${id}`);

describeWithTerraform("terraform plan of main.ts, which validates first, passes", () => {
  it("on the default settings", async () => {
    const name = "kds-cross-account-stream-efo-consumer";

    const created = await planned(path.join(synthesizeMain(), STACK));

    expect(created).toEqual(
      [
        ...producer,
        `kinesis_resource_policy.${name}_consumer-policy`,
        `kinesis_stream_consumer.${name}`,
        ...reader(name),
        ...madeFunction(name),
        queue(name),
      ].sort(),
    );
  });

  it("on three consumers in three accounts, one with shared throughput, one with every option, all monitored", async () => {
    const monitoring = {
      name: "orders.v2",
      alarmTopicArns: { "222222222222": "arn:aws:sns:us-east-1:222222222222:alarms" },
      iteratorAgeShareOfRetention: 0.25,
      thresholds: { "function-errors": 5 },
      dashboards: true,
      tags: { team: "orders" },
    };
    const outdir = synthesizeMain({ ...settings(analytics, archive, fraud), monitoring });

    expect(await planned(path.join(outdir, STACK))).toEqual(
      [
        ...producer,
        ...["analytics", "fraud"].flatMap(registration),
        ...["analytics", "archive", "fraud"].flatMap(reader),
        ...["analytics", "archive", "fraud"].flatMap(madeFunction),
        ...["analytics", "archive"].map(queue),
        "iam_role_policy.fraud_function-policy",
        "iam_role_policy.fraud_policy-statements",
        "lambda_alias.fraud_alias",
        ...alarms("stream", "write-throttled", "read-throttled"),
        ...alarms("analytics", ...ALARMS_OF_MAPPING, ...ALARMS_OF_QUEUE, ...ALARMS_OF_FAN_OUT),
        ...alarms("archive", ...ALARMS_OF_MAPPING, ...ALARMS_OF_QUEUE, "not-polled"),
        // This mapping is paused, so nobody is told that it does not read.
        ...alarms("fraud", ...ALARMS_OF_MAPPING, "consumer-lag"),
        ...ofAccounts("sns_topic", "topic", "111111111111", "333333333333", "444444444444"),
        ...ofAccounts(
          "cloudwatch_dashboard",
          "dashboard",
          ...["111111111111", "222222222222", "333333333333", "444444444444"],
        ),
      ].sort(),
    );
  });
});

describeWithTerraform("terraform plan, which validates first, passes", () => {
  const cases = Object.entries(CASES).map(([name, { created }], index) => ({
    name,
    id: `case-${index}`,
    created,
  }));
  let created: string[];

  // All in one plan, which starts the provider for each account only once.
  beforeAll(async () => {
    const directory = synthesize((stack, provider) => {
      const providers = {
        producer: provider("producer", "111111111111"),
        consumer: provider("consumer", "222222222222"),
      };
      for (const { name, id } of cases) {
        CASES[name]!.create(new Construct(stack, id), providers);
      }
    });
    created = await planned(directory);
  });

  it.each(cases)("on $name", ({ id, created: expected }) => {
    const own = created
      .filter((address) => address.includes(`.${id}_`))
      .map((address) => address.replace(`${id}_`, ""));

    expect(own.sort()).toEqual([...expected].sort());
  });
});
