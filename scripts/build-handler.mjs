/** Bundles the handler for Lambda into handler/dist/. */
import { bundle } from "./bundle.mjs";

await bundle({
  entryPoints: ["handler/index.ts"],
  target: "node22",
  outfile: "handler/dist/index.js",
});
