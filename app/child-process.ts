import { spawn } from "node:child_process";

export interface ChildProcessOptions {
  readonly directory?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Interrupts the child, which then ends in its own time. */
  readonly interruption?: AbortSignal;
  /** `pipe` returns what the child prints; otherwise it is shown there. */
  readonly stdout: "pipe" | "stdout" | "stderr";
  /** Called with the process id of the child. */
  readonly onStart?: (pid: number) => void;
}

/**
 * Runs a program until it ends, and returns its exit code and what it printed.
 *
 * It runs in a process group of its own, so that it is interrupted exactly once whatever signal
 * reached this process, and whether or not the terminal sent it to the whole group: at a second
 * signal Terraform would exit without writing the state, and at SIGHUP at once.
 *
 * @throws the reason of the interruption, once the child has ended
 */
export async function runChild(
  command: string,
  args: readonly string[],
  { directory, environment, interruption, stdout, onStart }: ChildProcessOptions,
): Promise<{ readonly code: number | null; readonly text: string }> {
  interruption?.throwIfAborted();
  const output = stdout === "pipe" ? "pipe" : throughUs(process[stdout]);
  const child = spawn(command, args, {
    cwd: directory,
    env: environment,
    stdio: ["inherit", output, throughUs(process.stderr)],
    detached: true,
  });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    if (stdout === "pipe") {
      text += chunk;
    } else {
      process[stdout].write(chunk);
    }
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => process.stderr.write(chunk));
  const interrupt = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGINT");
    }
  };
  interruption?.addEventListener("abort", interrupt);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (child.pid !== undefined) {
      onStart?.(child.pid);
    }
    const code = await ended;
    interruption?.throwIfAborted();
    return { code, text };
  } finally {
    interruption?.removeEventListener("abort", interrupt);
  }
}

/**
 * A child writes to a terminal itself, and through this process to a pipe: if its reader has gone, as
 * after `| head -1`, the child would be killed at its next line, Terraform in the middle of an apply.
 */
const throughUs = (stream: NodeJS.WriteStream): NodeJS.WriteStream | "pipe" =>
  stream.isTTY ? stream : "pipe";
