import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Pipeline } from "../pipeline";
import type { CommandOptions } from "./options";

/** Files of this machine about one queue, bucket or time range. */
export function stateFiles(
  { mapping, destination }: Pipeline,
  { queueUrl, from, to }: CommandOptions,
) {
  const base = process.env.XDG_STATE_HOME ?? path.join(os.homedir(), ".local", "state");
  const directory = path.join(base, "cross-account-kinesis");
  onDisk(directory, () => fs.mkdirSync(directory, { recursive: true, mode: 0o700 }));
  const subject = from
    ? [mapping.uuid, from.toISOString(), to?.toISOString()]
    : [queueUrl ?? destination?.arn];
  const hash = createHash("sha256").update(JSON.stringify(subject)).digest("hex").slice(0, 16);
  return {
    journal: path.join(directory, `redrive-${hash}.jsonl`),
    lock: path.join(directory, `redrive-${hash}.lock`),
  };
}

/** Adds the file and the fix to a file system error: that of a full disk names neither. */
export function onDisk<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(
      `${file} could not be written (${(error as Error).message}); make room, or name another directory in XDG_STATE_HOME`,
      { cause: error },
    );
  }
}
