import { build } from "esbuild";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const fastCdktf = {
  name: "fast-cdktf",
  setup(build) {
    build.onResolve({ filter: /\/stack-trace$/ }, () => ({
      path: resolve("scripts/no-stack-trace.js"),
    }));
    // esbuild copies the exports of a CommonJS package for each file that imports it. cdktf has hundreds,
    // and nearly every file imports it: through one module, they are copied once.
    build.onResolve({ filter: /^cdktf$/ }, ({ path, kind, namespace }) =>
      kind === "import-statement" && namespace === "file" ? { path, namespace: "once" } : undefined,
    );
    build.onLoad({ filter: /^cdktf$/, namespace: "once" }, ({ path }) => ({
      contents: `export * from "${path}"`,
      resolveDir: ".",
    }));
  },
};

export const OPTIONS = {
  bundle: true,
  platform: "node",
  logLevel: "warning",
  plugins: [fastCdktf],
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
