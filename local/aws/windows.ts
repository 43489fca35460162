import type { KinesisRecord } from "../../pipeline/kinesis-event";
import type { Shard } from "./shards";

const LARGEST_STATE_BYTES = 1024 * 1024;

/**
 * A tumbling window of a shard, while it is open.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export class TumblingWindow {
  private readonly start: number;
  /** In milliseconds since the epoch. */
  readonly end: number;
  private state: object = {};
  /** Lambda ends a window early whose state is too large, and continues it with an empty state. */
  isTooLarge = false;

  /** Opens the window of a record: boundaries are multiples of the window's length. */
  constructor(
    readonly seconds: number,
    record: KinesisRecord,
  ) {
    const arrival = Math.round(record.approximateArrivalTimestamp * 1000);
    this.start = arrival - (arrival % (seconds * 1000));
    this.end = this.start + seconds * 1000;
  }

  includes({ approximateArrivalTimestamp: seconds }: KinesisRecord): boolean {
    const arrival = Math.round(seconds * 1000);
    return arrival >= this.start && arrival < this.end;
  }

  /** What the event says of the window, besides its records. */
  eventOf(shardId: string, eventSourceARN: string, isFinalInvokeForWindow: boolean) {
    return {
      window: { start: isoSeconds(this.start), end: isoSeconds(this.end) },
      state: this.state,
      shardId,
      eventSourceARN,
      isFinalInvokeForWindow,
      isWindowTerminatedEarly: isFinalInvokeForWindow && this.isTooLarge,
    };
  }

  /** The state that a function returned; undefined if there is none, which Lambda counts as a failure. */
  static stateIn(result: unknown): object | undefined {
    const { state } = (result ?? {}) as { readonly state?: unknown };
    return typeof state === "object" && state !== null ? state : undefined;
  }

  keep(state: object): void {
    this.state = state;
    this.isTooLarge = Buffer.byteLength(JSON.stringify(state)) > LARGEST_STATE_BYTES;
  }
}

const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");

/**
 * Whether a shard's window has to end now. Lambda waits up to two minutes for further records when
 * none arrive; here, a read that began after the window's end proves that there are none. A window
 * also ends with its shard, and when the mapping's window is changed.
 */
export function isWindowOver(shard: Shard, seconds: number): boolean {
  const { window, lanes, isRead, readUntil } = shard;
  if (!window) {
    return false;
  }
  if (window.isTooLarge || window.seconds !== seconds) {
    return true;
  }
  const next = lanes.find(({ queue }) => queue.length)?.queue[0];
  return next ? !window.includes(next) : isRead || readUntil >= window.end;
}
