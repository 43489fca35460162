import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { parseArn } from "../pipeline/arn";
import type { Pipeline } from "../pipeline/pipeline";
import { LocalAws } from "./aws";

export interface Sample {
  readonly data: string;
  readonly partitionKey: string;
}

export const clientSettings = (aws: LocalAws, arn: string) => {
  const { account, region } = parseArn(arn);
  return {
    endpoint: aws.url,
    region,
    credentials: () => aws.credentials(account),
  };
};

export async function putSample(
  aws: LocalAws,
  streamArn: string,
  { data, partitionKey }: Sample,
): Promise<void> {
  await new KinesisClient(clientSettings(aws, streamArn)).send(
    new PutRecordCommand({
      StreamARN: streamArn,
      Data: Buffer.from(data),
      PartitionKey: partitionKey,
    }),
  );
}

/** Reason why the local AWS cannot run a mapping's function; undefined if it can. */
export async function runtimeReason(
  aws: LocalAws,
  { function: { arn: functionArn } }: Pipeline,
): Promise<string | undefined> {
  const { Runtime: runtime } = await new LambdaClient(clientSettings(aws, functionArn)).send(
    new GetFunctionConfigurationCommand({ FunctionName: functionArn }),
  );
  return runtime === undefined || runtime.startsWith("nodejs")
    ? undefined
    : `the local AWS runs Node.js functions only, not ${runtime}`;
}

/** What a function logged of the sample, or all that it logged; messages of JSON logs stand alone. */
export function shownLines(lines: readonly string[], { partitionKey }: Sample): string[] {
  const own = lines.filter((line) => line.includes(partitionKey));
  return (own.length > 0 ? own : lines).map((line) => {
    try {
      const { message } = JSON.parse(line) as { readonly message?: unknown };
      return message === undefined ? line : JSON.stringify(message, undefined, 2);
    } catch {
      return line;
    }
  });
}
