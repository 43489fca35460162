import * as fs from "node:fs";
import * as os from "node:os";
import { onDisk } from "./state-files";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

const TAKEOVER_MILLISECONDS = 50;

/** Locks of this process: a process ID alone may be that of an ended process, used again. */
const ownLocks = new Set<string>();

/**
 * Lets one process of this machine in at a time. A lock whose process has ended is taken over.
 *
 * @returns gives the lock back
 * @throws Error that names the process that has the lock
 */
export async function lock(file: string): Promise<() => void> {
  const own: Holder = { pid: process.pid, host: os.hostname() };
  if (!create(file, own)) {
    const holder = read(file);
    if (holder && isAlive(holder, file)) {
      throw new Error(
        `another redrive of this queue is running (process ${holder.pid} on ${holder.host}); wait for it, or delete ${file} if there is no such process`,
      );
    }
    fs.rmSync(file, { force: true });
    create(file, own);
    // Another process may replace the same stale lock at the same moment: the last one to write it owns it.
    await new Promise((resolve) => setTimeout(resolve, TAKEOVER_MILLISECONDS));
    if (read(file)?.pid !== own.pid) {
      throw new Error("another redrive of this queue has just started; wait for it");
    }
  }
  ownLocks.add(file);
  return () => {
    ownLocks.delete(file);
    fs.rmSync(file, { force: true });
  };
}

/** Writes a temporary file first, so that no process reads a half-written lock. */
function create(file: string, holder: Holder): boolean {
  const written = `${file}.${holder.pid}`;
  try {
    onDisk(written, () => fs.writeFileSync(written, JSON.stringify(holder), { mode: 0o600 }));
    fs.linkSync(written, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    fs.rmSync(written, { force: true });
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host }: Holder, file: string): boolean {
  if (host !== os.hostname()) {
    return true;
  }
  if (pid === process.pid) {
    return ownLocks.has(file);
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
