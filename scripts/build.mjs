/**
 * Compiles the library for cdktf to lib/, and renames that to cdktn in lib-cdktn/. Both names have
 * the same length, so source maps stay right. The code is one file: a file for each module takes
 * twice as long to load.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

fs.rmSync("lib", { recursive: true, force: true });
fs.rmSync("lib-cdktn", { recursive: true, force: true });
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
  entryPoints: ["modules/index.ts", "handler/kinesis-handler.ts"],
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  outbase: ".",
  outdir: "lib",
  sourcemap: true,
  logLevel: "warning",
});
for (const folder of ["modules", "pipeline"]) {
  fs.cpSync(`lib/${folder}`, `lib-cdktn/${folder}`, { recursive: true });
}
for (const name of fs.readdirSync("lib-cdktn", { recursive: true })) {
  const file = path.join("lib-cdktn", name);
  if (fs.statSync(file).isFile()) {
    const text = fs.readFileSync(file, "utf8");
    const renamed = text.replace(/(["']@?)cdktf(?=["'/\\])/g, "$1cdktn");
    fs.writeFileSync(file, renamed);
  }
}
