import * as fs from "node:fs";
import * as path from "node:path";
import { BuiltInParserName, format, resolveConfig } from "prettier";

/**
 * Writes a generated file in the project's style, so that a test can compare it byte by byte.
 *
 * @param parser prettier's name of the language
 */
export async function writeFormatted(
  file: string,
  text: string,
  parser: BuiltInParserName,
): Promise<void> {
  const style = await resolveConfig(path.resolve(__filename));
  fs.writeFileSync(file, await format(text, { ...style, parser }));
}
