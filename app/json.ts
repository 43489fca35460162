import * as fs from "node:fs";

/** Reads the context of cdktf.json, which cdktf's CLI passes to main.ts if it runs it. */
export function contextOf(cdktfJson: string): Record<string, unknown> {
  return (readJson(cdktfJson) as { context?: Record<string, unknown> }).context ?? {};
}

/** @throws if the file cannot be read as JSON */
export function readJson(file: string): unknown {
  let text = "";
  try {
    text = fs.readFileSync(file, "utf8");
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `cannot read settings from ${file}: ${withoutQuote(error as Error, text)}; it must be a JSON file (environment variable DEPLOYMENT names it)`,
    );
  }
}

const UNEXPECTED = "Unexpected token";

/** Node.js quotes the text around an unexpected token, which may be a secret, and not its line. */
function withoutQuote({ message }: Error, text: string): string {
  if (!message.startsWith(UNEXPECTED)) {
    return message;
  }
  const lines = text.split("\n");
  const wrong = lines.findIndex((_, index) => isUnexpectedAtEnd(lines.slice(0, index + 1)));
  return `${UNEXPECTED} in line ${wrong + 1}`;
}

function isUnexpectedAtEnd(lines: readonly string[]): boolean {
  try {
    JSON.parse(lines.join("\n"));
    return false;
  } catch (error) {
    return (error as Error).message.startsWith(UNEXPECTED);
  }
}
