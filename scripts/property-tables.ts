import * as fs from "node:fs";
import * as path from "node:path";
import { VARIABLES } from "../terraform-module/variables";
import { DOCUMENTED, DocumentedProperty } from "./documented-properties";
import { writeFormatted } from "./write-formatted";

/** Writes the tables of properties in the Markdown files from the declarations and docstrings. */

/** The properties that the README shows; docs/properties.md has all of them. */
const MOST_USED = [
  "streamName",
  "shardCount",
  "retentionPeriodHours",
  "encryption",
  "kmsKeyArn",
  "consumerName",
  "readMode",
  "code",
  "existingFunction",
  "memorySizeMb",
  "timeoutSeconds",
  "environment",
  "startingPosition",
  "batchSize",
  "parallelizationFactor",
  "filterPatterns",
  "maximumRetryAttempts",
  "maximumRecordAgeInSeconds",
  "onFailure",
];

/** Without the newlines and pipes that would end a cell. */
const cell = (text: string): string => text.replace(/\s+/g, " ").replace(/\|/g, "\\|");

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |`)
    .join("\n");

const summaryOf = (text: string): string => text.replace(/(\.)(?=\s+[A-Z]).*$/s, "$1");

const defaultOf = ({ declaration, docstring }: DocumentedProperty): string =>
  declaration.required ? "required" : (docstring.default ?? "").replace(/^- /, "");

const rowsOf = (properties: readonly DocumentedProperty[]): string =>
  table(
    ["property", "what it sets", "valid", "default"],
    properties.map((property) => [
      `\`${property.name}\``,
      summaryOf(property.docstring.text),
      property.declaration.kind.rule.replace(/</g, "\\<"),
      defaultOf(property),
    ]),
  );

const propertiesOf = (name: string): readonly DocumentedProperty[] => DOCUMENTED.get(name) ?? [];

const all = [...DOCUMENTED.values()].flat();
const mostUsed = MOST_USED.map((name) => all.find((one) => one.name === name)).filter(
  (one) => one !== undefined,
);

const variables = table(
  ["variable", "description", "default"],
  VARIABLES.map(({ name, description, default: value, isRequired }) => [
    `\`${name}\``,
    description,
    isRequired ? "required" : `\`${JSON.stringify(value)}\``,
  ]),
);

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": { "most used properties": rowsOf(mostUsed) },
  "docs/properties.md": Object.fromEntries(
    [...DOCUMENTED.keys()].map((name) => [name, rowsOf(propertiesOf(name))]),
  ),
  "terraform-module/README.md": { variables },
};

/** Replaces what stands between the two comments that name the table. */
function replaceTable(text: string, name: string, rows: string): string {
  const [start, end] = [`<!-- ${name}: from the declarations -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) {
    throw new Error(`a Markdown file lacks the comments ${start} and ${end}`);
  }
  return `${before}${start}\n\n${rows}\n\n${end}${after}`;
}

async function write(directory: string): Promise<void> {
  for (const [file, tables] of Object.entries(TABLES)) {
    const text = Object.entries(tables).reduce(
      (written, [name, rows]) => replaceTable(written, name, rows),
      fs.readFileSync(file, "utf8"),
    );
    const target = path.join(directory, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    await writeFormatted(target, text, "markdown");
  }
}

void write(process.argv[2] ?? ".");
