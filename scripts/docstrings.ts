import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** The docstring of a property. */
export interface Docstring {
  /** Everything before the tags, on one line. */
  readonly text: string;
  /** The `@default` tag; undefined for a required property. */
  readonly default?: string;
}

/** Docstrings by property, for each interface of the given source files. */
export function docstringsOf(
  files: readonly string[],
): Map<string, ReadonlyMap<string, Docstring>> {
  const interfaces = new Map<string, ReadonlyMap<string, Docstring>>();
  for (const file of files) {
    const text = fs.readFileSync(path.resolve(__dirname, "..", file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    for (const declaration of source.statements.filter(ts.isInterfaceDeclaration)) {
      const properties = declaration.members.filter(ts.isPropertySignature);
      interfaces.set(
        declaration.name.text,
        new Map(properties.map((one) => [one.name.getText(source), docstringOf(one)])),
      );
    }
  }
  return interfaces;
}

function docstringOf(property: ts.PropertySignature): Docstring {
  const tag = ts.getJSDocTags(property).find(({ tagName }) => tagName.text === "default");
  const comment = ts.getJSDocCommentsAndTags(property).find(ts.isJSDoc)?.comment;
  const onOneLine = (given: typeof comment): string =>
    (ts.getTextOfJSDocComment(given) ?? "").replace(/\s+/g, " ").trim();
  return { text: onOneLine(comment), ...(tag && { default: onOneLine(tag.comment) }) };
}
