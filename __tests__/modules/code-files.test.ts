import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CrossAccountConsumerProps, LambdaCode } from "../../modules";
import { CONSTRUCTS } from "../helpers/constructs";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;
const accept = (props: object): void => expect(refuse({ ...props })).toEqual([]);
const FLAGS = ["--no-experimental-detect-module", "--no-experimental-require-module"];

describe("the directory of a function's code", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "code-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(files: Readonly<Record<string, string>>): LambdaCode {
    for (const [name, content] of Object.entries(files)) {
      const file = join(directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return LambdaCode.fromDirectory(directory);
  }

  const COMMON_JS = "exports.handler = async () => {};";
  const ES_MODULE = "export const handler = async () => {};";
  const IMPORTING = 'import "node:fs"; export const handler = async () => {};';
  const MODULE_TYPE = '{"type": "module"}';

  /** What Node.js finds when it loads the file as Lambda does: require, or import for ES modules. */
  function loads(file: string): boolean {
    const isModule = file.endsWith(".mjs") || file.startsWith("module/");
    const load = isModule ? "import(file)" : "Promise.resolve().then(() => require(file))";
    const script = `const file = ${JSON.stringify(join(directory, file))};
      ${load}.then(({ handler }) => process.exit(typeof handler === "function" ? 0 : 1), () => process.exit(1));`;
    const flags = FLAGS.filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));
    return spawnSync(process.execPath, [...flags, "-e", script]).status === 0;
  }

  it.each([
    ["index.js", { "index.js": COMMON_JS }, true],
    ["index.cjs", { "index.cjs": COMMON_JS }, true],
    ["index.mjs", { "index.mjs": ES_MODULE }, true],
    ["index.js", { "index.js": `#!/usr/bin/env node\n${COMMON_JS}` }, true],
    ["index.js", { "index.js": "// import x from 'y'\n" + COMMON_JS }, true],
    ["index.js", { "index.js": ES_MODULE }, false],
    ["index.js", { "index.js": IMPORTING }, false],
    ["index.mjs", { "index.mjs": "module.exports = {};" }, false],
    ["module/index.js", { "module/index.js": ES_MODULE, "module/package.json": MODULE_TYPE }, true],
    ["module/index.js", { "module/index.js": ES_MODULE, "package.json": MODULE_TYPE }, true],
    [
      "module/index.js",
      { "module/index.js": "exports.handler = 1;", "package.json": MODULE_TYPE },
      false,
    ],
    ["src/index.js", { "src/index.js": COMMON_JS, "src/package.json": "{}" }, true],
  ] as [string, Record<string, string>, boolean][])(
    "agrees with Node.js about %s of %j: %p",
    (file, files, runs) => {
      const code = write(files);
      const handler = file.replace(/\.[a-z]+$/, ".handler");

      expect(loads(file)).toBe(runs);
      if (runs) {
        accept({ code, handler });
      } else {
        expect(refuse({ code, handler })).toEqual([expect.stringMatching(/^'code' must be /)]);
      }
    },
  );

  it("says to compile TypeScript first", () => {
    const code = write({ "index.ts": "export const handler = async (): Promise<void> => {};" });
    expect(refuse({ code })).toEqual([
      `'code' must be a directory with index.js or index.mjs or index.cjs, the file of handler index.handler in nodejs22.x, got "${directory}" with index.ts; compile index.ts to JavaScript first, and give the directory of the result`,
    ]);
  });

  it("says which files are there when none belongs to the handler", () => {
    const names = ["a.js", "b.js", "c.js", "d.js", "e.js", "f.js", "g.js"];
    const code = write(Object.fromEntries(names.map((name) => [name, COMMON_JS])));
    expect(refuse({ code })).toEqual([
      expect.stringContaining("with a.js, b.js, c.js, d.js, e.js and 2 more; correct 'handler'"),
    ]);
  });

  it("says how to mark an ES module", () => {
    expect(refuse({ code: write({ "index.js": ES_MODULE }) })).toEqual([
      `'code' must be a CommonJS module in index.js, got an ES module (import or export); name it index.mjs, add a package.json with "type": "module" to the directory, or build it as CommonJS`,
    ]);
  });

  it.each([
    ["python3.13", "app.handler", "app.py"],
    ["python3.13", "pkg.app.handler", "pkg/app.py"],
    ["python3.13", "pkg/app.handler", "pkg/app.py"],
    ["python3.13", "app.handler", "app/__init__.py"],
    ["python3.13", "app.handler", "app.cpython-313-aarch64-linux-gnu.so"],
    ["ruby3.4", "app.handler", "app.rb"],
    ["ruby3.4", "lib/app.Module::Class.handler", "lib/app.rb"],
    ["provided.al2023", "any.handler", "bootstrap"],
  ])("for %s and handler %s needs %s", (runtime, handler, file) => {
    expect(refuse({ code: write({ other: "" }), runtime, handler })).toHaveLength(1);
    accept({ code: write({ [file]: "" }), runtime, handler });
  });

  it("fails with the default handler in Python", () => {
    const code = write({ "lambda_function.py": "" });
    expect(refuse({ code, runtime: "python3.13" })).toEqual([
      expect.stringContaining("a directory with index.py, the file of handler index.handler"),
    ]);
  });

  it.each([
    [
      "a layer may contain the handler",
      { layers: [`arn:aws:lambda:eu-west-1:222222222222:layer:l:1`] },
    ],
    ["the handler is a file of a layer", { handler: "/opt/wrapper.handler" }],
    ["the runtime compiles its code", { runtime: "java21", handler: "a.B::c" }],
    [
      "options of Node.js decide",
      { environment: { NODE_OPTIONS: "--experimental-detect-module" }, handler: "esm.handler" },
    ],
    ["a later runtime recognizes modules", { runtime: "nodejs24.x", handler: "esm.handler" }],
  ] as [string, Partial<CrossAccountConsumerProps>][])("is not checked where %s", (_why, props) => {
    accept({ code: write({ "esm.js": ES_MODULE }), ...props });
  });
});
