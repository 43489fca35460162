import * as fs from "node:fs";
import * as path from "node:path";
import { DOCUMENTED, DocumentedProperty } from "./documented-properties";

/**
 * Writes llms.txt (llmstxt.org), which language models read first: what the package is, its
 * smallest program, every property on one line, and links to all pages.
 */

const ROOT = path.resolve(__dirname, "..");
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");

function first(pattern: RegExp, file: string): string {
  const found = pattern.exec(read(file))?.[1];
  if (found === undefined) {
    throw new Error(`${file} must have a text that matches ${String(pattern)}, got none`);
  }
  return found;
}

const withoutLinks = (text: string): string => text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1");

const titleOf = (file: string): string => first(/^# (.*)$/m, file);

/** The first sentence of a page; empty if a heading or a status line comes first. */
function summaryOf(file: string): string {
  const [, sentence] = /^# .*\n\n(?!#|Status)(.*?[.:](?=\s|$))/m.exec(read(file)) ?? [];
  return withoutLinks(sentence ?? "").replace(/:$/, ".");
}

const link = (file: string): string =>
  `- [${titleOf(file)}](${file}): ${summaryOf(file)}`.replace(/: $/, "");

const pagesIn = (directory: string): string[] =>
  fs
    .readdirSync(path.join(ROOT, directory), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${directory}/${file}`)
    .sort();

const propertyLine = ({ name, declaration, docstring }: DocumentedProperty): string => {
  const otherwise = declaration.required
    ? "required"
    : `default: ${(docstring.default ?? "none").replace(/^- /, "")}`;
  return `- \`${name}\` (${declaration.type.rule}; ${otherwise}): ${docstring.text}`;
};

const sections: Readonly<Record<string, readonly string[]>> = {
  "Smallest program": [`\`\`\`ts\n${first(/^```ts\n([\s\S]*?)\n```$/m, "README.md")}\n\`\`\``],
  ...Object.fromEntries(
    [...DOCUMENTED].map(([name, properties]) => [name, properties.map(propertyLine)]),
  ),
  Docs: ["README.md", ...pagesIn("docs").filter((file) => !file.includes("/decisions/"))].map(link),
  Examples: [...pagesIn("examples"), "terraform-module/README.md"].map(link),
  Optional: [
    ...["CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"],
    ...pagesIn("docs/decisions"),
  ].map(link),
};

const text = [
  `# ${titleOf("README.md")}`,
  `> ${withoutLinks(first(/^# .*\n\n(.*)$/m, "README.md"))}`,
  ...Object.entries(sections).map(([title, lines]) => `## ${title}\n\n${lines.join("\n")}`),
].join("\n\n");

fs.writeFileSync(process.argv[2] ?? path.join(ROOT, "llms.txt"), `${text}\n`);
