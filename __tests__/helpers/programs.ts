import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { ROOT, scratch } from "../terraform/harness";

/** Resolves the package's own name to its sources; users resolve it to its build. */
const paths = {
  "cdktf-cross-account-kinesis": [path.join(ROOT, "modules/index.ts")],
  "cdktf-cross-account-kinesis/handler": [path.join(ROOT, "handler/kinesis-handler.ts")],
};

/** What the compiler says of users' programs, under the strict options of this repository. */
export function compilerErrors(...programs: readonly string[]): string[] {
  const files = new Map(
    programs.map((program, index) => [path.join(ROOT, `program-${index}.ts`), program]),
  );
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  expect(options.strict).toBe(true);
  const host = ts.createCompilerHost({ ...options, paths });
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const program = files.get(name);
    return program === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, program, ts.ScriptTarget.ES2022);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], { ...options, paths }, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Runs a user's program, and returns the directory of its stacks. */
export function synthesizeProgram(program: string): string {
  const directory = scratch();
  fs.writeFileSync(path.join(directory, "main.ts"), program);
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(directory, "node_modules"));
  fs.cpSync(path.join(ROOT, "handler"), path.join(directory, "handler"), { recursive: true });
  fs.writeFileSync(
    path.join(directory, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { paths, module: "Node16", esModuleInterop: true } }),
  );
  execFileSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: directory,
    env: { ...process.env },
  });
  return path.join(directory, "cdktf.out", "stacks");
}
