import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { Moto, startMoto } from "../../local/aws/moto";
import { findTerraform } from "../../local/terraform";

declare global {
  // Jest hands nothing from setup to teardown but the global object.
  var moto: Moto | undefined;
}

/**
 * Starts what the suites with the real Terraform share, once. Where it cannot be had they are
 * skipped with one line that says why, or, with REQUIRE_TERRAFORM set, nothing runs at all.
 */
export default async function startTools(): Promise<void> {
  // Whatever a test leaves there goes with the run; os.tmpdir() of every worker obeys it.
  process.env.TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), "tests-"));
  // Our Node is the oldest that cdktf knows; the SDK's advice is not the reader's to follow.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  try {
    await findTerraform();
    globalThis.moto = await startMoto();
    process.env.MOTO_URL = globalThis.moto.url;
  } catch (error) {
    const { message } = error as Error;
    if (process.env.REQUIRE_TERRAFORM) {
      throw error;
    }
    console.warn(`\nskipping the suites that need Terraform: ${message}`);
  }
}
