import { build, type BuildOptions } from "esbuild";
import * as path from "node:path";
import { ROOT } from "./measure";

/** Bundles a program with its packages, as scripts/app.mjs bundles the app. */
export async function bundle(
  source: string,
  outfile: string,
  options: BuildOptions = {},
): Promise<string> {
  await write({ entryPoints: [path.resolve(ROOT, source)], outfile, ...options });
  return outfile;
}

/** Bundles what the app loads, the framework and the provider classes, and nothing that uses them. */
export async function bundleFloor(outfile: string): Promise<void> {
  const { outputs } = await write({
    entryPoints: [path.join(ROOT, "main.ts")],
    packages: "external",
    write: false,
    outfile,
  });
  const packages = Object.values(outputs)
    .flatMap(({ imports }) => imports.map((one) => one.path))
    .filter((name) => /^(@cdktf\/|cdktf$|constructs$)/.test(name));
  const contents = packages.map((name) => `require(${JSON.stringify(name)});`).join("\n");
  await write({ stdin: { contents, resolveDir: ROOT }, outfile });
}

async function write(options: BuildOptions) {
  const { OPTIONS } = await import("../scripts/bundle.mjs");
  const { metafile } = await build({ ...OPTIONS, target: "node20", ...options, metafile: true });
  return metafile;
}
