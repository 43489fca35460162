import * as fs from "node:fs";
import * as path from "node:path";
import { writeFormatted } from "./write-formatted";

/** Without the newlines and pipes that would end a cell. */
const cell = (text: string): string => text.replace(/\s+/g, " ").replace(/\|/g, "\\|");

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |`)
    .join("\n");

/** Replaces the text between two comments. */
export function replaceBetween(text: string, start: string, end: string, content: string): string {
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) {
    throw new Error(`a Markdown file lacks the comments ${start} and ${end}`);
  }
  return `${before}${start}${content}${end}${after}`;
}

/** Writes a changed copy of a Markdown file; changes the file itself if both paths are the same. */
export async function rewriteMarkdown(
  source: string,
  target: string,
  change: (text: string) => string,
): Promise<void> {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  await writeFormatted(target, change(fs.readFileSync(source, "utf8")), "markdown");
}

/** Replaces each table between the two comments that name it. */
export const writeTables = (
  source: string,
  target: string,
  tables: Readonly<Record<string, string>>,
): Promise<void> =>
  rewriteMarkdown(source, target, (text) =>
    Object.entries(tables).reduce(
      (written, [name, rows]) =>
        replaceBetween(
          written,
          `<!-- ${name}: from the declarations -->`,
          `<!-- end of ${name} -->`,
          `\n\n${rows}\n\n`,
        ),
      text,
    ),
  );
