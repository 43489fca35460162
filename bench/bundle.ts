import { build, type BuildOptions } from "esbuild";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "./measure";

/** Bundles a program with its packages, as scripts/app.mjs bundles the app. */
export async function bundle(
  source: string,
  outfile: string,
  options: BuildOptions = {},
): Promise<string> {
  await build({
    entryPoints: [path.resolve(ROOT, source)],
    bundle: true,
    platform: "node",
    target: "node20",
    outfile,
    logLevel: "warning",
    ...options,
  });
  return outfile;
}

/** Writes a program that only requires what the app requires: the framework and the provider classes. */
export async function writeFloor(file: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [path.join(ROOT, "main.ts")],
    bundle: true,
    platform: "node",
    packages: "external",
    outfile: "main.js",
    write: false,
    metafile: true,
  });
  const required = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .map((one) => one.path)
    .filter((name) => /^(@cdktf\/|cdktf$|constructs$)/.test(name));
  fs.writeFileSync(
    file,
    [...new Set(required)].map((name) => `require(${JSON.stringify(name)});\n`).join(""),
  );
}
