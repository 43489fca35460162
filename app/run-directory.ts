import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type OutputDirectory, shown } from "./output-directory";

/**
 * The private directory of one run of `plan`, `deploy` or `destroy`: what it synthesizes, archives and
 * plans, which can contain secrets. It is next to the output directory, so that the relative path of a
 * local state is the same in both.
 */
interface RunDirectory {
  readonly path: string;
  /** Records a process that works in the directory, and may go on when this one is killed. */
  readonly usedBy: (pid: number) => void;
}

const PREFIX = ".cdktf.run-";
/** Process ids, one a line, of programs that were started in the directory. */
const PIDS = "pids";

/**
 * Works in a new private directory, which is removed whatever happens. Also removes directories of
 * earlier runs that were killed.
 *
 * @param print called with where a state is that Terraform could not write
 */
export async function inRunDirectory<T>(
  output: OutputDirectory,
  print: (line: string) => void,
  work: (directory: RunDirectory) => Promise<T>,
): Promise<T> {
  const root = path.dirname(output.path);
  removeAbandoned(output, print);
  // mkdtemp creates it with mode 0700.
  const directory = fs.mkdtempSync(
    path.join(root, `${PREFIX}${os.hostname()}-${String(process.pid)}-`),
  );
  try {
    return await work({
      path: directory,
      usedBy: (pid) => fs.appendFileSync(path.join(directory, PIDS), `${String(pid)}\n`),
    });
  } finally {
    remove(directory, output, print);
  }
}

function removeAbandoned(output: OutputDirectory, print: (line: string) => void): void {
  const root = path.dirname(output.path);
  for (const name of fs.readdirSync(root).filter((one) => one.startsWith(PREFIX))) {
    const directory = path.join(root, name);
    try {
      if (isAbandoned(directory)) {
        remove(directory, output, print);
      }
    } catch (error) {
      print(`cannot remove what a killed run left behind: ${(error as Error).message}`);
    }
  }
}

/** Process ids mean nothing on another machine that shares the disk, whose directories stay. */
function isAbandoned(directory: string): boolean {
  const [, host, owner] = /^(.*)-(\d+)-\w+$/.exec(
    path.basename(directory).slice(PREFIX.length),
  ) ?? ["", "", ""];
  if (host !== os.hostname()) {
    return false;
  }
  const pids = path.join(directory, PIDS);
  const started = fs.existsSync(pids) ? fs.readFileSync(pids, "utf8").split("\n") : [];
  return ![owner, ...started].some((pid) => Number(pid) > 0 && isAlive(Number(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function remove(directory: string, output: OutputDirectory, print: (line: string) => void): void {
  keepErroredStates(directory, output, print);
  fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Terraform writes the state to this file in its working directory if it cannot write it to the backend. */
const ERRORED = "errored.tfstate";

function keepErroredStates(
  directory: string,
  output: OutputDirectory,
  print: (line: string) => void,
): void {
  const stacks = path.join(directory, "stacks");
  const names = fs.existsSync(stacks) ? fs.readdirSync(stacks) : [];
  for (const name of names.filter((one) => fs.existsSync(path.join(stacks, one, ERRORED)))) {
    const kept = path.join(
      path.dirname(directory),
      `errored.${name}.${String(Date.now())}.tfstate`,
    );
    fs.renameSync(path.join(stacks, name, ERRORED), kept);
    print(
      `Terraform could not write the state of ${name}, which is now in ${shown(kept)}. Once it can be written again, type:\n` +
        `  terraform -chdir=${shown(output.stack(name))} state push "$PWD/${shown(kept)}"`,
    );
  }
}
