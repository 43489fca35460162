import { TerraformVariable } from "cdktf";
import {
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  OnFailure,
  PipelineMonitoring,
  type PipelineMonitoringProps,
  ProducerStream,
  type ProducerStreamProps,
  ReadMode,
} from "../../modules";
import { ALARM_IDS } from "../../modules/monitoring/alarms";
import {
  aConsumer,
  aStream,
  type Json,
  parsed,
  STREAM_ARN,
  STREAM_NAME,
  synthesize,
  type Synthesized,
} from "../helpers/synthesize";

interface Options {
  readonly stream?: Partial<ProducerStreamProps>;
  readonly consumer?: Partial<CrossAccountConsumerProps>;
  readonly monitoring?: Partial<PipelineMonitoringProps>;
}

const made = ({ stream = {}, consumer = {}, monitoring = {} }: Options = {}): Synthesized =>
  synthesize((stack, providers) => {
    const source = aStream(stack, providers, stream);
    const reader = aConsumer(stack, providers, { stream: source, ...consumer });
    new PipelineMonitoring(stack, "monitoring", {
      stream: source,
      consumers: [reader],
      ...monitoring,
    });
  });

/** Every alarm by the end of its name, which is its id. */
const alarmsOf = (synthesized: Synthesized): Record<string, Json> =>
  Object.fromEntries(
    synthesized.all("aws_cloudwatch_metric_alarm").map((alarm) => {
      const id = ALARM_IDS.find((one) => (alarm.alarm_name as string).endsWith(`-${one}`));
      return [id, alarm];
    }),
  );

const alarms = (options: Options = {}): Record<string, Json> => alarmsOf(made(options));

const common = (id: string, account: "producer" | "consumer", ofStream = false) => ({
  provider: `aws.${account}`,
  alarm_name: `${STREAM_NAME}-${ofStream ? "" : "consumer-"}${id}`,
  alarm_description: expect.stringContaining(`(docs/runbook.md: ${id})`),
  alarm_actions: [
    expect.stringMatching(
      `^\\$\\{aws_sns_topic.monitoring_accounts_${account}-account_topic_\\w+.arn\\}$`,
    ),
  ],
  ok_actions: [expect.stringContaining(`${account}-account_topic`)],
});

const kinesis = (metric: string, dimensions: object = {}) => ({
  namespace: "AWS/Kinesis",
  metric_name: metric,
  dimensions: {
    StreamName: expect.stringMatching(/^\$\{aws_kinesis_stream\.stream_\w+\.name\}$/),
    ...dimensions,
  },
});
const CONSUMER_NAME = {
  ConsumerName: expect.stringMatching(/^\$\{aws_kinesis_stream_consumer\.consumer_\w+\.name\}$/),
};
const lambda = (metric: string, by: "FunctionName" | "EventSourceMappingUUID") => ({
  namespace: "AWS/Lambda",
  metric_name: metric,
  dimensions: {
    [by]: expect.stringMatching(
      by === "FunctionName"
        ? /^\$\{aws_lambda_function\.consumer_function_\w+\.function_name\}$/
        : /^\$\{aws_lambda_event_source_mapping\.consumer_mapping_\w+\.uuid\}$/,
    ),
  },
});
const sqs = (metric: string) => ({
  namespace: "AWS/SQS",
  metric_name: metric,
  dimensions: {
    QueueName: expect.stringMatching(/^\$\{aws_sqs_queue\.consumer_on-failure-queue_\w+\.name\}$/),
  },
});

/** Statistic, datapoints of 60 seconds, threshold that must not be exceeded, and missing data. */
const above = (
  statistic: string,
  datapoints: number,
  threshold: number,
  missing = "notBreaching",
) => ({
  statistic,
  period: 60,
  evaluation_periods: datapoints,
  datapoints_to_alarm: datapoints,
  comparison_operator: "GreaterThanThreshold",
  threshold,
  treat_missing_data: missing,
});
const anyOf = (statistic: "Sum" | "SampleCount") => ({
  statistic,
  period: 300,
  evaluation_periods: 3,
  datapoints_to_alarm: 3,
  comparison_operator: "LessThanThreshold",
  threshold: 1,
  treat_missing_data: "breaching",
});

const HALF_A_DAY = 43_200;
const WITH_EITHER_THROUGHPUT = {
  "write-throttled": {
    ...common("write-throttled", "producer", true),
    ...kinesis("WriteProvisionedThroughputExceeded"),
    ...above("Average", 5, 0),
  },
  "read-throttled": {
    ...common("read-throttled", "producer", true),
    ...kinesis("ReadProvisionedThroughputExceeded"),
    ...above("Average", 5, 0),
  },
  "iterator-age": {
    ...common("iterator-age", "consumer"),
    ...lambda("IteratorAge", "FunctionName"),
    ...above("Maximum", 15, HALF_A_DAY * 1000),
  },
  "failing-batches": {
    ...common("failing-batches", "consumer"),
    ...lambda("FailedInvokeEventCount", "EventSourceMappingUUID"),
    ...above("Sum", 3, 0),
  },
  "records-given-up": {
    ...common("records-given-up", "consumer"),
    ...lambda("OnFailureDestinationDeliveredEventCount", "EventSourceMappingUUID"),
    ...above("Sum", 1, 0),
  },
  "records-dropped": {
    ...common("records-dropped", "consumer"),
    ...lambda("DroppedEventCount", "EventSourceMappingUUID"),
    ...above("Sum", 1, 0),
  },
  "destination-failures": {
    ...common("destination-failures", "consumer"),
    ...lambda("DestinationDeliveryFailures", "FunctionName"),
    ...above("Sum", 1, 0),
  },
  "function-errors": {
    ...common("function-errors", "consumer"),
    ...lambda("Errors", "FunctionName"),
    ...above("Sum", 3, 0),
  },
  "function-throttles": {
    ...common("function-throttles", "consumer"),
    ...lambda("Throttles", "FunctionName"),
    ...above("Sum", 5, 0),
  },
  "failures-waiting": {
    ...common("failures-waiting", "consumer"),
    ...sqs("ApproximateNumberOfMessagesVisible"),
    ...above("Average", 15, 0),
  },
  "oldest-failure": {
    ...common("oldest-failure", "consumer"),
    ...sqs("ApproximateAgeOfOldestMessage"),
    // Records are given up on after 12 of 24 hours: half of the rest.
    ...above("Maximum", 15, HALF_A_DAY / 2),
  },
};

describe("the alarms of a pipeline", () => {
  it("are complete with enhanced fan-out", () => {
    expect(alarms()).toEqual({
      ...WITH_EITHER_THROUGHPUT,
      "access-lost": {
        ...common("access-lost", "producer"),
        ...kinesis("SubscribeToShard.Success", CONSUMER_NAME),
        ...anyOf("Sum"),
      },
      "consumer-lag": {
        ...common("consumer-lag", "producer"),
        ...kinesis("SubscribeToShardEvent.MillisBehindLatest", CONSUMER_NAME),
        ...above("Average", 5, HALF_A_DAY * 1000, "missing"),
      },
    });
  });

  it("are complete with shared throughput", () => {
    expect(alarms({ consumer: { readMode: ReadMode.SHARED_THROUGHPUT } })).toEqual({
      ...WITH_EITHER_THROUGHPUT,
      "not-polled": {
        ...common("not-polled", "consumer"),
        ...lambda("PolledEventCount", "EventSourceMappingUUID"),
        ...anyOf("SampleCount"),
      },
    });
  });

  it.each([ReadMode.ENHANCED_FAN_OUT, ReadMode.SHARED_THROUGHPUT])(
    "say nothing of lost access while the mapping is paused, %s",
    (readMode) => {
      const ids = Object.keys(alarms({ consumer: { readMode, enabled: false } }));
      expect(ids).toContain("iterator-age");
      expect(ids).not.toContain("access-lost");
      expect(ids).not.toContain("not-polled");
    },
  );

  it("notify of lost access only if a mapping turns out not to be paused", () => {
    const found = alarmsOf(
      synthesize((stack, providers) => {
        const stream = aStream(stack, providers);
        const enabled = new TerraformVariable(stack, "enabled", { type: "bool" });
        const consumer = aConsumer(stack, providers, {
          stream,
          enabled: enabled.booleanValue as unknown as boolean,
        });
        new PipelineMonitoring(stack, "monitoring", { stream, consumers: [consumer] });
      }),
    );
    expect(found["access-lost"]).toHaveProperty("actions_enabled", "${var.enabled}");
    expect(found["iterator-age"]).not.toHaveProperty("actions_enabled");
  });

  it("watch a queue and reports only if there are any", () => {
    const none = Object.keys(alarms({ consumer: { onFailure: OnFailure.none() } }));
    expect(none).toContain("records-dropped");
    for (const id of ["records-given-up", "destination-failures"]) {
      expect(none).not.toContain(id);
    }
    const topic = "arn:aws:sns:eu-central-1:222222222222:failures";
    const toTopic = Object.keys(alarms({ consumer: { onFailure: OnFailure.sns(topic) } }));
    expect(toTopic).toContain("records-given-up");
    for (const ids of [none, toTopic]) {
      expect(ids).not.toContain("failures-waiting");
      expect(ids).not.toContain("oldest-failure");
    }
  });

  it("have thresholds that follow the retention and the share of it", () => {
    const found = alarms({
      stream: { retentionPeriodHours: 48 },
      monitoring: { iteratorAgeShareOfRetention: 0.25 },
    });
    expect(found["iterator-age"].threshold).toBe(12 * 3_600_000);
    expect(found["consumer-lag"].threshold).toBe(12 * 3_600_000);
    // Given up on after a day: a quarter of the second one.
    expect(found["oldest-failure"].threshold).toBe(6 * 3600);
  });

  it.each([
    ["a record is never given up on for its age", -1, 24],
    ["a record is given up on as soon as it arrives", 60, 24 - 1 / 60],
    ["a record is given up on after an hour", 3600, 23],
  ])("warn of the oldest report at half of the time that is left if %s", (_, age, hours) => {
    const found = alarms({ consumer: { maximumRecordAgeInSeconds: age } });
    expect(found["oldest-failure"].threshold).toBe((hours * 3600) / 2);
  });

  it("warn of the oldest report at half of the retention if the age is known only to Terraform", () => {
    const found = alarmsOf(
      synthesize((stack, providers) => {
        const age = new TerraformVariable(stack, "age", { type: "number" });
        const stream = aStream(stack, providers);
        const reader = { stream, maximumRecordAgeInSeconds: age.numberValue };
        const consumers = [aConsumer(stack, providers, reader)];
        new PipelineMonitoring(stack, "monitoring", { stream, consumers });
      }),
    );
    expect(found["oldest-failure"].threshold).toBe(HALF_A_DAY);
  });

  it("say nothing of a stream that has a provider", () => {
    expect(made().warnings.filter((warning) => warning.includes("'stream' has no"))).toEqual([]);
  });

  it("have the thresholds that are given", () => {
    const found = alarms({
      monitoring: { thresholds: { "iterator-age": 60_000, "failures-waiting": 5 } },
    });
    expect(found["iterator-age"].threshold).toBe(60_000);
    expect(found["failures-waiting"].threshold).toBe(5);
    expect(found["consumer-lag"].threshold).toBe(HALF_A_DAY * 1000);
  });

  it("have thresholds and shares that only Terraform knows", () => {
    const found = alarmsOf(
      synthesize((stack, providers) => {
        const number = (id: string) =>
          new TerraformVariable(stack, id, { type: "number" }).numberValue;
        const stream = aStream(stack, providers, { retentionPeriodHours: number("hours") });
        const consumer = aConsumer(stack, providers, { stream });
        new PipelineMonitoring(stack, "monitoring", {
          stream,
          consumers: [consumer],
          iteratorAgeShareOfRetention: number("share"),
          thresholds: { "function-errors": number("errors") },
        });
      }),
    );
    expect(found["iterator-age"].threshold).toBe(
      "${(((1 * 1000) * var.share) * (3600 * var.hours))}",
    );
    expect(found["function-errors"].threshold).toBe("${var.errors}");
    expect(Object.values<Json>(found).flatMap((one) => one.lifecycle?.precondition ?? [])).toEqual([
      expect.objectContaining({ condition: "${((0.01 <= var.share) && (1 >= var.share))}" }),
      expect.objectContaining({
        condition: "${((0 <= var.errors) && (1000000000000 >= var.errors))}",
      }),
    ]);
  });

  it("are only those of the function's account for a stream without a provider", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = ProducerStream.fromAttributes(stack, "stream", { streamArn: STREAM_ARN });
      const consumer = aConsumer(stack, providers, {
        stream,
        readMode: ReadMode.SHARED_THROUGHPUT,
      });
      new PipelineMonitoring(stack, "monitoring", { stream, consumers: [consumer] });
    });
    const providers = synthesized
      .all("aws_cloudwatch_metric_alarm")
      .map(({ provider }) => provider as string);
    expect(new Set(providers)).toEqual(new Set(["aws.consumer"]));
    expect(synthesized.warnings).toContainEqual(expect.stringMatching(/^'stream' has no provider/));
  });
});

describe("the mappings", () => {
  it("publish the metrics that the alarms need", () => {
    const mapping = made().only("aws_lambda_event_source_mapping");
    expect(mapping.metrics_config).toEqual({ metrics: ["EventCount"] });
  });
});

/** Two consumers of two accounts, in the order that is given. */
const two = (...ids: string[]): Synthesized =>
  synthesize((stack, providers) => {
    const stream = aStream(stack, providers);
    const consumers = ids.map((id) =>
      aConsumer(
        stack,
        providers,
        {
          stream,
          consumerName: id,
          provider: id === "audit" ? providers.other : providers.consumer,
        },
        id,
      ),
    );
    new PipelineMonitoring(stack, "monitoring", { stream, consumers });
  });

describe("two consumers of two accounts", () => {
  it("have alarms in their own accounts, and the stream's once", () => {
    const count = (prefix: string, provider: string): number =>
      two("analytics", "audit")
        .all("aws_cloudwatch_metric_alarm")
        .filter((alarm) => (alarm.alarm_name as string).startsWith(`${STREAM_NAME}-${prefix}`))
        .filter((alarm) => alarm.provider === provider).length;
    expect(count("analytics-", "aws.consumer")).toBe(9);
    expect(count("audit-", "aws.other")).toBe(9);
    expect(count("a", "aws.producer")).toBe(4);
    expect(count("", "aws.producer")).toBe(6);
  });

  it("have one topic and one dashboard in each account", () => {
    for (const type of ["aws_sns_topic", "aws_cloudwatch_dashboard"]) {
      const providers = two("analytics", "audit")
        .all(type)
        .map(({ provider }) => provider as string);
      expect(providers.sort()).toEqual(["aws.consumer", "aws.other", "aws.producer"]);
    }
  });

  it("are the same in any order", () => {
    const monitoring = (synthesized: Synthesized) =>
      ["aws_cloudwatch_metric_alarm", "aws_sns_topic", "aws_cloudwatch_dashboard"].map(
        (type) => synthesized.resources[type],
      );
    expect(monitoring(two("audit", "analytics"))).toEqual(monitoring(two("analytics", "audit")));
  });
});

describe("two consumers of one function", () => {
  it("share the alarms of the function", () => {
    const names = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      const first = aConsumer(stack, providers, { stream }, "first");
      const second = new CrossAccountConsumer(stack, "second", {
        provider: providers.consumer,
        stream,
        consumerName: "second",
        existingFunction: first,
      });
      new PipelineMonitoring(stack, "monitoring", { stream, consumers: [second, first] });
    })
      .all("aws_cloudwatch_metric_alarm")
      .map((alarm) => alarm.alarm_name as string);
    expect(names.filter((name) => name.endsWith("function-errors"))).toEqual([
      `${STREAM_NAME}-first-function-errors`,
    ]);
    expect(names).toContain(`${STREAM_NAME}-second-failing-batches`);
  });

  it("each have the alarms of the function in a monitoring of their own", () => {
    const names = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      const first = aConsumer(stack, providers, { stream }, "first");
      const second = new CrossAccountConsumer(stack, "second", {
        provider: providers.consumer,
        stream,
        consumerName: "second",
        existingFunction: first,
      });
      [first, second].forEach((consumer) => {
        const { id } = consumer.node;
        new PipelineMonitoring(stack, `of-${id}`, { stream, consumers: [consumer], name: id });
      });
    })
      .all("aws_cloudwatch_metric_alarm")
      .map((alarm) => alarm.alarm_name as string);
    const ids = (name: string) =>
      names.flatMap((one) => (one.startsWith(name) ? one.slice(name.length) : [])).sort();
    expect(ids("second-second-")).toEqual([
      "access-lost",
      "consumer-lag",
      "destination-failures",
      "failing-batches",
      "function-errors",
      "function-throttles",
      "iterator-age",
      "records-dropped",
      "records-given-up",
    ]);
  });
});

describe("the dashboards", () => {
  interface Widget {
    readonly type: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly properties: {
      readonly title?: string;
      readonly markdown?: string;
      readonly metrics?: readonly (readonly (string | { readonly label: string })[])[];
    };
  }
  const labels = ({ properties }: Widget) => properties.metrics?.map((metric) => metric.at(-1));
  const widgetsOf = (synthesized: Synthesized, account: string): Widget[] => {
    const dashboard = synthesized.named(
      "aws_cloudwatch_dashboard",
      `monitoring_accounts_${account}`,
    );
    return parsed(dashboard.dashboard_body as string).widgets as Widget[];
  };
  const layout = (synthesized: Synthesized, account: string): Json[] =>
    widgetsOf(synthesized, account).map(({ x, y, width, properties }) => [
      x,
      y,
      width,
      properties.title ?? properties.markdown,
    ]);
  const consumerRow = (y: number) => [
    [4, y, 4, "Records polled"],
    [8, y, 4, "Records filtered out"],
    [12, y, 4, "Records sent to the function"],
    [16, y, 4, "Records failed"],
    [20, y, 4, "Reports redriven"],
  ];

  it("show the way of the records from left to right, and where the rest of it is", () => {
    const dashboards = made();
    expect(
      dashboards.named("aws_cloudwatch_dashboard", "monitoring_accounts_producer"),
    ).toMatchObject({ provider: "aws.producer", dashboard_name: STREAM_NAME });
    expect(layout(dashboards, "producer")).toEqual([
      [
        ...[8, 0, 16],
        "## Stream\n\nWhat becomes of the records is on the dashboards in the accounts of the functions: consumer.",
      ],
      [0, 0, 4, "Records put"],
      [4, 0, 4, "Records polled"],
    ]);
    expect(layout(dashboards, "consumer")).toEqual([
      [
        ...[0, 0, 4],
        "## consumer\n\nThe records that are put are on the dashboard in the account of the stream.",
      ],
      ...consumerRow(0),
    ]);
  });

  it("graph these metrics", () => {
    const metricsOf = (account: string, options: Options = {}) =>
      Object.fromEntries(
        widgetsOf(made(options), account).flatMap(
          ({ type, properties: { title = "", metrics } }) => {
            const text = JSON.stringify(metrics ?? []).replace(
              /\$\{(\w+)\.[\w-]+\.(\w+)\}/g,
              "$1 $2",
            );
            return type === "metric" ? [[title, JSON.parse(text) as unknown]] : [];
          },
        ),
      );
    const ofStream = ["StreamName", "aws_kinesis_stream name"];
    const ofMapping = (metric: string, label: string) => [
      ...["AWS/Lambda", metric, "EventSourceMappingUUID"],
      ...["aws_lambda_event_source_mapping uuid", { label }],
    ];

    const put = [
      ["AWS/Kinesis", "IncomingRecords", ...ofStream, { label: "put" }],
      ["AWS/Kinesis", "WriteProvisionedThroughputExceeded", ...ofStream, { label: "throttled" }],
    ];
    expect(metricsOf("producer")).toEqual({
      "Records put": put,
      "Records polled": [
        [
          ...["AWS/Kinesis", "SubscribeToShardEvent.Records", ...ofStream],
          ...["ConsumerName", "aws_kinesis_stream_consumer name", { label: "consumer" }],
        ],
      ],
    });
    expect(metricsOf("producer", { consumer: { readMode: ReadMode.SHARED_THROUGHPUT } })).toEqual({
      "Records put": put,
      "Records polled": [
        ["AWS/Kinesis", "GetRecords.Records", ...ofStream, { label: "all with shared throughput" }],
      ],
    });
    const ofConsumer = {
      "Records polled": [ofMapping("PolledEventCount", "polled")],
      "Records filtered out": [ofMapping("FilteredOutEventCount", "filtered out")],
      "Records sent to the function": [ofMapping("InvokedEventCount", "sent, with retries")],
      "Records failed": [
        ofMapping("FailedInvokeEventCount", "failed, with retries"),
        ofMapping("OnFailureDestinationDeliveredEventCount", "given up and reported"),
        ofMapping("DroppedEventCount", "dropped"),
      ],
    };
    expect(metricsOf("consumer")).toEqual({
      ...ofConsumer,
      "Reports redriven": [
        [
          ...["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", "aws_sqs_queue name"],
          { label: "deleted" },
        ],
      ],
    });
    expect(metricsOf("consumer", { consumer: { onFailure: OnFailure.none() } })).toEqual(
      ofConsumer,
    );
  });

  it("show all of it in one account", () => {
    const dashboards = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      const consumers = ["a", "b"].map((id) =>
        aConsumer(
          stack,
          providers,
          {
            stream,
            consumerName: id,
            provider: providers.producer,
            readMode: id === "a" ? ReadMode.ENHANCED_FAN_OUT : ReadMode.SHARED_THROUGHPUT,
          },
          id,
        ),
      );
      new PipelineMonitoring(stack, "monitoring", { stream, consumers });
    });
    expect(layout(dashboards, "producer")).toEqual([
      [8, 0, 16, "## Stream\n\nWhat becomes of the records is shown below."],
      [0, 0, 4, "Records put"],
      [4, 0, 4, "Records polled"],
      [0, 6, 4, "## a\n\nThe records that are put are shown above."],
      ...consumerRow(6),
      [0, 12, 4, "## b\n\nThe records that are put are shown above."],
      ...consumerRow(12),
    ]);
    const [, , polled] = widgetsOf(dashboards, "producer");
    expect(labels(polled!)).toEqual([{ label: "all with shared throughput" }, { label: "a" }]);
  });

  it("count records in each minute, with no two widgets in one place", () => {
    const dashboards = two("analytics", "audit");
    for (const account of ["producer", "consumer", "other"]) {
      const widgets = widgetsOf(dashboards, account);
      const cells = widgets.flatMap(({ x, y, width, height }) =>
        Array.from(
          { length: width * height },
          (_, at) => `${x + (at % width)} ${y + Math.floor(at / width)}`,
        ),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
      for (const graph of widgets.filter(({ type }) => type === "metric")) {
        const label = graph.properties.title === "Reports redriven" ? "reports" : "records";
        expect(graph.properties).toMatchObject({
          stat: "Sum",
          period: 60,
          region: "eu-central-1",
          yAxis: { left: { label, min: 0, showUnits: false } },
        });
        for (const one of labels(graph) ?? []) {
          expect(one).toEqual({ label: expect.stringMatching(/^[a-z, ]+$/) });
        }
      }
    }
  });

  it("are left out on request", () => {
    expect(made({ monitoring: { dashboards: false } }).all("aws_cloudwatch_dashboard")).toEqual([]);
  });

  it("and topics have no dots in their names", () => {
    const found = made({ monitoring: { name: "orders.v2" } });
    const named = (type: string, property: string): Json[] =>
      found.all(type).map((one) => one[property]);
    expect(named("aws_sns_topic", "name_prefix")).toEqual([
      "orders-v2-alarms-",
      "orders-v2-alarms-",
    ]);
    expect(named("aws_cloudwatch_dashboard", "dashboard_name")).toEqual(["orders-v2", "orders-v2"]);
    expect(alarmsOf(found)["access-lost"].alarm_name).toBe("orders.v2-consumer-access-lost");
  });
});
