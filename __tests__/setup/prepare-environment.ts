import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The environment of all suites. Jest runs this once for each kind of suite, in one process. */
export default function prepareEnvironment(): void {
  // os.tmpdir() of every worker reads it, so that files left by tests are removed after the run.
  process.env.TEST_FILES ??= process.env.TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), "tests-"));
  // cdktf supports Node 20, which newer versions of the SDK warn about.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
