import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, TerraformVariable, Testing, Token } from "cdktf";
import { Construct } from "constructs";
import { CrossAccountConsumer, LambdaCode, PipelineMonitoring } from "../../modules";
import {
  aConsumer,
  aStream,
  type Json,
  type Providers,
  refusalOfApp,
  refusals,
  synthesize,
} from "../helpers/synthesize";

const TOPIC = "arn:aws:sns:eu-central-1:222222222222:alarms";

/** The same accounts with their ids. */
const withIds = (stack: TerraformStack): Providers => {
  const account = (alias: string, id: string) =>
    new AwsProvider(stack, alias, { alias, region: "eu-central-1", allowedAccountIds: [id] });
  return {
    producer: account("owner", "111111111111"),
    consumer: account("reader", "222222222222"),
    other: account("third", "333333333333"),
  };
};

const refusalsOf = (
  given: Record<string, unknown> | ((stack: TerraformStack, providers: Providers) => object),
): string[] =>
  refusals((stack, unknown) => {
    const providers = typeof given === "function" ? unknown : withIds(stack);
    const stream = aStream(stack, providers);
    new PipelineMonitoring(stack, "monitoring", {
      stream,
      consumers: [aConsumer(stack, providers, { stream })],
      ...(typeof given === "function" ? given(stack, providers) : given),
    });
  });

describe("a monitoring is refused", () => {
  it.each<[Record<string, unknown>, string]>([
    [
      { stream: undefined },
      "'stream' must be a ProducerStream, or a stream from ProducerStream.fromAttributes, got nothing; give the stream that the consumers read",
    ],
    [
      { consumers: [] },
      "'consumers' must be a non-empty list of consumers, got []; give each consumer of the stream once",
    ],
    [
      { consumers: ["analytics"] },
      `'consumers[0]' must be a CrossAccountConsumer, got "analytics"; give each consumer of the stream once`,
    ],
    [
      { name: "my alarms" },
      `'name' must be 1 to 128 letters, digits, dots, hyphens or underscores, got "my alarms"; omit it for the stream's name`,
    ],
    [
      { iteratorAgeShareOfRetention: 50 },
      "'iteratorAgeShareOfRetention' must be a number from 0.01 to 1, got 50; omit it for 0.5",
    ],
    [
      { thresholds: { "iterator-age": -1 } },
      "'thresholds.iterator-age' must be a number from 0 to 1000000000000, got -1; omit it for the alarm's own threshold",
    ],
    [
      { alarmTopicArns: { "222222222222": `${TOPIC}.fifo` } },
      `'alarmTopicArns.222222222222' must be the ARN of a standard topic (arn:aws:sns:<region>:<account>:<name>), got "${TOPIC}.fifo"; omit it to have topics created`,
    ],
    [
      { alarmTopicArns: { consumer: TOPIC } },
      `'alarmTopicArns.consumer' must be named with a 12-digit AWS account id, as a string, got "consumer"; omit it to have topics created`,
    ],
    [
      { alarmTopicArns: { "444444444444": TOPIC } },
      `'alarmTopicArns.444444444444' must be named with the account of a provider of the pipeline, got "444444444444"; the accounts are 111111111111, 222222222222`,
    ],
    [
      { alarmTopicArns: { "222222222222": TOPIC.replace("eu-central", "us-east") } },
      `'alarmTopicArns.222222222222' must be in Region eu-central-1 like the alarms, got ${TOPIC.replace("eu-central", "us-east")}; give a topic of that Region, or omit it to have one created`,
    ],
  ])("with %j", (given, sentence) => {
    expect(refusalsOf(given).at(-1)).toBe(sentence);
  });

  it("with an alarm that there is not", () => {
    expect(refusalsOf({ thresholds: { "iterator-Age": 1 } })).toEqual([
      "'thresholds.iterator-Age' is not a property; write 'iterator-age'",
    ]);
  });

  it("with topics of accounts that the providers do not tell", () => {
    expect(refusalsOf(() => ({ alarmTopicArns: { "222222222222": TOPIC } }))).toEqual([
      `'alarmTopicArns.222222222222' must be named with the account of a provider of the pipeline, got "222222222222"; give the providers 'allowedAccountIds', or omit it to have topics created`,
    ]);
  });

  it("with topics of accounts that only Terraform knows", () => {
    const topics = (stack: TerraformStack) => ({
      alarmTopicArns: Token.asStringMap(
        new TerraformVariable(stack, "topics", { type: "map(string)" }).value,
      ),
    });
    expect(refusalsOf(topics)[0]).toMatch(
      /^'alarmTopicArns' must be an object whose accounts are known at synth, got /,
    );
  });

  it("with two consumers of one construct id, which their alarms would be named after", () => {
    const given = (stack: TerraformStack, providers: Providers) => {
      const stream = aStream(stack, providers, {}, "clicks");
      const consumers = ["first", "second"].map(
        (name) =>
          new CrossAccountConsumer(new Construct(stack, name), "consumer", {
            provider: providers.consumer,
            stream,
            consumerName: name,
            code: LambdaCode.fromS3("code-bucket", "consumer.zip"),
          }),
      );
      return { stream, consumers };
    };
    expect(refusalsOf(given)).toEqual([
      `'consumers' must have distinct construct ids (alarms are named after them), got "consumer" at stack/first/consumer and stack/second/consumer; rename all but one`,
    ]);
  });

  it("with a consumer of another stream", () => {
    const consumers = (stack: TerraformStack, providers: Providers): CrossAccountConsumer[] => {
      const other = aStream(stack, providers, { streamName: "views" }, "views");
      return [
        aConsumer(stack, providers, { stream: other, consumerName: "views" }, "views-reader"),
      ];
    };
    expect(refusalsOf((stack, providers) => ({ consumers: consumers(stack, providers) }))).toEqual([
      "'consumers[0]' must be a consumer of the stream at stack/stream, got stack/views-reader, which reads the one at stack/views; create a PipelineMonitoring for each stream",
    ]);
  });

  it("with a stream of another stack", () => {
    const other = new TerraformStack(Testing.app(), "other");
    const [sentence] = refusalsOf(() => ({ stream: aStream(other, withIds(other)) }));
    expect(sentence).toMatch(/^'stream' must be in stack stack like the construct/);
  });

  it("with the name of another one in the same account", () => {
    const refusal = refusalOfApp((stack) => {
      const providers = withIds(stack);
      for (const name of ["a", "b"]) {
        const stream = aStream(stack, providers, { streamName: name }, name);
        const reader = aConsumer(
          stack,
          providers,
          { stream, consumerName: name },
          `${name}-reader`,
        );
        new PipelineMonitoring(stack, `${name}-monitoring`, {
          stream,
          consumers: [reader],
          name: name === "a" ? "orders.v2" : "orders-v2",
        });
      }
    });
    expect(refusal).toContain(
      `'name' must be unique in an account and Region, also with hyphens for dots, got "orders-v2" at stack/a-monitoring and stack/b-monitoring; rename all but one`,
    );
  });
});

describe("names of alarms that are too long", () => {
  const monitored = (stack: TerraformStack, name: string, id: string) => {
    const providers = withIds(stack);
    const stream = aStream(stack, providers);
    const consumers = [aConsumer(stack, providers, { stream }, id)];
    new PipelineMonitoring(stack, "monitoring", { stream, consumers, name });
  };
  const [name, id] = ["n".repeat(128), "c".repeat(105)];

  it("are refused", () => {
    expect(refusals((stack) => monitored(stack, name, id))).toEqual([]);
    const longest = `${name}-${id}c-destination-failures`;
    expect(refusals((stack) => monitored(stack, name, `${id}c`))).toEqual([
      `'consumers[0]' must be a consumer whose alarms have names of at most 255 characters, got 256 in "${longest.slice(0, 199)}...; shorten the construct id of the consumer, or 'name'`,
    ]);
  });
});

describe("alarmTopicArns", () => {
  const alarmsWith = (topicArn: (stack: TerraformStack) => string): Json[] => {
    const found = synthesize((stack) => {
      const providers = withIds(stack);
      const stream = aStream(stack, providers);
      new PipelineMonitoring(stack, "monitoring", {
        stream,
        consumers: [aConsumer(stack, providers, { stream })],
        alarmTopicArns: { "222222222222": topicArn(stack) },
      });
    });
    expect(found.only("aws_sns_topic").provider).toBe("aws.owner");
    return found.all("aws_cloudwatch_metric_alarm");
  };
  const ofReader = (alarms: Json[]): Json[] =>
    alarms.filter(({ provider }) => provider === "aws.reader");

  it("are notified instead of a topic that is created", () => {
    for (const alarm of ofReader(alarmsWith(() => TOPIC))) {
      expect(alarm).toMatchObject({ alarm_actions: [TOPIC], ok_actions: [TOPIC] });
    }
  });

  it("meet the same rule if only Terraform knows them", () => {
    const alarms = alarmsWith(
      (stack) => new TerraformVariable(stack, "topic", { type: "string" }).stringValue,
    );
    for (const alarm of ofReader(alarms)) {
      expect(alarm.alarm_actions).toEqual(["${var.topic}"]);
    }
    expect(alarms.flatMap(({ lifecycle }) => lifecycle?.precondition ?? [])).toHaveLength(1);
  });
});
