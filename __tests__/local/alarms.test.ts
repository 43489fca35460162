import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteResourcePolicyCommand,
  GetRecordsCommand,
  PutRecordCommand,
  StartStreamEncryptionCommand,
} from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  DeleteFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
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
import { AlarmWatch } from "./alarm-watch";
import { createQueue, HANDLER, records } from "./batch-handler";
import { refusal } from "./refusal";
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
  put,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
  type Clients,
} from "./two-accounts";

jest.setTimeout(300_000);

/** Real time that stands for a minute, unless a function needs time to fail. */
const MINUTE_SECONDS = 0.3;
const STREAM = "orders";
/** Ages that a run of some seconds can reach. */
const THRESHOLDS = { "consumer-lag": 8_000, "iterator-age": 8_000, "oldest-failure": 3 };

/** A consumer with enhanced fan-out, and one with shared throughput that gives up at the first failure. */
const synthesized = (enabled = true): Synthesized =>
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

const alarms = new AlarmWatch();
let aws: LocalAws;
let producer: Clients;
let consumer: Clients;
let streamArn: string;
let consumerArn: string;
let key: string;
let queueUrl: string;
const uuids: Record<string, string> = {};
const statements: Record<string, object[]> = {};

const HOW_TO_FAIL = HANDLER.replaceAll('"poison"', "process.env.POISON");

beforeAll(async () => {
  aws = await startLocalAws({
    rolePropagationSeconds: 0,
    consumerCreatingSeconds: 0,
    metricsIntervalSeconds: 0.2,
    metricsClock: alarms.clock,
  });
  producer = await clientsOf(aws, PRODUCER);
  consumer = await clientsOf(aws, CONSUMER);
  await alarms.connect(aws);
  await makePipeline();
  watch(synthesized());
}, 60_000);
afterAll(() => aws.stop());

/** What Terraform would make of the settings. */
async function makePipeline(): Promise<void> {
  streamArn = await makeStream(producer, STREAM);
  const { KeyMetadata } = await producer.kms.send(new CreateKeyCommand({}));
  key = KeyMetadata?.Arn ?? "";
  await setKeyPolicy([allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`)]);
  await producer.kinesis.send(
    new StartStreamEncryptionCommand({ StreamName: STREAM, EncryptionType: "KMS", KeyId: key }),
  );
  consumerArn = await makeConsumer(producer, streamArn, "analytics");
  for (const [name, source] of [
    ["analytics", consumerArn],
    ["audit", streamArn],
  ] as const) {
    const queue = await createQueue(consumer, `${name}-on-failure`);
    statements[name] = [
      allow(["kms:Decrypt"], key),
      allow(["logs:*"], "*"),
      allow(STREAM_ACTIONS, streamArn),
      allow(["sqs:SendMessage"], queue.arn),
    ];
    const { uuid } = await connect(producer, consumer, name, source, HOW_TO_FAIL, {
      mapping: {
        MetricsConfig: { Metrics: ["EventCount"] },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: name === "audit" ? 0 : -1,
        DestinationConfig: { OnFailure: { Destination: queue.arn } },
      },
      function: { Environment: { Variables: { POISON: `bad for ${name}` } } },
      statements: statements[name],
    });
    uuids[name] = uuid;
  }
  const { QueueUrl } = await consumer.sqs.send(
    new GetQueueUrlCommand({ QueueName: "audit-on-failure" }),
  );
  queueUrl = QueueUrl ?? "";
}

function watch(document: Synthesized): void {
  const resources = Object.keys(document.resources.aws_lambda_event_source_mapping as object);
  const uuidOf = (id: string) => uuids[id.replace(/_.*/, "")] ?? "";
  alarms.watch(
    document,
    Object.fromEntries(
      resources.map((id) => [`aws_lambda_event_source_mapping.${id}.uuid`, uuidOf(id)]),
    ),
  );
}

const setKeyPolicy = (others: object[]) =>
  producer.kms.send(
    new PutKeyPolicyCommand({
      KeyId: key,
      PolicyName: "default",
      Policy: policy(allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`), ...others),
    }),
  );

/** What the function does with records that are bad for it. */
const setFunction = (name: string, POISON: string, HOW = "report") =>
  consumer.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: name,
      Environment: { Variables: { POISON, HOW } },
    }),
  );

async function setEnabled(Enabled: boolean): Promise<void> {
  for (const UUID of Object.values(uuids)) {
    await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    const state = Enabled ? "Enabled" : "Disabled";
    await until(async () => (await mapping(consumer, UUID)).State === state);
  }
}

interface Incident {
  /** Starts it. */
  readonly cause?: () => Promise<unknown>;
  /** Happens in every minute while it lasts. */
  readonly during?: () => Promise<unknown>;
  readonly cure?: () => Promise<unknown>;
  /** Names of the alarms that must go off, without the stream's name. */
  readonly expected: readonly string[];
  /** Real time that stands for a minute while it lasts. */
  readonly minuteSeconds?: number;
}

const MOST_MINUTES = 60;
const nameOf = (id: string) => `${STREAM}-${id}`;

async function passMinutes(
  isOver: () => boolean,
  seconds = MINUTE_SECONDS,
  during: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (let minute = 0; !isOver(); minute++) {
    if (minute === MOST_MINUTES) {
      throw new Error(`not within ${minute} minutes, but ${JSON.stringify(alarms.changes)}`);
    }
    await during();
    await sleep(seconds * 1000);
    await alarms.passMinute(aws);
  }
}

const areQuiet = () => alarms.names.every((name) => alarms.state(name) === "OK");

/** Resolves with all changes of all alarms from the beginning of an incident until all are quiet again. */
async function incident({ cause, during, cure, expected, minuteSeconds }: Incident) {
  alarms.reset();
  await cause?.();
  // The first one can be quiet again when the last one goes off.
  const haveGoneOff = () => expected.every((id) => alarms.changes[nameOf(id)]?.includes("ALARM"));
  await passMinutes(haveGoneOff, minuteSeconds, during);
  await cure?.();
  await passMinutes(areQuiet);
  return alarms.changes;
}

const offAndOn = (...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [nameOf(id), ["OK", "ALARM", "OK"]]));
/** AWS recommends to treat missing data of lag as missing, which notifies nobody. */
const WITHOUT_LAG = { [nameOf("analytics-consumer-lag")]: ["OK", "INSUFFICIENT_DATA", "OK"] };

describe("the alarms of a pipeline", () => {
  it("are all quiet on an idle stream", async () => {
    await passMinutes(areQuiet);
    expect(alarms.names).toHaveLength(2 + 11 + 10);
    alarms.reset();
    let minutes = 0;
    await passMinutes(() => minutes++ === 30);
    expect(alarms.changes).toEqual({});
  });

  it("tell that the stream's policy was taken away, and that it is back", async () => {
    const changes = await incident({
      cause: () =>
        producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: streamArn })),
      cure: () =>
        setResourcePolicy(producer, streamArn, allow(STREAM_ACTIONS, streamArn, CONSUMER)),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("tell that the key's policy was taken away, and that it is back", async () => {
    const changes = await incident({
      cause: () => setKeyPolicy([]),
      cure: () => setKeyPolicy([allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`)]),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("tell that a function reports failures, and that it has recovered", async () => {
    const changes = await incident({
      cause: () => put(producer, streamArn, records("bad for analytics")),
      cure: () => setFunction("analytics", "nothing"),
      expected: ["analytics-failing-batches"],
      minuteSeconds: 1.2,
    });
    expect(changes).toEqual(offAndOn("analytics-failing-batches"));
  });

  it("tell that a function throws until its consumer is far behind, and that it has recovered", async () => {
    const expected = ["failing-batches", "function-errors", "consumer-lag", "iterator-age"].map(
      (id) => `analytics-${id}`,
    );
    const changes = await incident({
      cause: async () => {
        await setFunction("analytics", "bad for analytics", "throw");
        await put(producer, streamArn, records("bad for analytics"));
      },
      cure: () => setFunction("analytics", "nothing"),
      expected,
      minuteSeconds: 1.2,
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that records were given up on, until nobody has to redrive them any more", async () => {
    const expected = ["records-given-up", "failures-waiting", "oldest-failure"].map(
      (id) => `audit-${id}`,
    );
    const changes = await incident({
      cause: () => put(producer, streamArn, records("bad for audit")),
      cure: async () => {
        const { Messages: [report] = [] } = await consumer.sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl }),
        );
        const ReceiptHandle = report?.ReceiptHandle;
        await consumer.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      },
      expected,
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that reports of failed records are lost as well", async () => {
    const all = statements.audit ?? [];
    const expected = ["audit-records-dropped", "audit-destination-failures"];
    const changes = await incident({
      cause: async () => {
        await setRolePolicy(consumer, "audit", ...all.slice(0, -1));
        await put(producer, streamArn, records("bad for audit"));
      },
      cure: () => setRolePolicy(consumer, "audit", ...all),
      expected,
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that producers and readers are throttled", async () => {
    const error = { code: "ProvisionedThroughputExceededException", message: "Rate exceeded" };
    const calls = {
      PutRecord: new PutRecordCommand({
        StreamARN: streamArn,
        PartitionKey: "k",
        Data: Buffer.from("good"),
      }),
      GetRecords: new GetRecordsCommand({ StreamARN: streamArn, ShardIterator: "any" }),
    };
    const changes = await incident({
      during: async () => {
        for (const [name, call] of Object.entries(calls)) {
          aws.failNext("kinesis", name, error);
          const sent = producer.kinesis.send(call as PutRecordCommand);
          expect(await refusal(sent)).toMatch(error.code);
        }
      },
      expected: ["write-throttled", "read-throttled"],
    });
    expect(changes).toEqual(offAndOn("write-throttled", "read-throttled"));
  });

  it("tell that the function may not run", async () => {
    const FunctionName = "analytics";
    const changes = await incident({
      cause: async () => {
        const none = { FunctionName, ReservedConcurrentExecutions: 0 };
        await consumer.lambda.send(new PutFunctionConcurrencyCommand(none));
        await put(producer, streamArn, records("good"));
      },
      cure: () => consumer.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
      expected: ["analytics-function-throttles"],
    });
    expect(changes).toEqual(offAndOn("analytics-function-throttles"));
  });

  it("tell that the mappings were disabled by hand, and that they are enabled again", async () => {
    const changes = await incident({
      cause: () => setEnabled(false),
      cure: () => setEnabled(true),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("are all quiet while the mappings are paused in the settings", async () => {
    watch(synthesized(false));
    alarms.reset();
    await setEnabled(false);
    let minutes = 0;
    await passMinutes(() => minutes++ === 30);
    expect(alarms.changes).toEqual({
      [nameOf("analytics-consumer-lag")]: ["OK", "INSUFFICIENT_DATA"],
    });
  });
});
