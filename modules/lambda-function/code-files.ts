import * as fs from "node:fs";
import * as path from "node:path";
import { Script } from "node:vm";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { describeValue, mustBe } from "../properties/problems";
import type { FunctionSettings } from "./function-properties";

/** The settings that determine which file of the code Lambda loads. */
export type EntryPoint = Pick<FunctionSettings, "handler" | "runtime" | "layers" | "environment">;

/** Errors of V8 by which Node.js itself detects that a script is an ES module. */
const MODULE_SYNTAX =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module/;

/** The later runtimes may recognize an ES module without `"type": "module"`. */
const NEEDS_MODULE_TYPE = /^nodejs(18|20|22)\.x$/;

const BUILD = "build the function's code first (npm run build:handler), or correct the path";

/**
 * Adds an error if Lambda could not load the handler from the directory, since every batch would
 * fail. Code that depends on a token, a layer or options of Node.js is not checked.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 * https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
 */
export function checkDirectory(checks: PropertyChecks, directory: string, entry: EntryPoint): void {
  const addError = (rule: string, got = describeValue(directory), fix = BUILD): void =>
    checks.addError(mustBe("code", rule, got, fix));
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    addError("a directory that exists");
    return;
  }
  if (fs.readdirSync(directory).length === 0) {
    addError("a directory that is not empty");
    return;
  }
  const files = entryFiles(entry);
  const found = files.find((file) => isFile(path.join(directory, file)));
  if (files.length > 0 && found === undefined && !isPythonModule(directory, entry)) {
    addError(
      `a directory with ${files.join(" or ")}, the file of handler ${entry.handler} in ${entry.runtime}`,
      `${describeValue(directory)} with ${contentOf(directory)}`,
      fixOf(directory, files),
    );
  }
  if (found !== undefined && entry.runtime.startsWith("nodejs")) {
    checkModuleSystem(directory, found, entry, addError);
  }
}

/** The files of which Lambda loads the first that exists; empty if that cannot be known. */
function entryFiles({ handler, runtime, layers = [] }: EntryPoint): string[] {
  const isKnown = isLiteral(handler) && isLiteral(runtime) && layers.length === 0;
  if (!isKnown || path.isAbsolute(handler)) {
    return [];
  }
  if (runtime.startsWith("provided")) {
    return ["bootstrap"];
  }
  if (runtime.startsWith("python")) {
    return [`${pythonModule(handler)}.py`];
  }
  const file = path.posix.join(
    path.posix.dirname(handler),
    path.posix.basename(handler).replace(/\..*/, ""),
  );
  if (runtime.startsWith("ruby")) {
    return [`${file}.rb`];
  }
  return runtime.startsWith("nodejs") ? [`${file}.js`, `${file}.mjs`, `${file}.cjs`] : [];
}

/** Python separates the packages of a module by dots; Lambda also accepts slashes. */
const pythonModule = (handler: string): string =>
  handler.replace(/\.[^.]*$/, "").replaceAll(".", "/");

/** A module can also be a package, or compiled: `name.pyc`, `name.cpython-313-aarch64-linux-gnu.so`. */
function isPythonModule(directory: string, { handler, runtime }: EntryPoint): boolean {
  if (!runtime.startsWith("python")) {
    return false;
  }
  const { dir, base } = path.parse(path.join(directory, pythonModule(handler)));
  return (
    fs.existsSync(dir) &&
    fs
      .readdirSync(dir)
      .some((name) => name === base || /^\.(pyc|.*so)$/.test(afterName(name, base)))
  );
}

const afterName = (file: string, name: string): string =>
  file.startsWith(name) ? file.slice(name.length) : "";

const isFile = (file: string): boolean =>
  fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

function contentOf(directory: string): string {
  const names = fs.readdirSync(directory).sort();
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `${names.slice(0, 5).join(", ")}${more}`;
}

function fixOf(directory: string, files: readonly string[]): string {
  const source = files
    .map((file) => file.replace(/\.js$/, ".ts"))
    .find((file) => file.endsWith(".ts") && isFile(path.join(directory, file)));
  return source === undefined
    ? "correct 'handler', 'runtime' or the path, or build the function's code first (npm run build:handler)"
    : `compile ${source} to JavaScript first, and give the directory of the result`;
}

/** Node.js takes a `.js` for an ES module only if the nearest package.json says so. */
function checkModuleSystem(
  directory: string,
  file: string,
  { runtime, environment = {} }: EntryPoint,
  addError: (rule: string, got: string, fix: string) => void,
): void {
  if ("NODE_OPTIONS" in environment || file.endsWith(".cjs")) {
    return;
  }
  const isModule = file.endsWith(".mjs") || hasModuleType(directory, path.dirname(file));
  const syntax = syntaxOf(path.join(directory, file));
  if (isModule && syntax === "script") {
    addError(
      `an ES module that exports the handler in ${file}, since ${file.endsWith(".mjs") ? "it ends in .mjs" : 'package.json has "type": "module"'}`,
      "a file without export",
      'write "export const handler", or name the file .cjs',
    );
  } else if (!isModule && syntax === "module" && NEEDS_MODULE_TYPE.test(runtime)) {
    addError(
      `a CommonJS module in ${file}`,
      "an ES module (import or export)",
      `name it ${file.replace(/\.js$/, ".mjs")}, add a package.json with "type": "module" to the directory, or build it as CommonJS`,
    );
  }
}

/** True if the nearest package.json of the code says that its `.js` files are ES modules. */
function hasModuleType(directory: string, folder: string): boolean {
  const file = path.join(directory, folder, "package.json");
  if (isFile(file)) {
    try {
      return (JSON.parse(fs.readFileSync(file, "utf8")) as { type?: string }).type === "module";
    } catch {
      return false;
    }
  }
  return folder !== "." && hasModuleType(directory, path.dirname(folder));
}

/** `script` if the file can be a CommonJS module, `module` if it is an ES module, else undefined. */
function syntaxOf(file: string): "script" | "module" | undefined {
  const source = fs.readFileSync(file, "utf8").replace(/^#!.*/, "");
  try {
    new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`);
    return "script";
  } catch (error) {
    return MODULE_SYNTAX.test((error as Error).message) ? "module" : undefined;
  }
}
