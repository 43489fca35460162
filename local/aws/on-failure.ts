import { randomUUID } from "node:crypto";
import type { Accounts } from "./accounts";
import type { Functions } from "./functions";
import { kinesisEvent, type KinesisRecord } from "../../pipeline/kinesis-event";
import type { Mapping } from "./mapping-settings";
import { sessionOf, type Permissions } from "./permissions";
import type { QueueMetrics } from "./queue-metrics";
import { parseArn, streamArnOf } from "../../pipeline/arn";

/** A failed invocation. */
export interface Failure {
  readonly requestId: string;
  readonly executedVersion: string;
  readonly functionError?: "Unhandled";
  /** Index of the first failed record; undefined if the whole batch failed. */
  readonly from?: number;
}

/** Records that Lambda discards, with the reason. */
interface Discarded {
  readonly condition: string;
  readonly shardId: string;
  readonly records: readonly KinesisRecord[];
  readonly invocations: number;
  readonly failure: Failure | undefined;
}

/** Sends invocation records of discarded batches to a mapping's on-failure destination. */
export class OnFailure {
  constructor(
    private readonly accounts: Accounts,
    private readonly permissions: Permissions,
    private readonly functions: Functions,
    private readonly queueMetrics: QueueMetrics,
  ) {}

  /** Resolves with the reason if the role is not allowed to send. As in AWS, the records are lost then. */
  async send(mapping: Mapping, discarded: Discarded): Promise<string | undefined> {
    const destination = mapping.DestinationConfig?.OnFailure?.Destination;
    if (!destination) {
      return undefined;
    }
    const configuration = await this.functions.configuration(mapping.FunctionArn);
    const denied = (action: string, resource: string, resourcePolicy?: string) => {
      const principal = sessionOf(configuration);
      return this.permissions.denied({ principal, action, resource, resourcePolicy });
    };
    const { service, resource } = parseArn(destination);
    const { sqs, sns } = this.accounts.owning(destination);
    const { s3 } = this.accounts.owning(mapping.FunctionArn);
    const record = invocationRecord(mapping, discarded);

    if (service === "sqs") {
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName: resource });
      const queue = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["Policy"] });
      const problem = await denied("sqs:SendMessage", destination, queue.Attributes?.Policy);
      if (!problem) {
        await sqs.sendMessage({ QueueUrl, MessageBody: JSON.stringify(record) });
        this.queueMetrics.sent(destination);
      }
      return problem;
    }
    if (service === "sns") {
      const topic = await sns.getTopicAttributes({ TopicArn: destination });
      const problem = await denied("sns:Publish", destination, topic.Attributes?.Policy);
      if (!problem) {
        await sns.publish({ TopicArn: destination, Message: JSON.stringify(record) });
      }
      return problem;
    }
    const Key = objectKey(mapping, discarded.shardId, record.timestamp);
    const problem =
      (await denied("s3:ListBucket", destination)) ??
      (await denied("s3:PutObject", `${destination}/${Key}`));
    const event = kinesisEvent(discarded.records, discarded.shardId, {
      eventSourceArn: mapping.EventSourceArn,
      roleArn: configuration.Role,
    });
    const Body = JSON.stringify({ ...record, payload: JSON.stringify(event) });
    if (!problem) {
      await s3.putObject({ Bucket: resource, Key, Body });
    }
    return problem;
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
function invocationRecord(
  mapping: Mapping,
  { condition, shardId, records, invocations, failure }: Discarded,
) {
  const [first, last] = [records[0], records.at(-1)];
  const time = (record?: KinesisRecord) =>
    new Date((record?.approximateArrivalTimestamp ?? 0) * 1000).toISOString();
  const functionError = failure?.functionError;
  return {
    requestContext: {
      requestId: failure?.requestId ?? randomUUID(),
      functionArn: mapping.FunctionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations && {
      responseContext: {
        statusCode: 200,
        executedVersion: failure?.executedVersion,
        ...(functionError && { functionError }),
      },
    }),
    version: "1.0",
    timestamp: new Date().toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: time(first),
      approximateArrivalOfLastRecord: time(last),
      batchSize: records.length,
      streamArn: streamArnOf(mapping.EventSourceArn),
    },
  };
}

function objectKey({ UUID }: Mapping, shardId: string, timestamp: string) {
  const [date = ""] = timestamp.split("T");
  const second = timestamp.slice(0, 19).replaceAll(":", ".");
  return `aws/lambda/${UUID}/${shardId}/${date.replaceAll("-", "/")}/${second}-${randomUUID()}`;
}
