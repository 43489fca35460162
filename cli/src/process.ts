import { EXIT } from "./errors";
import { interruption } from "./interruption";
import { run, type ProgramOptions } from "./program";

/**
 * Runs the command line of this process. A command goes on in silence when nobody reads its output any
 * more, as after `| head -1` or in a closed terminal, so that it ends with the exit code that it would
 * have had: 1 would be a finding, and a redrive or a deployment that stops halfway would be worse.
 */
export async function main(options: ProgramOptions = {}): Promise<void> {
  const gone = new AbortController();
  let failure: Error | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      failure ??= error.code === "EPIPE" || error.code === "EIO" ? undefined : error;
      gone.abort();
    });
  }
  const exitCode = await run(process.argv.slice(2), {
    signal: gone.signal,
    interruption,
    ...options,
  });
  if (failure) {
    process.stderr.write(`the output could not be written: ${failure.message}\n`);
  }
  process.exitCode = failure ? EXIT.failed : exitCode;
}
