import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { parseArn } from "../../../pipeline/arn";
import { lookUp } from "../look-up";
import { unknown, valueOf, type Fact } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { latest, readMetrics, type Window } from "./metrics";

/** Reports about records that Lambda gave up on, which wait in the on-failure destination. */
export interface Failures {
  readonly waiting: number;
  readonly oldestSeconds?: number;
  /**
   * Seconds until the oldest can no longer be redriven: its records leave the stream, or its report
   * leaves the queue. The records arrived before they were given up on, so it may be less. Left out
   * for a bucket, whose objects hold the records.
   */
  readonly secondsLeft?: number;
}

/** @returns undefined if there is no destination, or one that keeps nothing, such as a topic */
export async function failuresOf(
  pipeline: Pipeline,
  window: Window,
): Promise<Fact<Failures> | undefined> {
  const { destination, function: fn } = pipeline;
  if (destination === undefined || destination.service === "sns") {
    return undefined;
  }
  const owner = parseArn(destination.arn).account || fn.account.id;
  if (owner !== fn.account.id) {
    return unknown(`the destination ${destination.arn} is in account ${owner}`);
  }
  return destination.service === "sqs"
    ? inQueue(pipeline, destination.arn, window)
    : inBucket(pipeline, destination.arn, window);
}

async function inQueue(
  { function: { account }, stream }: Pipeline,
  arn: string,
  window: Window,
): Promise<Fact<Failures>> {
  const QueueName = parseArn(arn).resource;
  const oldest = await readMetrics(
    account,
    [
      {
        namespace: "AWS/SQS",
        name: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName },
        statistic: "Maximum",
      },
    ],
    window,
  );
  return lookUp(account, "sqs:GetQueueAttributes", async ({ sqs }) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "MessageRetentionPeriod",
        ],
      }),
    );
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: taken } =
      Attributes;
    const waiting = Number(visible ?? 0) + Number(taken ?? 0);
    const oldestSeconds = waiting > 0 ? latest(valueOf(oldest)?.[0] ?? []) : undefined;
    const { RetentionPeriodHours: hours } = valueOf(stream.summary) ?? {};
    const retention = Math.min(
      hours === undefined ? Infinity : hours * 3600,
      Number(Attributes.MessageRetentionPeriod ?? Infinity),
    );
    return {
      waiting,
      oldestSeconds,
      ...(oldestSeconds !== undefined &&
        Number.isFinite(retention) && { secondsLeft: Math.max(0, retention - oldestSeconds) }),
    };
  });
}

function inBucket(
  { function: { account }, mapping }: Pipeline,
  arn: string,
  { end }: Window,
): Promise<Fact<Failures>> {
  return lookUp(account, "s3:ListBucket", async ({ s3 }) => {
    let waiting = 0;
    let oldest = Infinity;
    // https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    const Prefix = `aws/lambda/${mapping.uuid}/`;
    const pages = paginateListObjectsV2({ client: s3 }, { Bucket: parseArn(arn).resource, Prefix });
    for await (const { Contents = [] } of pages) {
      waiting += Contents.length;
      oldest = Math.min(oldest, ...Contents.map(({ LastModified: at }) => Number(at)));
    }
    return {
      waiting,
      ...(waiting > 0 && { oldestSeconds: Math.max(0, (Number(end) - oldest) / 1000) }),
    };
  });
}
