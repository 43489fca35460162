import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVER = join(__dirname, "aws_cli_server.py");

/** The version of the AWS CLI on the PATH. CI must have one, as it must have Terraform. */
function installedVersion(): string | undefined {
  try {
    const version = execFileSync("aws", ["--version"], { encoding: "utf8" });
    return /^aws-cli\/(\S+)/.exec(version)?.[1];
  } catch (error) {
    if (process.env.REQUIRE_TERRAFORM) {
      throw error;
    }
    console.warn("not typing what doctor prints: there is no AWS CLI on the PATH");
    return undefined;
  }
}

const version = installedVersion();

export const hasAwsCli = version !== undefined;

export interface AwsCli {
  /** The directories in which a shell finds `aws`. */
  readonly path: string;
  stop(): Promise<void>;
}

/**
 * The AWS CLI on the PATH, served by one process that has started once. An AWS CLI that Python cannot
 * import, which is how AWS distributes version 2, is started for each command.
 */
export async function startAwsCli(): Promise<AwsCli> {
  const directory = mkdtempSync(join(tmpdir(), "aws-"));
  const socket = join(directory, "socket");
  const server = spawn("python3", [SERVER, socket], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env.PATH, HOME: directory },
  });
  const ended = once(server, "exit");
  const stop = async () => {
    server.stdin.end();
    await ended;
  };
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const { value = "{}" } = (await lines.next()) as { value?: string };
  const served = JSON.parse(value) as { version?: string; python?: string };
  if (served.version !== version) {
    return { path: process.env.PATH ?? "", stop };
  }
  writeFileSync(
    join(directory, "aws"),
    `#!/bin/sh\nexec "${served.python}" -IS "${SERVER}" "${socket}" "$@"\n`,
    { mode: 0o755 },
  );
  return { path: `${directory}:${process.env.PATH}`, stop };
}
