import * as fs from "node:fs";
import { cannotWrite } from "./errors";

/** Writes the file that an option names. */
export function writeFile(option: string, file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(option, file, error);
  }
}
