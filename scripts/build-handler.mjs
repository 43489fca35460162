/** Bundles the handler for Lambda into handler/dist/. */
import { build } from "esbuild";

await build({
  entryPoints: ["handler/index.ts"],
  bundle: true,
  platform: "node",
  target: "node22",
  outfile: "handler/dist/index.js",
  logLevel: "warning",
});
