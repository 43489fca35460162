import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { pythonWithMoto } from "../../local/aws/moto";
import { createQueue, HANDLER, loggedData, records } from "./batch-handler";
import { allow, connect, makeStream, mapping, put, REGION, until } from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts();

describe("discarded records", () => {
  it("go to S3 with the whole event, and to SNS without it", async () => {
    const { arn, receive } = await createQueue(consumer, "from-sns");
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

  it("are lost if the role may not write to the destination, and the mapping's result says so", async () => {
    const stream = await makeStream(producer, "denied-queue");
    const { arn, receive } = await createQueue(consumer, "denied-queue");
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

  it("are those older than the maximum age, which are not retried", async () => {
    const stream = await makeStream(producer, "aged");
    const { arn, receive } = await createQueue(consumer, "aged");
    await connect(producer, consumer, "aged", stream, HANDLER, {
      mapping: {
        MaximumRecordAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("poison"));
    await until(async () => (await loggedData(consumer, "aged")).length >= 2);
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
});

it("a queue loses and brings back no message when many are received, deleted and sent at once", async () => {
  const text = execFileSync(await pythonWithMoto(), [join(__dirname, "queue_at_once.py")], {
    env: { ...process.env, PYTHONPATH: join(__dirname, "..", "..", "local", "aws") },
    encoding: "utf8",
  });

  expect(text).toBe("received 60, left 0 of them and 60 sent meanwhile\n");
});
