import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const MOTO_VERSION = "5.2.1";
const START_TIMEOUT_SECONDS = 60;
const SERVER = join(__dirname, "moto_server.py");
/** Looks for the packages without loading them, which takes half a second. */
const HAS_MOTO =
  "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, ['moto', 'flask', 'flask_cors'])))";
/** Header without whose secret moto answers nobody: other users of the machine can reach its port. */
export const SECRET_HEADER = "x-local-aws-secret";
const run = promisify(execFile);

export interface Moto {
  readonly url: string;
  /** Value of the header that only the local AWS knows. */
  readonly secret: string;
  /** Reason why moto is not running, if it exited unexpectedly. */
  exitReason(): string | undefined;
  stop(): Promise<void>;
}

/** Starts moto on a free loopback port. It exits when this process exits, even if that is killed. */
export async function startMoto(): Promise<Moto> {
  const python = await pythonWithMoto();
  const child = spawn(python, [SERVER], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      PYTHONUNBUFFERED: "1",
      // Roles can have AWS managed policies attached, such as AWSLambdaKinesisExecutionRole.
      MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
    },
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  child.stdin.on("error", () => undefined);
  // Through stdin, as any user of the machine can read a process's arguments, and functions its variables.
  const secret = randomBytes(32).toString("hex");
  child.stdin.write(`${secret}\n`);

  let stopping = false;
  let exitReason: string | undefined;
  const ended = once(child, "exit").then(([code, signal]) => {
    if (stopping) {
      return;
    }
    exitReason =
      `moto, which the local AWS runs on, exited unexpectedly (${signal ? `signal ${String(signal)}` : `exit code ${String(code)}`}); ` +
      `start the local AWS again` +
      (errors ? `. Its last output:\n${errors}` : "");
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
      reject(new Error(exitReason));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  // moto loads its services on the first request, which therefore takes longest.
  await fetch(url, {
    method: "POST",
    headers: {
      [SECRET_HEADER]: secret,
      authorization: "AWS4-HMAC-SHA256 Credential=x/20000101/us-east-1/sts/aws4_request",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  }).then((response) => response.arrayBuffer());

  return {
    url,
    secret,
    exitReason: () => exitReason,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        return;
      }
      stopping = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Python with moto, which is installed if need be. */
export async function pythonWithMoto(): Promise<string> {
  if (await works("python3", HAS_MOTO)) {
    return "python3";
  }
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
  const cache = resolvePath(__dirname, "../../.cache");
  const home = join(cache, `moto-${MOTO_VERSION}`);
  const python = join("bin", "python3");
  if (existsSync(join(home, python))) {
    return join(home, python);
  }

  mkdirSync(cache, { recursive: true });
  // Created in a temporary directory and renamed when complete, so that an interrupted installation is not used.
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
      // Another process may have installed moto at the same time. Its environment is used then.
      if (!existsSync(join(home, python))) {
        throw error;
      }
    }
    return join(home, python);
  } catch (error) {
    const output = String((error as { stderr?: string }).stderr ?? error).slice(-1000);
    throw new Error(
      `the local AWS needs moto, and installing 'moto[server]==${MOTO_VERSION}' from the Python package index failed: ` +
        `install it yourself with 'pip install "moto[server]==${MOTO_VERSION}"'. pip's output:\n${output}`,
    );
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
