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
/** A hundred thousand reports must be extended in less than they are hidden for. */
const CALLS_AT_A_TIME = 10;

/** The reports in an on-failure queue, hidden from other readers while they are worked on. */
export class ReportQueue implements ReportSource {
  readonly name: string;
  readonly holdsRecords = false;
  /** Receipt handles of received messages, by message ID. */
  private readonly received = new Map<string, string>();
  private extension: NodeJS.Timeout | undefined;
  private extending: Promise<void> = Promise.resolve();
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
    this.extension = setInterval(() => {
      this.extending = this.extending.then(() => this.extend());
    }, EXTENSION_MILLISECONDS);
    this.extension.unref();
    for (let page = await this.receivePage(); page.length > 0; page = await this.receivePage()) {
      // SQS may deliver a message twice.
      const isNew = page.map(({ id }) => !this.received.has(id));
      page.forEach(({ id, handle }) => this.received.set(id, handle));
      this.journal.write({ held: Object.fromEntries(page.map(({ id, handle }) => [id, handle])) });
      yield* page.filter((_, at) => isNew[at]).map(({ id, body }) => ({ id, body }));
    }
    const excess = (await this.inFlight()) - this.received.size;
    if (excess > 0) {
      await this.close();
      throw new Error(this.heldByOthers(excess));
    }
  }

  async find(id: string): Promise<StoredReport | undefined> {
    for await (const report of this.receive()) {
      if (report.id === id) {
        return report;
      }
    }
    return undefined;
  }

  async delete(id: string): Promise<void> {
    const ReceiptHandle = this.received.get(id);
    await this.sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
    this.received.delete(id);
  }

  problem(): string | undefined {
    return this.failure;
  }

  async close(): Promise<void> {
    clearInterval(this.extension);
    // It would hide again what is released below.
    await this.extending;
    await this.changeVisibility(this.received.values(), 0);
    this.received.clear();
    this.journal.write({ released: true });
  }

  private heldByOthers(count: number): string {
    return `another reader holds ${count} of the messages in ${this.name}: another redrive, perhaps on another machine, or one that was killed less than ${VISIBILITY_SECONDS} seconds ago; run this again when it has ended`;
  }

  /** Releases the messages of a killed run on this machine, so that they are visible at once. */
  private async releaseOfKilledRun(): Promise<void> {
    const handles = this.journal.heldHandles;
    if (Object.keys(handles).length === 0) {
      return;
    }
    await this.changeVisibility(Object.values(handles), 0);
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

  private async receivePage(): Promise<(StoredReport & { readonly handle: string })[]> {
    const { Messages: messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: VISIBILITY_SECONDS,
        // Long polling asks all of the queue's servers, so that an empty answer means an empty queue.
        WaitTimeSeconds: 1,
      }),
    );
    return messages.map(({ MessageId: id = "", ReceiptHandle: handle = "", Body: body = "" }) => ({
      id,
      handle,
      body,
    }));
  }

  private async extend(): Promise<void> {
    try {
      await this.changeVisibility(this.received.values(), VISIBILITY_SECONDS);
    } catch (error) {
      this.failure = `the reports could not be kept from other readers: ${(error as Error).message}`;
    }
  }

  private async changeVisibility(
    handles: Iterable<string>,
    VisibilityTimeout: number,
  ): Promise<void> {
    const all = [...handles];
    const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, at) =>
      all.slice(at * BATCH, (at + 1) * BATCH),
    );
    // A batch reports deleted messages and expired handles one by one; these need nothing.
    const change = (batch: readonly string[]) =>
      this.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.url,
          Entries: batch.map((ReceiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle,
            VisibilityTimeout,
          })),
        }),
      );
    while (batches.length > 0) {
      await Promise.all(batches.splice(0, CALLS_AT_A_TIME).map(change));
    }
  }
}
