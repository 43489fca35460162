import { build } from "esbuild";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * esbuild copies the exports of a CommonJS package for each file that imports it. cdktf has hundreds,
 * and nearly every file imports it: through one module, they are copied once.
 */
const cdktfImportedOnce = {
  name: "cdktf-imported-once",
  setup(build) {
    build.onResolve({ filter: /^cdktf$/ }, ({ path, kind, namespace }) =>
      kind === "import-statement" && namespace === "file" ? { path, namespace: "once" } : undefined,
    );
    build.onLoad({ filter: /^cdktf$/, namespace: "once" }, ({ path }) => ({
      contents: `export * from "${path}"`,
      resolveDir: ".",
    }));
  },
};

/** @type {import("esbuild").BuildOptions} */
export const OPTIONS = {
  bundle: true,
  platform: "node",
  logLevel: "warning",
  plugins: [cdktfImportedOnce],
};

/**
 * Bundles with esbuild. Files appear whole, since another command may be reading them: each is written
 * beside the output and renamed.
 */
export async function bundle(options) {
  const { outputFiles } = await build({ ...OPTIONS, ...options, write: false });
  for (const { path, contents } of outputFiles) {
    const whole = `.cache/${process.pid}.${Math.random()}`;
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(".cache", { recursive: true });
    writeFileSync(whole, contents);
    renameSync(whole, path);
  }
}
