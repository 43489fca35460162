import { build } from "esbuild";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Bundles with esbuild. Files appear whole, since another command may be reading them: each is written
 * beside the output and renamed.
 */
export async function bundle(options) {
  const { outputFiles } = await build({
    bundle: true,
    platform: "node",
    logLevel: "warning",
    ...options,
    write: false,
  });
  for (const { path, contents } of outputFiles) {
    const whole = `.cache/${process.pid}.${Math.random()}`;
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(".cache", { recursive: true });
    writeFileSync(whole, contents);
    renameSync(whole, path);
  }
}
