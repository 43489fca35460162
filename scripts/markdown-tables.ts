import * as fs from "node:fs";
import * as path from "node:path";
import { writeFormatted } from "./write-formatted";

/** Without the newlines and pipes that would end a cell. */
const cell = (text: string): string => text.replace(/\s+/g, " ").replace(/\|/g, "\\|");

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |`)
    .join("\n");

/** Replaces the text between the two comments that name the table. */
function replaceTable(text: string, name: string, rows: string): string {
  const [start, end] = [`<!-- ${name}: from the declarations -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) {
    throw new Error(`a Markdown file lacks the comments ${start} and ${end}`);
  }
  return `${before}${start}\n\n${rows}\n\n${end}${after}`;
}

/** Writes a copy of a Markdown file with new tables; the file itself if both paths are the same. */
export async function writeTables(
  source: string,
  target: string,
  tables: Readonly<Record<string, string>>,
): Promise<void> {
  const text = Object.entries(tables).reduce(
    (written, [name, rows]) => replaceTable(written, name, rows),
    fs.readFileSync(source, "utf8"),
  );
  fs.mkdirSync(path.dirname(target), { recursive: true });
  await writeFormatted(target, text, "markdown");
}
