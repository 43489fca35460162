import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { Delivery } from "../../../local/aws/batch";
import type { Clients } from "../../local/two-accounts";

const KEYS = ["key-0", "key-1", "key-2", "key-3"];
const INTERVAL_MILLISECONDS = 1_000;

/** One numbered record. Numbers rise over the whole run, so they rise within a key too. */
export interface Sent {
  readonly number: number;
  readonly key: string;
  readonly streamArn: string;
  /** When Kinesis had accepted it, in milliseconds. */
  readonly at: number;
}

/** Puts numbered records into streams at a constant rate, as a producer that retries until it is let in. */
export class Load {
  private readonly sent = new Map<string, Sent[]>();
  private readonly refused: { readonly streamId: string; readonly message: string }[] = [];
  private number = 0;
  private isRunning = false;
  private producing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly writer: Clients,
    /** The ARN of each stream now, by the id that stays. */
    private readonly arnOf: (streamId: string) => string,
  ) {}

  start(streamIds: readonly string[]): void {
    this.isRunning = true;
    this.producing = Promise.all(streamIds.map((streamId) => this.produce(streamId)));
  }

  /** Resolves once every record that was begun has been accepted. */
  async stop(): Promise<void> {
    this.isRunning = false;
    await this.producing;
  }

  sentTo(streamId: string): readonly Sent[] {
    return this.sent.get(streamId) ?? [];
  }

  refusals(streamId: string): string[] {
    return this.refused.filter((one) => one.streamId === streamId).map(({ message }) => message);
  }

  private async produce(streamId: string): Promise<void> {
    while (this.isRunning) {
      const records = KEYS.map((key) => ({ key, number: this.number++ }));
      await this.put(streamId, records);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MILLISECONDS));
    }
  }

  private async put(
    streamId: string,
    records: readonly { readonly key: string; readonly number: number }[],
  ): Promise<void> {
    for (;;) {
      const streamArn = this.arnOf(streamId);
      try {
        await this.writer.kinesis.send(
          new PutRecordsCommand({
            StreamARN: streamArn,
            Records: records.map(({ key, number }) => ({
              PartitionKey: key,
              Data: Buffer.from(String(number)),
            })),
          }),
        );
        const at = Date.now();
        const accepted = records.map((record) => ({ ...record, streamArn, at }));
        this.sent.set(streamId, [...this.sentTo(streamId), ...accepted]);
        return;
      } catch (error) {
        this.refused.push({ streamId, message: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}

export interface Received {
  readonly number: number;
  readonly key: string;
  readonly at: number;
  /** Version of the function that processed it. */
  readonly version: string;
}

/** What each function has processed, in order. */
export class Deliveries {
  private readonly received = new Map<string, Received[]>();

  readonly add = ({ functionArn, executedVersion: version, records }: Delivery): void => {
    const name = functionArn.split(":")[6]!;
    const at = Date.now();
    const known = this.received.get(name) ?? [];
    this.received.set(name, known);
    known.push(
      ...records.map(({ data, partitionKey: key }) => ({
        number: Number(Buffer.from(data, "base64").toString()),
        key,
        at,
        version,
      })),
    );
  };

  /** By functions of any of these names, in the order of time. */
  to(names: readonly string[]): Received[] {
    return names
      .flatMap((name) => this.received.get(name) ?? [])
      .sort((one, other) => one.at - other.at);
  }
}
