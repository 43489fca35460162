import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/** Distributes records over lanes; those of a partition key, or of none, stay together and in order. */
export function lanesOf(records: readonly KinesisRecord[], count: number): KinesisRecord[][] {
  const lanes: KinesisRecord[][] = Array.from({ length: count }, () => []);
  for (const record of records) {
    lanes[count === 1 ? 0 : hash(record.partitionKey ?? "") % count]?.push(record);
  }
  return lanes.filter(({ length }) => length > 0);
}

/** FNV-1a: neighbouring keys must not come into the same lane. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

/** Lets so many callers work at a time, and the others in the order in which they came. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) {
      this.free -= 1;
    } else {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) {
        next();
      } else {
        this.free += 1;
      }
    }
  }
}
