/**
 * Writes what the package exports to etc/, for reviews; with --check, fails where that would change.
 * API Extractor comes with `npm ci --prefix compat`.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import apiExtractor from "../compat/node_modules/@microsoft/api-extractor/lib-commonjs/index.js";

const { Extractor, ExtractorConfig } = apiExtractor;
const root = process.cwd();
const check = process.argv.includes("--check");
const entries = {
  index: "lib/modules/index.d.ts",
  handler: "lib/handler/kinesis-handler.d.ts",
};

for (const [name, entry] of Object.entries(entries)) {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "api-"));
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: path.join(root, "package.json"),
    configObject: {
      projectFolder: root,
      newlineKind: "lf",
      mainEntryPointFilePath: path.join(root, entry),
      compiler: { tsconfigFilePath: path.join(root, "tsconfig.build.json") },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: path.join(root, "etc"),
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          "ae-missing-release-tag": { logLevel: "none" },
        },
      },
    },
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback: (message) => {
      message.handled = message.logLevel !== "error";
    },
  });
  fs.rmSync(temporary, { recursive: true });
  if (check && apiReportChanged) {
    process.exitCode = 1;
    console.error(
      `etc/${name}.api.md is not what the package exports. Whatever does not only add to it, this is breaking: it needs a new major version. \`npm run api\` updates the report`,
    );
  }
}
