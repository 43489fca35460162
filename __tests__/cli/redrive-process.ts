/**
 * A redrive in a process of its own, which a test can have killed at a chosen point. The function
 * runs in this process: it appends the data of every record to a file.
 */
import * as fs from "node:fs";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { SQSClient } from "@aws-sdk/client-sqs";
import { Progress } from "../../cli/src/redrive/progress";
import { redrive } from "../../cli/src/redrive/redrive";
import { ReportQueue } from "../../cli/src/redrive/report-queue";
import type { Target } from "../../cli/src/redrive/sender";

export interface ProcessInput {
  readonly endpoint: string;
  readonly streamCredentials: { accessKeyId: string; secretAccessKey: string };
  readonly queueCredentials: { accessKeyId: string; secretAccessKey: string };
  readonly queueUrl: string;
  readonly target: Target;
  readonly journal: string;
  readonly delivered: string;
  /** The data of records that the function rejects. */
  readonly rejects?: readonly string[];
  readonly kill?: {
    readonly point: "ReceiveMessage" | "DeleteMessage" | "invoke" | "invoked";
    /** At which occurrence. */
    readonly at: number;
  };
}

const input = JSON.parse(fs.readFileSync(0, "utf8")) as ProcessInput;
let occurrences = 0;

async function passPoint(point: string): Promise<void> {
  if (input.kill?.point === point && ++occurrences === input.kill.at) {
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => undefined);
  }
}

async function main(): Promise<void> {
  const settings = { endpoint: input.endpoint, region: "eu-west-1" };
  const kinesis = new KinesisClient({ ...settings, credentials: input.streamCredentials });
  const sqs = new SQSClient({ ...settings, credentials: input.queueCredentials });
  sqs.middlewareStack.add(
    (next, context) => async (args) => {
      await passPoint((context.commandName ?? "").replace("Command", ""));
      return next(args);
    },
    { step: "initialize" },
  );
  const progress = Progress.open(input.journal);
  const summary = await redrive(
    input.target,
    {},
    {
      kinesis,
      source: new ReportQueue(sqs, input.queueUrl, progress),
      progress,
      invoke: async ({ Records: records }) => {
        await passPoint("invoke");
        for (const { kinesis: record } of records) {
          const data = Buffer.from(record.data, "base64").toString();
          if (input.rejects?.includes(data)) {
            return { result: { batchItemFailures: [{ itemIdentifier: record.sequenceNumber }] } };
          }
          fs.appendFileSync(input.delivered, `${record.partitionKey} ${data}\n`);
        }
        await passPoint("invoked");
        return { result: { batchItemFailures: [] } };
      },
    },
  );
  progress.close();
  process.stdout.write(JSON.stringify(summary));
}

void main();
