import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { FINDINGS } from "../../cli/src/doctor/findings";

const manifest = JSON.parse(readFileSync("cli/package.json", "utf8")) as {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
};

it("has a section in the runbook for each finding", () => {
  const runbook = readFileSync("docs/runbook.md", "utf8");
  const [, ours = ""] = runbook.split("## What doctor finds\n");
  const sections = [...(ours.split(/^## /m)[0] ?? "").matchAll(/^### (.+)$/gm)];
  expect(sections.map(([, id]) => id)).toEqual(Object.keys(FINDINGS));
});

describe("the package of the command line", () => {
  it("bundles to a program that needs its own dependencies and nothing else", () => {
    const outfile = join(mkdtempSync(join(tmpdir(), "bundle-")), "main.js");
    const { metafile } = buildSync({
      entryPoints: ["cli/src/main.ts"],
      bundle: true,
      packages: "external",
      platform: "node",
      outfile,
      metafile: true,
    });
    const imported = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports.map(({ path }) => path))
      .filter((path) => !path.startsWith("node:") && !builtinModules.includes(path));
    const packages = imported.map((path) =>
      path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/"),
    );
    expect([...new Set(packages)].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  describe("that is built", () => {
    const directory = mkdtempSync(join(tmpdir(), "built-"));
    const spy = join(directory, "spy.cjs");
    const loaded = join(directory, "loaded.json");
    writeFileSync(
      spy,
      `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(Object.keys(require.cache))));`,
    );
    const run = (...args: string[]): string =>
      execFileSync(
        process.execPath,
        ["--require", spy, join("cli", Object.values(manifest.bin)[0] ?? ""), ...args],
        { env: { ...process.env, FORCE_COLOR: undefined } },
      ).toString();
    beforeAll(() => execFileSync("npm", ["run", "--silent", "build:cli"]));

    it("is what its bin names, and prints its help without colours in a pipe", () => {
      const help = run("--help");
      expect(help).toContain("Usage: cross-account-kinesis");
      expect(help).not.toContain("\u001b");
    });

    it.each([["--version"], ["--help"], ["doctor", "--help"], ["redrive", "--help"]])(
      "loads no SDK client for %s %s",
      (...args) => {
        expect(run(...args)).toMatch(args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /^Usage: /);
        const files = JSON.parse(readFileSync(loaded, "utf8")) as string[];
        expect(files.filter((file) => /@aws-sdk|@smithy|viz-js/.test(file))).toEqual([]);
        expect(files.length).toBeGreaterThan(2);
      },
    );
  });
});
