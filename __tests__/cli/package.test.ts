import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
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

  it("is built into what its bin names, and runs without colours in a pipe", () => {
    execFileSync("npm", ["run", "--silent", "build:cli"]);
    const [program] = Object.values(manifest.bin);
    const help = execFileSync(process.execPath, [join("cli", program ?? ""), "--help"], {
      env: { ...process.env, FORCE_COLOR: undefined },
    }).toString();
    expect(help).toContain("Usage: cross-account-kinesis");
    expect(help).not.toContain("\u001b");
  });
});
