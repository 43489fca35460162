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

interface Refused {
  readonly streamId: string;
  readonly message: string;
  readonly at: number;
}

/** What two loads on one stream must not share, and what they must. */
interface LoadOptions {
  /** Partition keys. Order within a key is known only if one load puts it. */
  readonly keys?: readonly string[];
  /** The next number of a record. */
  readonly next?: () => number;
}

/** Counts from 0. */
export function counter(): () => number {
  let number = 0;
  return () => number++;
}

/** Puts numbered records into streams at a constant rate, and retries while access is denied. */
export class Load {
  private readonly sent = new Map<string, Sent[]>();
  private readonly refused: Refused[] = [];
  private readonly producing = new Map<string, Promise<void>>();
  /** The streams that are to get more records. */
  private readonly running = new Set<string>();
  /** The streams whose last puts must succeed before the load has stopped. */
  private readonly finishing = new Set<string>();
  private readonly keys: readonly string[];
  private readonly next: () => number;
  private isAbandoned = false;

  constructor(
    private readonly writer: Clients,
    /** The current ARN of each stream, by its construct id. */
    private readonly arnOf: (streamId: string) => string,
    { keys = KEYS, next = counter() }: LoadOptions = {},
  ) {
    this.keys = keys;
    this.next = next;
  }

  start(streamIds: readonly string[]): void {
    for (const streamId of streamIds.filter((one) => !this.running.has(one))) {
      this.running.add(streamId);
      const before = this.producing.get(streamId) ?? Promise.resolve();
      this.producing.set(
        streamId,
        before.then(() => this.produce(streamId)),
      );
    }
  }

  /** Puts nothing more into a stream, not even what was refused. */
  leave(streamId: string): void {
    this.running.delete(streamId);
  }

  /** Resolves once all started puts have succeeded. */
  async stop(): Promise<void> {
    const streamIds = [...this.running];
    this.running.clear();
    streamIds.forEach((streamId) => this.finishing.add(streamId));
    await Promise.all(this.producing.values());
    this.finishing.clear();
  }

  /** Like stop(), but puts that are refused are given up. */
  async abandon(): Promise<void> {
    this.isAbandoned = true;
    await this.stop();
  }

  sentTo(streamId: string): readonly Sent[] {
    return this.sent.get(streamId) ?? [];
  }

  refusals(streamId: string, since = 0): string[] {
    return this.refused
      .filter((one) => one.streamId === streamId && one.at >= since)
      .map(({ message }) => message);
  }

  private mayTry(streamId: string): boolean {
    return !this.isAbandoned && (this.running.has(streamId) || this.finishing.has(streamId));
  }

  private async produce(streamId: string): Promise<void> {
    while (this.running.has(streamId)) {
      await this.put(
        streamId,
        this.keys.map((key) => ({ key, number: this.next() })),
      );
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MILLISECONDS));
    }
  }

  private async put(
    streamId: string,
    records: readonly { readonly key: string; readonly number: number }[],
  ): Promise<void> {
    while (this.mayTry(streamId)) {
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
        const known = this.sent.get(streamId) ?? [];
        this.sent.set(streamId, known);
        known.push(...records.map((record) => ({ ...record, streamArn, at })));
        return;
      } catch (error) {
        this.refused.push({ streamId, message: (error as Error).message, at: Date.now() });
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

  /** @param nameOf what the functions are called here; by default by their names */
  constructor(
    private readonly nameOf = (functionArn: string): string => functionArn.split(":")[6]!,
  ) {}

  readonly add = ({ functionArn, executedVersion: version, records }: Delivery): void => {
    const name = this.nameOf(functionArn);
    const at = Date.now();
    const known = this.received.get(name) ?? [];
    this.received.set(name, known);
    known.push(
      ...records.map(({ data, partitionKey }) => ({
        number: Number(Buffer.from(data, "base64").toString()),
        key: partitionKey ?? "",
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
