/**
 * Compiles the library for cdktf to lib/, and makes of that the same for cdktn in lib-cdktn/: cdktn
 * is cdktf renamed, to a name of the same length, so that source maps stay right.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

fs.rmSync("lib", { recursive: true, force: true });
fs.rmSync("lib-cdktn", { recursive: true, force: true });
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
fs.cpSync("lib/modules", "lib-cdktn/modules", { recursive: true });
for (const name of fs.readdirSync("lib-cdktn", { recursive: true })) {
  const file = path.join("lib-cdktn", name);
  if (fs.statSync(file).isFile()) {
    const text = fs.readFileSync(file, "utf8");
    const renamed = text.replace(/(["']@?)cdktf(?=["'/\\])/g, "$1cdktn");
    fs.writeFileSync(file, renamed);
  }
}
