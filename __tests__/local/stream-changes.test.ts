import {
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import {
  allow,
  connect,
  CONSUMER,
  makeStream,
  mapping,
  messages,
  policy,
  PRODUCER,
  put,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const HANDLER = `exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records)
    process.stdout.write(kinesis.partitionKey + " " + Buffer.from(kinesis.data, "base64") + "\\n");
};`;

const { producer, consumer } = useTwoAccounts();

const seenBy = async (name: string): Promise<string[]> =>
  (await messages(consumer, name))
    .filter((line) => line.startsWith("key-"))
    .map((line) => line.trim());

describe("a stream that is resharded", () => {
  const reshard = (StreamARN: string, TargetShardCount: number) =>
    producer.kinesis.send(
      new UpdateShardCountCommand({ StreamARN, TargetShardCount, ScalingType: "UNIFORM_SCALING" }),
    );

  it("delivers every record once and in order per key to a mapping that is behind", async () => {
    const stream = await makeStream(producer, "resharded", 2);
    const { uuid } = await connect(producer, consumer, "resharded", stream, HANDLER);
    const enable = async (Enabled: boolean) => {
      await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled }));
      const state = Enabled ? "Enabled" : "Disabled";
      await until(async () => (await mapping(consumer, uuid)).State === state);
    };
    await enable(false);
    const sent: string[] = [];
    for (const count of [4, 2, 3]) {
      const records = Array.from({ length: 40 }, (_, index) => ({
        key: `key-${index % 8}`,
        data: String(sent.length + index),
      }));
      sent.push(...records.map(({ key, data }) => `${key} ${data}`));
      await put(producer, stream, records);
      await reshard(stream, count);
    }
    await enable(true);

    const seen = await until(async () => {
      const lines = await seenBy("resharded");
      return lines.length >= sent.length && lines;
    });

    expect([...seen].sort()).toEqual([...sent].sort());
    const ofKey = (lines: string[], key: string) => lines.filter((line) => line.startsWith(key));
    for (let key = 0; key < 8; key++) {
      expect(ofKey(seen, `key-${key} `)).toEqual(ofKey(sent, `key-${key} `));
    }
  });

  it.each([
    [9, 4],
    [1, 4],
  ])("is refused %s shards instead of %s", async (target, now) => {
    const stream = await makeStream(producer, `refused-${target}`, now);
    await expect(reshard(stream, target)).rejects.toMatchObject({
      name: "LimitExceededException",
      message: expect.stringContaining(
        `Current open shard count: ${now}, target shard count: ${target}`,
      ),
    });
  });
});

describe("records that were encrypted with a former key of the stream", () => {
  it("are read only while the role may decrypt them with that key", async () => {
    const stream = await makeStream(producer, "rekeyed");
    const { KeyMetadata: key } = await producer.kms.send(
      new CreateKeyCommand({
        Policy: policy(
          allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`),
          allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`),
        ),
      }),
    );
    const { Arn: keyArn, KeyId } = key!;
    const encryption = { StreamARN: stream, EncryptionType: "KMS", KeyId } as const;
    await producer.kinesis.send(new StartStreamEncryptionCommand(encryption));
    await put(producer, stream, [{ key: "key-0", data: "encrypted" }]);
    await producer.kinesis.send(new StopStreamEncryptionCommand(encryption));
    await put(producer, stream, [{ key: "key-0", data: "clear" }]);
    await producer.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));

    const { uuid } = await connect(producer, consumer, "rekeyed", stream, HANDLER, {
      statements: [allow(["kms:Decrypt"], keyArn!)],
    });

    const problem = `PROBLEM: Error: KMSInvalidStateException: ${keyArn} is PendingDeletion.`;
    await until(async () => (await mapping(consumer, uuid)).LastProcessingResult === problem);
    expect(await seenBy("rekeyed")).toEqual([]);

    await producer.kms.send(new CancelKeyDeletionCommand({ KeyId }));
    await producer.kms.send(new EnableKeyCommand({ KeyId }));
    await until(async () => (await seenBy("rekeyed")).length > 1);
    expect(await seenBy("rekeyed")).toEqual(["key-0 encrypted", "key-0 clear"]);
  });
});
