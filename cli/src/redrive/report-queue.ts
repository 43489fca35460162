import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Journal } from "./journal";
import { Pauses, type Sleep } from "./pauses";
import type { ReportSource, StoredReport } from "./report-source";

/** How long reports stay hidden after a run was killed. A running one extends it. */
const VISIBILITY_SECONDS = 120;
const EXTENSION_MILLISECONDS = 40_000;
/** SQS counts messages within a minute. */
const COUNT_MILLISECONDS = 65_000;
const BATCH = 10;

/** The reports in an on-failure queue, hidden from other readers while they are worked on. */
export class ReportQueue implements ReportSource {
  readonly name: string;
  readonly holdsRecords = false;
  private readonly received = new Map<string, { handle: string; body: string }>();
  private extension: NodeJS.Timeout | undefined;
  private failure: string | undefined;

  constructor(
    private readonly sqs: Pick<SQSClient, "send">,
    private readonly url: string,
    private readonly journal: Journal,
    private readonly sleep: Sleep = new Pauses().sleep,
  ) {
    this.name = `queue ${url.split("/").at(-1) ?? url}`;
  }

  async *receive(): AsyncGenerator<StoredReport> {
    await this.releaseOfKilledRun();
    const others = await this.inFlight();
    if (others > 0) {
      throw new Error(this.heldByOthers(others));
    }
    this.extension = setInterval(() => void this.extend(), EXTENSION_MILLISECONDS);
    this.extension.unref();
    while ((await this.receivePage()) > 0) {
      // Each page is kept in `received`.
    }
    const excess = (await this.inFlight()) - this.received.size;
    if (excess > 0) {
      await this.close();
      throw new Error(this.heldByOthers(excess));
    }
    for (const [id, { body }] of this.received) {
      yield { id, body };
    }
  }

  load(id: string): Promise<StoredReport> {
    return Promise.resolve({ id, body: this.received.get(id)?.body ?? "" });
  }

  async delete(id: string): Promise<void> {
    const ReceiptHandle = this.received.get(id)?.handle;
    await this.sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
    this.received.delete(id);
  }

  problem(): string | undefined {
    return this.failure;
  }

  async close(): Promise<void> {
    clearInterval(this.extension);
    await this.changeVisibility(this.handles(), 0);
    this.received.clear();
    this.journal.write({ released: true });
  }

  private heldByOthers(count: number): string {
    return `another reader holds ${count} of the messages in ${this.name}: another redrive, perhaps on another machine, or one that was killed less than ${VISIBILITY_SECONDS} seconds ago; run this again when it has ended`;
  }

  private handles(): Record<string, string> {
    return Object.fromEntries([...this.received].map(([id, { handle }]) => [id, handle]));
  }

  /** Releases the messages of a killed run on this machine, so that they are visible at once. */
  private async releaseOfKilledRun(): Promise<void> {
    const handles = this.journal.heldHandles;
    if (Object.keys(handles).length === 0) {
      return;
    }
    await this.changeVisibility(handles, 0);
    this.journal.write({ released: true });
    const end = Date.now() + COUNT_MILLISECONDS;
    while (Date.now() < end && (await this.inFlight()) > 0) {
      await this.sleep(1000);
    }
  }

  private async inFlight(): Promise<number> {
    const { Attributes } = await this.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.url,
        AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    return Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
  }

  private async receivePage(): Promise<number> {
    const { Messages: messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: VISIBILITY_SECONDS,
        // Long polling asks all of the queue's servers, so that an empty answer means an empty queue.
        WaitTimeSeconds: 1,
      }),
    );
    const held: Record<string, string> = {};
    for (const { MessageId: id = "", ReceiptHandle: handle = "", Body: body = "" } of messages) {
      this.received.set(id, { handle, body });
      held[id] = handle;
    }
    if (messages.length > 0) {
      this.journal.write({ held });
    }
    return messages.length;
  }

  private async extend(): Promise<void> {
    try {
      await this.changeVisibility(this.handles(), VISIBILITY_SECONDS);
    } catch (error) {
      this.failure = `the reports could not be kept from other readers: ${(error as Error).message}`;
    }
  }

  private async changeVisibility(
    handles: Readonly<Record<string, string>>,
    VisibilityTimeout: number,
  ): Promise<void> {
    const all = Object.values(handles);
    for (let at = 0; at < all.length; at += BATCH) {
      // A batch reports deleted messages and expired handles one by one; these need nothing.
      await this.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.url,
          Entries: all.slice(at, at + BATCH).map((ReceiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle,
            VisibilityTimeout,
          })),
        }),
      );
    }
  }
}
