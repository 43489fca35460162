import * as path from "node:path";
import { DOCUMENTED, DocumentedProperty } from "./documented-properties";
import { table, writeTables } from "./markdown-tables";

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

const summaryOf = (text: string): string => text.replace(/(\.)(?=\s+[A-Z]).*$/s, "$1");

const defaultOf = ({ declaration, docstring }: DocumentedProperty): string =>
  declaration.required ? "required" : (docstring.default ?? "").replace(/^- /, "");

const rowsOf = (properties: readonly DocumentedProperty[]): string =>
  table(
    ["property", "what it sets", "valid", "default"],
    properties.map((property) => [
      `\`${property.name}\``,
      summaryOf(property.docstring.text),
      property.declaration.type.rule.replace(/</g, "\\<"),
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

async function write(directory: string): Promise<void> {
  for (const [file, tables] of Object.entries(TABLES)) {
    await writeTables(file, path.join(directory, file), tables);
  }
}

void write(process.argv[2] ?? ".");
