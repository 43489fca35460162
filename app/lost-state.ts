import * as fs from "node:fs";
import * as path from "node:path";
import { parseState } from "../pipeline/terraform/state";
import { shellWord } from "../pipeline/shell-word";
import { backendIn, shown } from "./output-directory";

/**
 * Terraform empties a local state file before it writes it. An apply that is killed at that moment
 * leaves an empty file, which counts as no state.
 *
 * @param directory in which Terraform was initialized
 * @throws if the state file is empty and its backup has resources, with what to type
 */
export function checkLostState(directory: string): void {
  const { type, config } = backendIn(directory) ?? { type: "local", config: {} };
  const given = config.path as string | null | undefined;
  const file = path.resolve(directory, given ?? "terraform.tfstate");
  const backup = `${file}.backup`;
  const isEmpty = type === "local" && fs.existsSync(file) && fs.statSync(file).size === 0;
  if (!isEmpty || !fs.existsSync(backup)) {
    return;
  }
  const { resources } = parseState(fs.readFileSync(backup, "utf8"), shown(backup));
  if (resources.length > 0) {
    throw new Error(
      [
        `the state file ${shown(file)} is empty, and its backup has ${String(resources.length)} resource(s): an apply was killed while Terraform wrote the file. Without its state, Terraform would create what is deployed a second time.`,
        "Put the backup back, and run this again; it names what that apply had created by then:",
        `  cp ${shellWord(shown(backup))} ${shellWord(shown(file))}`,
        "If all of it was removed on purpose, delete the empty file instead.",
      ].join("\n"),
    );
  }
}
