import { setTimeout } from "node:timers/promises";

/** Waits; `throttledCall` is the call that AWS throttles, if that is the reason. */
export type Sleep = (milliseconds: number, throttledCall?: string) => Promise<void>;

/** The pauses of a run, which end at once when the user interrupts it. */
export class Pauses {
  private readonly throttledCalls: string[] = [];

  constructor(
    readonly signal?: AbortSignal,
    private readonly wait = (milliseconds: number): Promise<unknown> =>
      setTimeout(milliseconds, undefined, { ...(signal && { signal }) }),
  ) {}

  /** A call that is held off at the moment, because AWS throttles it. */
  get throttledCall(): string | undefined {
    return this.throttledCalls[0];
  }

  /** @throws AbortError after an interruption */
  readonly sleep: Sleep = async (milliseconds, throttledCall) => {
    const all = this.throttledCalls;
    if (throttledCall !== undefined) {
      all.push(throttledCall);
    }
    try {
      await this.wait(milliseconds);
    } finally {
      if (throttledCall !== undefined) {
        all.splice(all.indexOf(throttledCall), 1);
      }
    }
  };

  /** Whether an error says no more than that the run was interrupted. */
  isInterruption(error: unknown): boolean {
    const { signal } = this;
    return (
      signal?.aborted === true &&
      (error === signal.reason || (error as Error).name === "AbortError")
    );
  }
}
