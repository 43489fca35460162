import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { Delivery } from "../../../local/aws/batch";
import type { Clients } from "../../local/two-accounts";

const KEYS = ["key-0", "key-1", "key-2", "key-3"];
const INTERVAL_MILLISECONDS = 1_000;

/** A record with a number. Numbers increase over the whole run, and therefore within each key. */
export interface Sent {
  readonly number: number;
  readonly key: string;
  readonly streamArn: string;
  /** Time at which Kinesis accepted it, in milliseconds. */
  readonly at: number;
}

/** Puts numbered records into streams at a constant rate, and retries while access is denied. */
export class Load {
  private readonly sent = new Map<string, Sent[]>();
  private readonly refused: { readonly streamId: string; readonly message: string }[] = [];
  private number = 0;
  private isRunning = false;
  private producing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly writer: Clients,
    /** The current ARN of each stream, by its construct id. */
    private readonly arnOf: (streamId: string) => string,
  ) {}

  start(streamIds: readonly string[]): void {
    this.isRunning = true;
    this.producing = Promise.all(streamIds.map((streamId) => this.produce(streamId)));
  }

  /** Resolves once all started puts have succeeded. */
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

/** The records that each function has processed, in order. */
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

  /** The records that functions with these names processed, in chronological order. */
  to(names: readonly string[]): Received[] {
    return names
      .flatMap((name) => this.received.get(name) ?? [])
      .sort((one, other) => one.at - other.at);
  }
}
