import { StartStreamEncryptionCommand } from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { startLocalAws, type LocalAws } from "../../local/aws";
import { PipelineMonitoring, ReadMode } from "../../modules";
import { aConsumer, aStream, synthesize, type Synthesized } from "../helpers/synthesize";
import { createQueue, HANDLER } from "./batch-handler";
import {
  allow,
  clientsOf,
  connect,
  CONSUMER,
  makeConsumer,
  makeStream,
  mapping,
  policy,
  PRODUCER,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
  type Clients,
} from "./two-accounts";

export const STREAM = "orders";
/** Ages that a run of some seconds can reach. */
const THRESHOLDS = { "consumer-lag": 8_000, "iterator-age": 8_000, "oldest-failure": 3 };

/** A consumer with enhanced fan-out, and one with shared throughput that gives up at the first failure. */
export const synthesized = (enabled = true): Synthesized =>
  synthesize((stack, providers) => {
    const stream = aStream(stack, providers, { streamName: STREAM });
    const consumers = [
      aConsumer(stack, providers, { stream, enabled, consumerName: "analytics" }, "analytics"),
      aConsumer(
        stack,
        providers,
        { stream, enabled, consumerName: "audit", readMode: ReadMode.SHARED_THROUGHPUT },
        "audit",
      ),
    ];
    new PipelineMonitoring(stack, "monitoring", { stream, consumers, thresholds: THRESHOLDS });
  });

type Name = "analytics" | "audit";

/** The pipeline of `synthesized()` in a local AWS, and what can happen to it. */
export class MonitoredPipeline {
  readonly uuids = new Map<string, string>();
  streamArn = "";
  private key = "";
  private readonly statements = new Map<string, object[]>();

  private constructor(
    readonly aws: LocalAws,
    readonly producer: Clients,
    private readonly consumer: Clients,
  ) {}

  static async start(metricsClock: () => Date): Promise<MonitoredPipeline> {
    const aws = await startLocalAws({
      rolePropagationSeconds: 0,
      consumerCreatingSeconds: 0,
      metricsIntervalSeconds: 0.2,
      metricsClock,
    });
    const pipeline = new MonitoredPipeline(aws, clientsOf(aws, PRODUCER), clientsOf(aws, CONSUMER));
    await pipeline.create();
    return pipeline;
  }

  get lambda(): Clients["lambda"] {
    return this.consumer.lambda;
  }

  mapping(uuid: string): ReturnType<typeof mapping> {
    return mapping(this.consumer, uuid);
  }

  private async create(): Promise<void> {
    const { producer } = this;
    this.streamArn = await makeStream(producer, STREAM);
    const { KeyMetadata } = await producer.kms.send(new CreateKeyCommand({}));
    this.key = KeyMetadata?.Arn ?? "";
    await this.setDecryption(true);
    await producer.kinesis.send(
      new StartStreamEncryptionCommand({
        StreamName: STREAM,
        EncryptionType: "KMS",
        KeyId: this.key,
      }),
    );
    await this.connect("analytics", await makeConsumer(producer, this.streamArn, "analytics"));
    await this.connect("audit", this.streamArn);
  }

  private async connect(name: Name, source: string): Promise<void> {
    const queue = await createQueue(this.consumer, `${name}-on-failure`);
    const statements = [
      allow(["kms:Decrypt"], this.key),
      allow(["logs:*"], "*"),
      allow(STREAM_ACTIONS, this.streamArn),
      allow(["sqs:SendMessage"], queue.arn),
    ];
    const code = HANDLER.replaceAll('"poison"', "process.env.POISON");
    const { uuid } = await connect(this.producer, this.consumer, name, source, code, {
      mapping: {
        MetricsConfig: { Metrics: ["EventCount"] },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: name === "audit" ? 0 : -1,
        DestinationConfig: { OnFailure: { Destination: queue.arn } },
      },
      function: { Environment: { Variables: { POISON: `bad for ${name}` } } },
      statements,
    });
    this.statements.set(name, statements);
    this.uuids.set(name, uuid);
  }

  /** Whether the key's policy lets the functions' account decrypt. */
  async setDecryption(isAllowed: boolean): Promise<void> {
    const others = [allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`)];
    await this.producer.kms.send(
      new PutKeyPolicyCommand({
        KeyId: this.key,
        PolicyName: "default",
        Policy: policy(
          allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`),
          ...(isAllowed ? others : []),
        ),
      }),
    );
  }

  /** Whether the role of the consumer "audit" may send reports. */
  async setReports(areAllowed: boolean): Promise<void> {
    const all = this.statements.get("audit") ?? [];
    await setRolePolicy(this.consumer, "audit", ...(areAllowed ? all : all.slice(0, -1)));
  }

  /** Which records a function fails on, and how. */
  async setFunction(FunctionName: Name, POISON: string, HOW = "report"): Promise<void> {
    await this.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { POISON, HOW } },
      }),
    );
  }

  /** Whether the mappings poll. */
  async setEnabled(Enabled: boolean): Promise<void> {
    for (const UUID of this.uuids.values()) {
      await this.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
      const state = Enabled ? "Enabled" : "Disabled";
      await until(async () => (await mapping(this.consumer, UUID)).State === state);
    }
  }

  /** Deletes the oldest report, as a redrive does. */
  async deleteReport(name: Name): Promise<void> {
    const { sqs } = this.consumer;
    const queue = new GetQueueUrlCommand({ QueueName: `${name}-on-failure` });
    const { QueueUrl } = await sqs.send(queue);
    const { Messages: [report] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = report?.ReceiptHandle;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}
