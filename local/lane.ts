import {
  BatchProcessor,
  type BatchTools,
  type Guard,
  type KinesisRecord,
} from "./batch";
import type { Mapping } from "./event-source-mapping";

const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;

/** One ordered sequence of records within a shard. */
export class Lane {
  private queue: KinesisRecord[] = [];
  private firstAt = 0;
  private woken: () => void = () => undefined;

  constructor(
    private readonly mapping: Mapping,
    private readonly tools: BatchTools,
    private readonly shardId: string,
    private readonly number: number,
    private readonly guard: Guard,
  ) {}

  get size(): number {
    return this.queue.length;
  }

  add(record: KinesisRecord): void {
    if (!this.queue.length) this.firstAt = Date.now();
    this.queue.push(record);
    this.woken();
  }

  wake(): void {
    this.woken();
  }

  rest(): KinesisRecord[] {
    return this.queue;
  }

  async run(): Promise<void> {
    const { MaximumBatchingWindowInSeconds: seconds, BatchSize: most } =
      this.mapping.settings;
    const processor = new BatchProcessor(
      this.mapping,
      this.tools,
      this.shardId,
      `${this.mapping.uuid} ${this.shardId} ${this.number}`,
      this.guard,
    );
    while (!this.guard.isStopping) {
      const left = this.firstAt + seconds * 1000 - Date.now();
      const full =
        this.queue.length >= most ||
        fitting(this.queue, most) < this.queue.length;
      if (!this.queue.length || (!full && left > 0)) {
        await this.awaken(this.queue.length ? left : undefined);
        continue;
      }
      const batch = this.queue.splice(0, fitting(this.queue, most));
      this.firstAt = Date.now();
      this.queue.unshift(...(await processor.process(batch)));
    }
  }

  private awaken(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer =
        milliseconds === undefined
          ? undefined
          : setTimeout(resolve, milliseconds);
      this.woken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function fitting(records: KinesisRecord[], most: number): number {
  let bytes = 0;
  const end = Math.min(most, records.length);
  for (let at = 0; at < end; at++) {
    const { data = "", partitionKey = "" } = records[at] ?? {};
    bytes += data.length + partitionKey.length + 500;
    if (bytes > LARGEST_BATCH_BYTES) return Math.max(1, at);
  }
  return end;
}
