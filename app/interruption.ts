import * as os from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The process was asked to end. */
export class Interrupted extends Error {
  public readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + os.constants.signals[signal];
  }
}

/** Is aborted by the first signal that asks this process to end, with an `Interrupted` as its reason. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => controller.abort(new Interrupted(name)));
  }
  return controller.signal;
}
