import * as fs from "node:fs";

/** What cdktf's CLI passes on by itself, for when main.ts runs without it. */
export function contextOf(cdktfJson: string): Record<string, unknown> {
  return (readJson(cdktfJson) as { context?: Record<string, unknown> }).context ?? {};
}

/** @throws with what the file should be */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `cannot read settings from ${file}: ${(error as Error).message}; it must be a JSON file (environment variable DEPLOYMENT names it)`,
    );
  }
}
