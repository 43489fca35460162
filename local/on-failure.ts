import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { GetTopicAttributesCommand, PublishCommand } from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Accounts } from "./accounts";
import type { Failure, Part } from "./batch";
import type { Mapping } from "./event-source-mapping";
import type { Functions } from "./functions";
import { nameOf } from "./functions";
import type { Permissions } from "./permissions";
import { parseArn, streamArnOf } from "./requests";

/** Sends what Lambda gives up on to a mapping's on-failure destination. */
export class OnFailure {
  constructor(
    private readonly accounts: Accounts,
    private readonly permissions: Permissions,
    private readonly functions: Functions,
  ) {}

  /** Resolves with the reason when the destination could not be reached; the records are lost then, as in AWS. */
  async send(
    mapping: Mapping,
    shardId: string,
    condition: string,
    part: Part,
    failure: Failure | undefined,
    event: (roleArn: string) => unknown,
  ): Promise<string | undefined> {
    const destination =
      mapping.settings.DestinationConfig?.OnFailure?.Destination;
    if (!destination) return undefined;
    const record = invocationRecord(mapping, shardId, condition, part, failure);
    const role =
      (await this.functions.configuration(mapping.functionArn))?.Role ?? "";
    const denied = (action: string, resource: string, policy?: string) =>
      this.permissions.deniedRole(
        role,
        nameOf(mapping.functionArn),
        action,
        resource,
        policy,
      );
    const { service, region, account, resource } = parseArn(destination);

    if (service === "sqs") {
      const sqs = this.accounts.sqs(account, region);
      const { QueueUrl } = await sqs.send(
        new GetQueueUrlCommand({ QueueName: resource }),
      );
      const { Attributes: attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }),
      );
      const problem = await denied(
        "sqs:SendMessage",
        destination,
        attributes?.Policy,
      );
      if (problem) return problem;
      await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify(record),
        }),
      );
    } else if (service === "sns") {
      const sns = this.accounts.sns(account, region);
      const { Attributes: attributes } = await sns.send(
        new GetTopicAttributesCommand({ TopicArn: destination }),
      );
      const problem = await denied(
        "sns:Publish",
        destination,
        attributes?.Policy,
      );
      if (problem) return problem;
      await sns.send(
        new PublishCommand({
          TopicArn: destination,
          Message: JSON.stringify(record),
        }),
      );
    } else {
      const function_ = parseArn(mapping.functionArn);
      const Key = objectKey(mapping, shardId, record.timestamp);
      const problem =
        (await denied("s3:ListBucket", destination)) ??
        (await denied("s3:PutObject", `${destination}/${Key}`));
      if (problem) return problem;
      const Body = JSON.stringify({
        ...record,
        payload: JSON.stringify(event(role)),
      });
      const s3 = this.accounts.s3(function_.account, function_.region);
      await s3.send(new PutObjectCommand({ Bucket: resource, Key, Body }));
    }
    return undefined;
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
function invocationRecord(
  mapping: Mapping,
  shardId: string,
  condition: string,
  { records, invocations }: Part,
  failure: Failure | undefined,
) {
  const first = records[0];
  const last = records.at(-1);
  const time = (seconds = 0) => new Date(seconds * 1000).toISOString();
  return {
    requestContext: {
      requestId: failure?.requestId ?? randomUUID(),
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        ...(failure?.functionError && { functionError: "Unhandled" }),
      },
    }),
    version: "1.0",
    timestamp: new Date().toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: time(first?.approximateArrivalTimestamp),
      approximateArrivalOfLastRecord: time(last?.approximateArrivalTimestamp),
      batchSize: records.length,
      streamArn: streamArnOf(mapping.sourceArn),
    },
  };
}

function objectKey(
  mapping: Mapping,
  shardId: string,
  timestamp: string,
): string {
  const [date = "", time = ""] = timestamp.split("T");
  const second = time.slice(0, 8).replaceAll(":", ".");
  return `aws/lambda/${mapping.uuid}/${shardId}/${date.replaceAll("-", "/")}/${date}T${second}-${randomUUID()}`;
}
