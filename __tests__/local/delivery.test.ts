import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import {
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import { startLocalAws, type LocalAws } from "../../local/aws";
import {
  allow,
  clientsOf,
  connect,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeStream,
  mapping,
  messages,
  policy,
  PRODUCER,
  put,
  REGION,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
  type Clients,
} from "./two-accounts";

jest.setTimeout(60_000);

let aws: LocalAws;
let producer: Clients;
let consumer: Clients;

beforeAll(async () => {
  aws = await startLocalAws({
    rolePropagationSeconds: 0,
    consumerCreatingSeconds: 0,
  });
  producer = await clientsOf(aws, PRODUCER);
  consumer = await clientsOf(aws, CONSUMER);
});
afterAll(() => aws.stop());

// Logs each batch as JSON; data "poison" fails it in the way that the environment says.
const HANDLER = `
exports.handler = async ({ Records }) => {
  const records = Records.map(({ kinesis, eventID }) => ({
    key: kinesis.partitionKey,
    data: Buffer.from(kinesis.data, "base64").toString(),
    shard: eventID.split(":")[0],
  }));
  process.stdout.write("BATCH " + JSON.stringify(records) + "\\n");
  const bad = Records.filter((_, at) => records[at].data.includes("poison"));
  if (!bad.length) return process.env.GOOD && JSON.parse(process.env.GOOD);
  if (process.env.HOW === "throw") throw new Error("poisoned");
  if (process.env.HOW === "exit") process.exit(3);
  if (process.env.HOW === "hang") for (;;);
  if (process.env.HOW === "malformed") return { batchItemFailures: [{ itemIdentifier: "" }] };
  return { batchItemFailures: bad.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })).reverse() };
};`;

interface Seen {
  key: string;
  data: string;
  shard: string;
}

async function batches(name: string): Promise<Seen[][]> {
  return (await messages(consumer, name))
    .filter((message) => message.startsWith("BATCH "))
    .map((message) => JSON.parse(message.slice(6)) as Seen[]);
}

async function data(name: string): Promise<string[]> {
  return (await batches(name)).flat().map((record) => record.data);
}

const records = (...values: string[]) => values.map((value) => ({ key: "k", data: value }));

async function queue(name: string) {
  const { QueueUrl } = await consumer.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const arn = `arn:aws:sqs:${REGION}:${CONSUMER}:${name}`;
  const receive = async (): Promise<Record<string, unknown> | undefined> => {
    const { Messages: [message] = [] } = await consumer.sqs.send(
      new ReceiveMessageCommand({ QueueUrl }),
    );
    return message && (JSON.parse(message.Body ?? "") as Record<string, unknown>);
  };
  return { arn, receive };
}

describe("delivery", () => {
  it("hands 10,000 records over 4 shards to three consumers, each key in order", async () => {
    const stream = await makeStream(producer, "many", 4);
    const names = ["many-efo", "many-parallel", "many-shared"];
    const roles: string[] = [];
    for (const name of names) {
      const source = name === "many-shared" ? stream : await makeConsumer(producer, stream, name);
      const settings = {
        ParallelizationFactor: name === "many-parallel" ? 2 : 1,
      };
      roles.push(
        (
          await connect(producer, consumer, name, source, HANDLER, {
            mapping: settings,
          })
        ).role,
      );
      await setResourcePolicy(producer, stream, {
        ...allow(STREAM_ACTIONS, stream),
        Principal: { AWS: roles },
      });
    }
    const sent = Array.from({ length: 10_000 }, (_, at) => ({
      key: `key-${at % 100}`,
      data: String(at),
    }));
    const start = Date.now();
    await put(producer, stream, sent);
    for (const name of names) {
      await until(async () => new Set(await data(name)).size === sent.length, 40);
      const seen = (await batches(name)).flat();
      expect(new Set(seen.map(({ shard }) => shard)).size).toBe(4);
      for (let key = 0; key < 100; key++) {
        const order = seen
          .filter((record) => record.key === `key-${key}`)
          .map((record) => Number(record.data));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }
    expect(Date.now() - start).toBeLessThan(40_000);
  });

  it("keeps to the batch size, and waits for the batching window", async () => {
    const stream = await makeStream(producer, "window");
    await connect(producer, consumer, "window", stream, HANDLER, {
      mapping: { BatchSize: 4, MaximumBatchingWindowInSeconds: 2 },
    });
    const start = Date.now();
    await put(producer, stream, records("1", "2", "3", "4", "5"));
    await until(async () => (await batches("window")).length === 1);
    expect(Date.now() - start).toBeLessThan(1_900);
    await until(async () => (await batches("window")).length === 2);
    expect(Date.now() - start).toBeGreaterThan(1_900);
    expect((await batches("window")).map((batch) => batch.length)).toEqual([4, 1]);
  });

  it("starts where the starting position says", async () => {
    const stream = await makeStream(producer, "start");
    await put(producer, stream, records("old"));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const between = new Date();
    await connect(producer, consumer, "latest", stream, HANDLER, {
      mapping: { StartingPosition: "LATEST" },
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await put(producer, stream, records("new"));
    await until(async () => (await data("latest")).length === 1);
    await connect(producer, consumer, "timestamp", stream, HANDLER, {
      mapping: {
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: between,
      },
    });
    await connect(producer, consumer, "horizon", stream, HANDLER);
    await until(async () => (await data("horizon")).length === 2);
    expect(await data("horizon")).toEqual(["old", "new"]);
    expect(await data("timestamp")).toEqual(["new"]);
    expect(await data("latest")).toEqual(["new"]);
  });

  it("filters before it invokes", async () => {
    const stream = await makeStream(producer, "filtered");
    await connect(producer, consumer, "filtered", stream, HANDLER, {
      mapping: {
        FilterCriteria: {
          Filters: [{ Pattern: JSON.stringify({ data: { city: ["Oslo"] } }) }],
        },
      },
    });
    await put(producer, stream, records('{"city":"Rome"}', "not json", '{"city":"Oslo"}'));
    await until(async () => (await data("filtered")).length > 0);
    expect(await data("filtered")).toEqual(['{"city":"Oslo"}']);
  });

  it("goes on where it was when a mapping is disabled, changed and enabled again", async () => {
    const stream = await makeStream(producer, "paused");
    const { uuid: UUID } = await connect(producer, consumer, "paused", stream, HANDLER);
    await put(producer, stream, records("1"));
    await until(async () => (await data("paused")).length === 1);
    await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await until(async () => (await mapping(consumer, UUID)).State === "Disabled");
    await put(producer, stream, records("2", "3"));
    await consumer.lambda.send(
      new UpdateEventSourceMappingCommand({
        UUID,
        Enabled: true,
        BatchSize: 1,
      }),
    );
    await until(async () => (await data("paused")).length === 3);
    expect(await data("paused")).toEqual(["1", "2", "3"]);
  });
});

describe("permissions while polling", () => {
  const cases: [string, (stream: string, arn: string, role: string) => Promise<unknown>, RegExp][] =
    [
      [
        "the stream's policy",
        (stream) => producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream })),
        /kinesis:DescribeStream on resource: arn:aws:kinesis:eu-west-1:111111111111:stream\/taken-\d$/,
      ],
      [
        "the consumer's policy",
        (_, arn) => producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: arn })),
        /kinesis:SubscribeToShard on resource: .*\/consumer\/taken-\d:\d+$/,
      ],
      [
        "the role's policy",
        (_, __, role) =>
          consumer.iam.send(
            new PutRolePolicyCommand({
              RoleName: role,
              PolicyName: "own",
              PolicyDocument: policy(allow(["logs:*"], "*")),
            }),
          ),
        /kinesis:DescribeStream on resource/,
      ],
    ];
  it.each(cases.map((one, at) => [one[0], at] as const))(
    "stop delivery without %s, say so, and let it go on when it is back",
    async (_, at) => {
      const [, take, words] = cases[at]!;
      const name = `taken-${at}`;
      const stream = await makeStream(producer, name);
      const arn = await makeConsumer(producer, stream, name);
      const { uuid, role } = await connect(producer, consumer, name, arn, HANDLER);
      await put(producer, stream, records("before"));
      await until(async () => (await data(name)).length === 1);

      await take(stream, arn, name);
      await put(producer, stream, records("while"));
      const result = await until(async () => {
        const { LastProcessingResult: last = "" } = await mapping(consumer, uuid);
        return last.startsWith("PROBLEM: User: arn:aws:sts::") && last;
      });
      expect(result).toContain(`assumed-role/${name}/${name} is not authorized to perform: `);
      expect(result).toMatch(words);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await data(name)).toEqual(["before"]);

      await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
      await setResourcePolicy(producer, arn, allow(CONSUMER_ACTIONS, arn, role));
      await consumer.iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: "own",
          PolicyDocument: policy(
            allow(STREAM_ACTIONS, stream),
            allow(CONSUMER_ACTIONS, arn),
            allow(["logs:*"], "*"),
          ),
        }),
      );
      await until(async () => (await data(name)).length === 2);
      expect(await data(name)).toEqual(["before", "while"]);
    },
  );

  it("are no problem any more once they are back", async () => {
    const stream = await makeStream(producer, "given-back");
    const { uuid, role } = await connect(producer, consumer, "given-back", stream, HANDLER);
    const result = async () => (await mapping(consumer, uuid)).LastProcessingResult;
    await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream }));
    await until(async () => (await result())?.startsWith("PROBLEM: User: arn:aws:sts::"));
    await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
    await until(async () => (await result()) === "No records processed");
  });

  it("write no logs that the role may not write", async () => {
    const stream = await makeStream(producer, "silent");
    const { uuid } = await connect(producer, consumer, "silent", stream, HANDLER);
    await consumer.iam.send(
      new PutRolePolicyCommand({
        RoleName: "silent",
        PolicyName: "own",
        PolicyDocument: policy(allow(STREAM_ACTIONS, stream)),
      }),
    );
    await put(producer, stream, records("1"));
    await until(async () => (await mapping(consumer, uuid)).LastProcessingResult === "OK");
    await aws.flushLogs();
    expect(await messages(consumer, "silent")).toEqual([]);
  });
});

describe("failures", () => {
  it("without splitting retry the whole batch, then send its metadata to SQS", async () => {
    const stream = await makeStream(producer, "retried");
    const { arn, receive } = await queue("retried");
    await connect(producer, consumer, "retried", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("1", "poison", "3"));
    const sent = await until(receive);
    expect(sent).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[\w-]{36}$/),
        functionArn: `arn:aws:lambda:${REGION}:${CONSUMER}:function:retried`,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: "Unhandled",
      },
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      KinesisBatchInfo: {
        shardId: "shardId-000000000000",
        startSequenceNumber: "1",
        endSequenceNumber: "3",
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 3,
        streamArn: stream,
      },
    });
    expect(await batches("retried")).toHaveLength(3);
    await put(producer, stream, records("after"));
    await until(async () => (await data("retried")).includes("after"));
  });

  it("with bisecting leave only the bad record out, and splitting costs no retries", async () => {
    const stream = await makeStream(producer, "bisected");
    const { arn, receive } = await queue("bisected");
    await connect(producer, consumer, "bisected", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 1,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("1", "2", "3", "4", "5", "poison", "7", "8"));
    const sent = await until(receive);
    expect(sent.KinesisBatchInfo).toMatchObject({
      batchSize: 1,
      startSequenceNumber: "6",
      endSequenceNumber: "6",
    });
    await until(async () => (await data("bisected")).includes("8"));
    const seen = await batches("bisected");
    expect(seen.filter((batch) => batch.length === 1 && batch[0]?.data === "poison")).toHaveLength(
      2,
    );
    const good = seen.filter((batch) => !batch.some((record) => record.data === "poison")).flat();
    expect(good.map((record) => record.data)).toEqual(["1", "2", "3", "4", "7", "8", "5"].sort());
  });

  it("reported for single records are retried from the lowest one", async () => {
    const stream = await makeStream(producer, "partial");
    const { uuid } = await connect(producer, consumer, "partial", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 1,
      },
    });
    await put(producer, stream, records("1", "2", "poison", "4", "poison too"));
    await until(async () => (await batches("partial")).length === 2);
    expect((await batches("partial")).map((batch) => batch.map((record) => record.data))).toEqual([
      ["1", "2", "poison", "4", "poison too"],
      ["poison", "4", "poison too"],
    ]);
    expect((await mapping(consumer, uuid)).LastProcessingResult).toBe(
      "PROBLEM: Function call failed",
    );
  });

  it("reported with bisecting lose one bad record in 1,000 and nothing else", async () => {
    const stream = await makeStream(producer, "thousand");
    const { arn, receive } = await queue("thousand");
    await connect(producer, consumer, "thousand", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    const sent = Array.from({ length: 1000 }, (_, at) => (at === 456 ? "poison" : `good ${at}`));
    await put(producer, stream, records(...sent));
    expect((await until(receive)).KinesisBatchInfo).toMatchObject({
      batchSize: 1,
      startSequenceNumber: "457",
    });
    await until(async () => new Set(await data("thousand")).size === 1000);
  });

  it("of an unknown record are failures of the whole batch", async () => {
    const stream = await makeStream(producer, "malformed");
    await connect(producer, consumer, "malformed", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 1,
      },
      function: { Environment: { Variables: { HOW: "malformed" } } },
    });
    await put(producer, stream, records("1", "poison"));
    await until(async () => (await batches("malformed")).length === 2);
    expect((await batches("malformed"))[1]).toHaveLength(2);
  });

  it("go to S3 with the whole event, and to SNS without it", async () => {
    const { arn, receive } = await queue("from-sns");
    const { TopicArn = "" } = await consumer.sns.send(new CreateTopicCommand({ Name: "failed" }));
    await consumer.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));
    await consumer.s3.send(
      new CreateBucketCommand({
        Bucket: "failed",
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    const stream = await makeStream(producer, "destinations");
    const environment = { Environment: { Variables: { HOW: "throw" } } };
    const { uuid } = await connect(producer, consumer, "to-s3", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: {
          OnFailure: { Destination: "arn:aws:s3:::failed" },
        },
      },
      function: environment,
      statements: [
        allow(["s3:PutObject", "s3:ListBucket"], ["arn:aws:s3:::failed", "arn:aws:s3:::failed/*"]),
      ],
    });
    await put(producer, stream, records("poison"));
    const Key = await until(async () => {
      const { Contents = [] } = await consumer.s3.send(
        new ListObjectsV2Command({ Bucket: "failed" }),
      );
      return Contents[0]?.Key;
    });
    expect(Key).toMatch(
      new RegExp(
        `^aws/lambda/${uuid}/shardId-000000000000/\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[\\w-]{36}$`,
      ),
    );
    const object = await consumer.s3.send(new GetObjectCommand({ Bucket: "failed", Key }));
    const record = JSON.parse((await object.Body?.transformToString()) ?? "") as {
      payload: string;
    };
    expect(record).toMatchObject({
      version: "1.0",
      KinesisBatchInfo: { batchSize: 1 },
    });
    expect(JSON.parse(record.payload)).toMatchObject({
      Records: [
        {
          eventSource: "aws:kinesis",
          eventSourceARN: stream,
          kinesis: { partitionKey: "k" },
        },
      ],
    });

    await connect(producer, consumer, "to-sns", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: TopicArn } },
      },
      function: environment,
      statements: [allow(["sns:Publish"], TopicArn)],
    });
    const { Message } = (await until(receive)) as { Message: string };
    expect(JSON.parse(Message)).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted" },
    });
    expect(JSON.parse(Message)).not.toHaveProperty("payload");
  });

  it("are lost when the role may not write to the destination, and the mapping says so", async () => {
    const stream = await makeStream(producer, "denied-queue");
    const { arn, receive } = await queue("denied-queue");
    const { uuid } = await connect(producer, consumer, "denied-queue", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
    });
    await put(producer, stream, records("poison"));
    await until(async () =>
      ((await mapping(consumer, uuid)).LastProcessingResult ?? "").includes(
        "not authorized to perform: sqs:SendMessage",
      ),
    );
    expect(await receive()).toBeUndefined();
  });

  it("of records older than the maximum age are not retried", async () => {
    const stream = await makeStream(producer, "aged");
    const { arn, receive } = await queue("aged");
    await connect(producer, consumer, "aged", stream, HANDLER, {
      mapping: {
        MaximumRecordAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("poison"));
    await until(async () => (await data("aged")).length >= 2);
    const real = Date.now;
    const later = jest.spyOn(Date, "now").mockImplementation(() => real() + 61_000);
    try {
      const sent = await until(receive);
      expect(sent.requestContext).toMatchObject({
        condition: "RecordAgeExceeded",
      });
    } finally {
      later.mockRestore();
    }
  });

  it.each([
    ["exits", "exit", /RequestId: .* Error: Runtime exited with error: exit status 3/],
    ["hangs past its timeout", "hang", /Task timed out after 1\.00 seconds/],
    ["throws", "throw", /ERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"poisoned"/],
  ])("of a function that %s are logged and retried in a new process", async (_, how, words) => {
    const name = `crash-${how}`;
    const stream = await makeStream(producer, name);
    await connect(producer, consumer, name, stream, HANDLER, {
      mapping: { MaximumRetryAttempts: 1 },
      function: { Timeout: 1, Environment: { Variables: { HOW: how } } },
    });
    await put(producer, stream, records("poison"));
    await until(async () => (await data(name)).length === 2);
    await put(producer, stream, records("after"));
    await until(async () => (await data(name)).includes("after"));
    expect((await messages(consumer, name)).join("\n")).toMatch(words);
  });
});

describe("functions", () => {
  it("log as Lambda's Node runtime does, in JSON and in text", async () => {
    const stream = await makeStream(producer, "logging");
    const source = `exports.handler = async (event, context) => {
      console.log({ a: 1 });
      console.log("text", { b: 2 });
      console.debug("hidden in JSON");
      console.error(new Error("broken"));
      return process.env.MINE + context.functionName;
    }`;
    await connect(producer, consumer, "logging", stream, source, {
      function: {
        LoggingConfig: { LogFormat: "JSON" },
        Environment: { Variables: { MINE: "x" } },
      },
    });
    await put(producer, stream, records("1"));
    await until(async () => (await messages(consumer, "logging")).length >= 3);
    const lines = (await messages(consumer, "logging")).map((line) => JSON.parse(line) as object);
    const common = {
      timestamp: expect.stringMatching(/Z$/),
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    };
    expect(lines).toEqual([
      { ...common, level: "INFO", message: { a: 1 } },
      { ...common, level: "INFO", message: "text { b: 2 }" },
      {
        ...common,
        level: "ERROR",
        message: expect.objectContaining({
          errorType: "Error",
          errorMessage: "broken",
        }),
      },
    ]);

    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "logging",
        LoggingConfig: { LogFormat: "Text" },
      }),
    );
    await put(producer, stream, records("2"));
    await until(async () => (await messages(consumer, "logging")).length >= 7);
    const text = (await messages(consumer, "logging")).slice(3);
    expect(text[0]).toMatch(/^[\d-]+T[\d:.]+Z\t[\w-]{36}\tINFO\t\{ a: 1 \}$/);
    expect(text[2]).toMatch(/\tDEBUG\thidden in JSON$/);
  });

  it("of another runtime get a mapping that says why nothing is delivered", async () => {
    const stream = await makeStream(producer, "python");
    const { uuid } = await connect(producer, consumer, "python", stream, "", {
      function: { Runtime: "python3.13" },
    });
    await until(async () =>
      /^PROBLEM: .*can't be run in the local AWS: its runtime is python3\.13/.test(
        (await mapping(consumer, uuid)).LastProcessingResult ?? "",
      ),
    );
  });

  it("may be ES modules, use callbacks, and call AWS as their role", async () => {
    const stream = await makeStream(producer, "esm");
    const source = `import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
      export const handler = (event, context, done) => {
        new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => { console.log(Arn); done(null); }, done);
      };`;
    await connect(producer, consumer, "esm", stream, "", {
      function: {
        Timeout: 10,
        Code: { ZipFile: zipSync({ "index.mjs": strToU8(source) }) },
      },
    });
    await put(producer, stream, records("1"));
    await until(async () =>
      (await messages(consumer, "esm")).some((line) =>
        line.includes(`arn:aws:sts::${CONSUMER}:assumed-role/esm/`),
      ),
    );
  });
});
