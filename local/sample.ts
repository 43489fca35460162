import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { setTimeout } from "node:timers/promises";
import { outputName } from "../app/outputs";
import { ConsumerSettings } from "../app/settings";
import { LocalAws } from "./aws";

export interface Sample {
  readonly data: string;
  readonly partitionKey: string;
}

/** Output of `terraform output -json`. */
export type Outputs = Readonly<Record<string, { readonly value: string }>>;

export const clientSettings = (aws: LocalAws, arn: string) => {
  const [, , , region = "", account = ""] = arn.split(":");
  return {
    endpoint: aws.url,
    region,
    credentials: () => aws.credentials(account),
  };
};

const valueOf = (outputs: Outputs, name: string): string => {
  const output = outputs[name];
  if (!output) {
    throw new Error(`the stack has no output ${name}`);
  }
  return output.value;
};

export async function putSample(
  aws: LocalAws,
  outputs: Outputs,
  { data, partitionKey }: Sample,
): Promise<string> {
  const arn = valueOf(outputs, "KinesisStreamArn");
  await putSampleInto(aws, arn, { data, partitionKey });
  return arn;
}

export async function putSampleInto(
  aws: LocalAws,
  arn: string,
  { data, partitionKey }: Sample,
): Promise<void> {
  await new KinesisClient(clientSettings(aws, arn)).send(
    new PutRecordCommand({
      StreamARN: arn,
      Data: Buffer.from(data),
      PartitionKey: partitionKey,
    }),
  );
}

/** Reason why the record cannot be expected in a consumer's log group; undefined if it can. */
export function notAwaitedReason(consumer: ConsumerSettings): string | undefined {
  if (consumer.enabled === false) {
    return "its mapping is not enabled";
  }
  if (consumer.filterPatterns?.length) {
    return "its filterPatterns may drop the record";
  }
  if (consumer.runtime && !consumer.runtime.startsWith("nodejs")) {
    return `the local AWS runs Node.js functions only, not ${consumer.runtime}`;
  }
  return undefined;
}

/** Waits for the sample in a consumer's log group and returns its log line. */
export async function awaitSample(
  aws: LocalAws,
  outputs: Outputs,
  consumerId: string,
  { partitionKey }: Sample,
  timeoutSeconds = 60,
): Promise<unknown> {
  const suffix = `_${outputName(consumerId)}`;
  const logGroupName = valueOf(outputs, `LogGroupName${suffix}`);
  const logs = new CloudWatchLogsClient(
    clientSettings(aws, valueOf(outputs, `LambdaFunctionArn${suffix}`)),
  );
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    const found = events?.find(({ message }) => message?.includes(partitionKey));
    if (found?.message) {
      const line = JSON.parse(found.message) as { message?: unknown };
      return line.message ?? line;
    }
    await setTimeout(250);
  }
  throw new Error(
    `the record did not arrive in ${logGroupName} within ${timeoutSeconds} s; ` +
      `run again with --keep and look at that log group, and at the mapping's LastProcessingResult`,
  );
}
