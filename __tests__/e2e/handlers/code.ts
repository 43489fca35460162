import { buildSync } from "esbuild";
import * as path from "node:path";
import { LambdaCode } from "../../../modules";
import { scratch } from "../../terraform/harness";

/** failing.ts, bundled as a user bundles a handler made with `kinesisHandler`. */
export function failingCode(): LambdaCode {
  const outdir = scratch();
  buildSync({
    entryPoints: [path.join(__dirname, "failing.ts")],
    outfile: path.join(outdir, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
  });
  return LambdaCode.fromDirectory(outdir);
}
