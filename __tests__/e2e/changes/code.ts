import { buildSync } from "esbuild";
import * as fs from "node:fs";
import * as path from "node:path";
import { LambdaCode } from "../../../modules";
import { scratch } from "../../terraform/harness";

export function codeOf(source: string): LambdaCode {
  const directory = scratch();
  fs.writeFileSync(path.join(directory, "index.js"), source);
  return LambdaCode.fromDirectory(directory);
}

/** Logs nothing: the local AWS tells the test about deliveries. */
export const silentCode = (): LambdaCode =>
  codeOf("exports.handler = async () => ({ batchItemFailures: [] });");

/** A handler that knows nothing of windows, bundled with the published `kinesisHandler`. */
export function windowCode(): LambdaCode {
  const directory = scratch();
  buildSync({
    stdin: {
      contents:
        'import { kinesisHandler } from "./handler/kinesis-handler"; export const handler = kinesisHandler(() => undefined);',
      resolveDir: path.resolve(__dirname, "../../.."),
    },
    outfile: path.join(directory, "index.js"),
    bundle: true,
    platform: "node",
  });
  return LambdaCode.fromDirectory(directory);
}

export const newCode = (): LambdaCode =>
  codeOf("exports.run = async () => ({ batchItemFailures: [] });");

/** Code that Lambda cannot fetch, so that the function cannot be created. */
export const missingCode = (): LambdaCode => LambdaCode.fromS3("no-such-bucket", "function.zip");
