import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** Gives a command a terminal of its own, which is closed at the end of the input. */
const IN_TERMINAL = `
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([terminal, 0], [], [])
    try:
        if terminal in ready:
            os.write(1, os.read(terminal, 65536))
            continue
    except OSError:
        break
    typed = os.read(0, 65536)
    if not typed:
        os.close(terminal)
        break
    os.write(terminal, typed)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`;

export interface RunningCommand {
  /** Sends a signal to the command, not to what it started. */
  kill(signal: NodeJS.Signals): void;
  /** Types into the command's terminal. */
  type(text: string): void;
  closeTerminal(): void;
  /** Resolves once the command has printed the text. */
  printed(text: string): Promise<void>;
  /** Everything it has printed, and its exit code. */
  readonly ended: Promise<{ readonly output: string; readonly code: number | null }>;
}

/** Starts a command as a user does, in a terminal or without one. */
export function startCommand(
  command: readonly string[],
  { terminal = false, ...options }: { cwd: string; env: NodeJS.ProcessEnv; terminal?: boolean },
): RunningCommand {
  const [file = "", ...args] = terminal ? ["python3", "-c", IN_TERMINAL, ...command] : command;
  const child: ChildProcessWithoutNullStreams = spawn(file, args, options);
  let output = "";
  const watchers = new Set<() => void>();
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
    watchers.forEach((watch) => watch());
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const ended = new Promise<{ output: string; code: number | null }>((resolve) => {
    child.once("close", (code) => resolve({ output, code }));
  });
  return {
    kill: (signal) => child.kill(signal),
    type: (text) => child.stdin.write(text),
    closeTerminal: () => child.stdin.end(),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (output.includes(text)) {
            watchers.delete(watch);
            resolve();
          }
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`ended without printing '${text}':\n${output}`)));
      }),
    ended,
  };
}
