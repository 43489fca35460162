import * as fs from "node:fs";
import * as path from "node:path";
import { DOCUMENTED, DocumentedProperty } from "./documented-properties";
import { terraformDocs, type TerraformModule } from "./terraform-docs";
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

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": { "most used properties": rowsOf(mostUsed) },
  "docs/properties.md": Object.fromEntries(
    [...DOCUMENTED.keys()].map((name) => [name, rowsOf(propertiesOf(name))]),
  ),
};

/** Replaces what stands between two comments. */
function replaceBetween(text: string, start: string, end: string, content: string): string {
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) {
    throw new Error(`a Markdown file lacks the comments ${start} and ${end}`);
  }
  return `${before}${start}${content}${end}${after}`;
}

const replaceTable = (text: string, name: string, rows: string): string =>
  replaceBetween(
    text,
    `<!-- ${name}: from the declarations -->`,
    `<!-- end of ${name} -->`,
    `\n\n${rows}\n\n`,
  );

const documentModule = (text: string): string =>
  replaceBetween(
    text,
    "<!-- BEGIN_TF_DOCS -->",
    "<!-- END_TF_DOCS -->",
    `\n${terraformDocs(readModule("terraform-module/main.tf.json"))}\n`,
  );

const readModule = (file: string): TerraformModule =>
  JSON.parse(fs.readFileSync(file, "utf8")) as TerraformModule;

async function rewrite(
  directory: string,
  file: string,
  change: (text: string) => string,
): Promise<void> {
  const target = path.join(directory, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  await writeFormatted(target, change(fs.readFileSync(file, "utf8")), "markdown");
}

async function write(directory: string): Promise<void> {
  for (const [file, tables] of Object.entries(TABLES)) {
    await rewrite(directory, file, (text) =>
      Object.entries(tables).reduce(
        (written, [name, rows]) => replaceTable(written, name, rows),
        text,
      ),
    );
  }
  await rewrite(directory, "terraform-module/README.md", documentModule);
}

void write(process.argv[2] ?? ".");
