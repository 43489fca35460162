import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const MOTO_VERSION = "5.2.1";
const START_TIMEOUT_SECONDS = 60;
const SERVER = join(__dirname, "moto_server.py");
const run = promisify(execFile);

export interface Moto {
  readonly url: string;
  /** Why moto is no longer there, once it has ended without being asked to. */
  vanished(): string | undefined;
  stop(): Promise<void>;
}

/** Starts moto on a free loopback port; it ends with this process, however that ends. */
export async function startMoto(): Promise<Moto> {
  const python = await pythonWithMoto();
  const child = spawn(python, [SERVER], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      PYTHONUNBUFFERED: "1",
      // Such as AWSLambdaKinesisExecutionRole, on roles that exist already.
      MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
    },
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  child.stdin.on("error", () => undefined);

  let stopping = false;
  let gone: string | undefined;
  const ended = once(child, "exit").then(([code, signal]) => {
    if (stopping) return;
    gone =
      `moto, which the local AWS runs on, ended by itself (${signal ? `signal ${String(signal)}` : `exit code ${String(code)}`}); ` +
      `start the local AWS again` +
      (errors ? `. Its last words:\n${errors}` : "");
  });

  const port = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(
        new Error(
          `moto did not start within ${START_TIMEOUT_SECONDS} s; try 'python3 -m moto.server' by hand`,
        ),
      );
    }, START_TIMEOUT_SECONDS * 1000);
    createInterface(child.stdout).once("line", (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    void ended.then(() => {
      clearTimeout(timer);
      reject(new Error(gone));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  // The socket listens before the application is built; the first answer takes the longest.
  await fetch(`${url}/moto-api/`).then((response) => response.arrayBuffer());

  return {
    url,
    vanished: () => gone,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      stopping = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function pythonWithMoto(): Promise<string> {
  if (await works("python3", "import moto.server")) return "python3";
  if (!(await works("python3", "import venv, ensurepip"))) {
    throw new Error(
      `the local AWS needs Python 3.10 or newer with venv: install it (Debian and Ubuntu: 'apt install python3-venv'), ` +
        `or install moto yourself with 'pip install "moto[server]==${MOTO_VERSION}"'`,
    );
  }
  return virtualEnvironment();
}

async function works(python: string, code: string): Promise<boolean> {
  return run(python, ["-c", code]).then(
    () => true,
    () => false,
  );
}

async function virtualEnvironment(): Promise<string> {
  const cache = join(dirname(__dirname), ".cache");
  const home = join(cache, `moto-${MOTO_VERSION}`);
  const python = join("bin", "python3");
  if (existsSync(join(home, python))) return join(home, python);

  mkdirSync(cache, { recursive: true });
  // Built beside its place and moved there whole: an interrupted download is never taken for moto.
  const building = mkdtempSync(join(cache, "building-"));
  try {
    await run("python3", ["-m", "venv", building]);
    await run(join(building, python), [
      "-m",
      "pip",
      "install",
      "--quiet",
      `moto[server]==${MOTO_VERSION}`,
    ]);
    try {
      renameSync(building, home);
    } catch (error) {
      // Another run was faster: its environment is as good as ours.
      if (!existsSync(join(home, python))) throw error;
    }
    return join(home, python);
  } catch (error) {
    const words = String((error as { stderr?: string }).stderr ?? error).slice(-1000);
    throw new Error(
      `the local AWS needs moto, and installing 'moto[server]==${MOTO_VERSION}' from the Python package index failed: ` +
        `install it yourself with 'pip install "moto[server]==${MOTO_VERSION}"'. pip said:\n${words}`,
    );
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
