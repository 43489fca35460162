import * as fs from "node:fs";

/** Reads the context of cdktf.json, which cdktf's CLI passes to main.ts if it runs it. */
export function contextOf(cdktfJson: string): Record<string, unknown> {
  return (readJson(cdktfJson) as { context?: Record<string, unknown> }).context ?? {};
}

/** @throws if the file cannot be read as JSON */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `cannot read settings from ${file}: ${(error as Error).message}; it must be a JSON file (environment variable DEPLOYMENT names it)`,
    );
  }
}
