import type { Accounts } from "./accounts";
import { parseArn } from "../../pipeline/arn";
import type { Metrics } from "./metrics";

/**
 * Metrics of the queues that received reports of failed records:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export class QueueMetrics {
  /** Times in milliseconds at which the messages of a queue were sent, oldest first, by the queue's ARN. */
  private readonly sentAt = new Map<string, number[]>();

  constructor(
    private readonly metrics: Metrics,
    private readonly accounts: Accounts,
  ) {}

  sent(queueArn: string): void {
    if (this.metrics.isOn) {
      this.sentAt.set(queueArn, [...(this.sentAt.get(queueArn) ?? []), Date.now()]);
    }
  }

  async measure(): Promise<void> {
    for (const [arn, times] of this.sentAt) {
      const { sqs } = this.accounts.owning(arn);
      const QueueName = parseArn(arn).resource;
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName });
      const { Attributes: found = {} } = await sqs.getQueueAttributes({
        QueueUrl,
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      });
      const visible = Number(found.ApproximateNumberOfMessages);
      const inFlight = Number(found.ApproximateNumberOfMessagesNotVisible);
      // moto does not tell how old a message is. Reports are processed in the order in which they were sent.
      const deleted = times.splice(0, Math.max(0, times.length - visible - inFlight)).length;
      const [oldest = Date.now()] = times;
      const source = { arn, namespace: "AWS/SQS", dimensions: { QueueName } } as const;
      this.metrics.add(source, "Count", {
        ApproximateNumberOfMessagesVisible: visible,
        ApproximateNumberOfMessagesNotVisible: inFlight,
        NumberOfMessagesDeleted: deleted,
      });
      this.metrics.add(source, "Seconds", {
        ApproximateAgeOfOldestMessage: (Date.now() - oldest) / 1000,
      });
    }
  }
}
