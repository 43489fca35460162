/**
 * Synthesizes main.ts; with `--describe`, also prints what the output creates in which account.
 * Both run as one bundle with their packages, which starts faster than Node.js can load the
 * packages' own files.
 */
import { createRequire } from "node:module";
import { bundle } from "./bundle.mjs";

const BUNDLES = ".cache/app";

await Promise.all([
  import("./build-handler.mjs"),
  bundle({
    entryPoints: { main: "main.ts", describe: "app/describe.ts" },
    target: "node20",
    outdir: BUNDLES,
  }),
]);
const require = createRequire(import.meta.url);
require(`../${BUNDLES}/main.js`);
if (process.argv.includes("--describe") && !process.exitCode) {
  require(`../${BUNDLES}/describe.js`);
}
