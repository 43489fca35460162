import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The process was asked to end. */
class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Aborted by the first signal that asks this process to end; the reason is an error with a message
 * and an exit code. Further signals change nothing: npm passes each Ctrl-C on to its child, which the
 * terminal has sent the same signal.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => controller.abort(new Interrupted(name)));
  }
  return controller.signal;
}
