import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { manifest, ROOT } from "../../__tests__/package/pack";
import { scratch } from "../../__tests__/terraform/harness";

export type Framework = "cdktf" | "cdktn";

const blocks = [
  ...fs.readFileSync(path.join(ROOT, "README.md"), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm),
].map(([, code]) => code!);
const example = blocks.find((code) => code.includes("new ProducerStream("))!;
const handler = blocks.find((code) => code.includes("kinesisHandler("))!;

/** README's smallest example, as a user of the framework writes it. */
const exampleFor = (framework: Framework): string =>
  framework === "cdktf"
    ? example
    : example
        .replace(`"${manifest.name}"`, `"${manifest.name}/cdktn"`)
        .replace(/"(@?)cdktf(?=["/])/g, '"$1cdktn');

/** An empty project that the tarball was installed into, with README's examples. */
export class Stranger {
  public readonly directory = scratch();
  /** What npm had to say. */
  public readonly warnings: string;

  constructor(tarball: string, framework: Framework) {
    const code = exampleFor(framework);
    // Providers have no `exports`, so that an ES module has to name the file.
    const esm = code.replace('/lib/provider"', '/lib/provider/index.js"');
    this.write("main.ts", code);
    this.write("typed.mts", esm);
    this.write("plain.mjs", esm);
    this.write(
      "plain.cjs",
      code.replace(/import (\{[^}]+\}) from (".+");/g, "const $1 = require($2);"),
    );
    this.write("handler.ts", handler);
    this.write("handler/dist/index.js", "exports.handler = async () => {};\n");
    this.write("package.json", JSON.stringify({ private: true }));
    this.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          strict: true,
          skipLibCheck: false,
          target: "ES2022",
          lib: ["ES2022"],
          module: "Node16",
          types: ["node"],
        },
        files: ["main.ts", "typed.mts", "handler.ts"],
      }),
    );
    this.warnings = this.install(
      tarball,
      ...["", "/provider-aws", "/provider-archive"].map((suffix) => {
        const name = suffix ? `@${framework}${suffix}` : framework;
        return `${name}@${manifest.peerDependencies[name]}`;
      }),
      ...["typescript", "@types/node"].map((name) => `${name}@${manifest.devDependencies[name]}`),
    );
  }

  /** Runs a command of this project, and returns what it prints. */
  public run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      cwd: this.directory,
      encoding: "utf8",
    });
  }

  /** Runs one of the project's programs, and returns the directory of its one stack. */
  public synthesize(program: string): string {
    const outdir = `${program}.out`;
    execFileSync(process.execPath, [program], {
      cwd: this.directory,
      env: { ...process.env, CDKTF_OUTDIR: outdir },
    });
    return path.join(this.directory, outdir, "stacks", "clicks");
  }

  public read(name: string): string {
    return fs.readFileSync(path.join(this.directory, name), "utf8");
  }

  private install(...packages: string[]): string {
    const { status, stderr } = spawnSync(
      "npm",
      ["install", "--strict-peer-deps", "--prefer-offline", ...packages],
      { cwd: this.directory, encoding: "utf8" },
    );
    if (status !== 0) {
      throw new Error(stderr);
    }
    return stderr;
  }

  private write(name: string, content: string): void {
    const file = path.join(this.directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}
