import { buildSync } from "esbuild";
import * as path from "node:path";
import { LambdaCode } from "../../../modules";
import { scratch } from "../../terraform/harness";

/** Bundles failing.ts as a user bundles a handler that uses `kinesisHandler`. */
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
