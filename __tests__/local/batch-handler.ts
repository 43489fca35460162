import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { CONSUMER, messages, REGION, type Clients } from "./two-accounts";

/** Logs each batch as JSON. Fails on data that contains "poison", in the way that HOW says. */
export const HANDLER = `
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

interface LoggedRecord {
  key: string;
  data: string;
  shard: string;
}

/** The batches that the handler logged, in order. */
export async function loggedBatches(consumer: Clients, name: string): Promise<LoggedRecord[][]> {
  return (await messages(consumer, name))
    .filter((message) => message.startsWith("BATCH "))
    .map((message) => JSON.parse(message.slice(6)) as LoggedRecord[]);
}

/** The data of all records that the handler logged, in order. */
export async function loggedData(consumer: Clients, name: string): Promise<string[]> {
  return (await loggedBatches(consumer, name)).flat().map((record) => record.data);
}

export const records = (...values: string[]) => values.map((value) => ({ key: "k", data: value }));

export async function createQueue({ sqs }: Clients, name: string) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const arn = `arn:aws:sqs:${REGION}:${CONSUMER}:${name}`;
  const receive = async (): Promise<Record<string, unknown> | undefined> => {
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    return message && (JSON.parse(message.Body ?? "") as Record<string, unknown>);
  };
  return { arn, receive };
}
