import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runAdopt } from "../../cli/src/adopt/adopt";
import type { RunOptions } from "../../cli/src/command";
import { Output } from "../../cli/src/output";
import { pipelines } from "./adoption";

type Context = Parameters<typeof runAdopt>[0];

interface Run extends Partial<RunOptions> {
  readonly options?: Partial<Context["options"]>;
  readonly isJson?: boolean;
}

/** What adopt prints and writes about recorded pipelines; the file that it writes is called FILE. */
export async function runRecorded(
  recorded: Parameters<typeof pipelines>,
  { options, isJson = false, ...surroundings }: Run = {},
) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "adopt-")), "file");
  const text = { stdout: "", stderr: "" };
  const writer = (name: keyof typeof text) => ({
    write: (part: string) => void (text[name] += part),
  });
  const exitCode = await runAdopt({
    output: new Output(writer("stdout"), writer("stderr"), isJson),
    options: { state: "any", output: file, ...options },
    pipelines: () => pipelines(...recorded),
    ...surroundings,
  } as Partial<Context> as Context);
  return {
    exitCode,
    stdout: text.stdout.replaceAll(file, "FILE"),
    stderr: text.stderr,
    written: fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined,
  };
}
