import { Moto, startMoto } from "../../local/aws/moto";
import { findTerraform } from "../../local/terraform";
import prepareEnvironment from "./prepare-environment";

declare global {
  // Jest passes nothing from setup to teardown, which run in one process.
  var moto: Moto | undefined;
}

/**
 * Starts what the suites with the real Terraform share, once. If that is not possible, they are
 * skipped with one line that says why, or, with REQUIRE_TERRAFORM set, nothing runs at all.
 */
export default async function startTools(): Promise<void> {
  prepareEnvironment();
  process.env.MOTO_URL = "";
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
