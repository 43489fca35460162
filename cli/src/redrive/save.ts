import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes text into a new file of a directory. It overwrites no file and follows no symbolic link.
 *
 * @returns why it was not written; undefined if it was, or if the file holds this text already
 */
export function save(directory: string, name: string, text: string): string | undefined {
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, path.basename(name));
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      return holds(file, text)
        ? undefined
        : `${file} is there already, and is not overwritten; name another directory`;
    }
    if (code === "ENAMETOOLONG") {
      return message;
    }
    throw error;
  }
  try {
    fs.writeFileSync(descriptor, text);
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
  return undefined;
}

const holds = (file: string, text: string): boolean =>
  fs.lstatSync(file).isFile() && fs.readFileSync(file, "utf8") === text;
