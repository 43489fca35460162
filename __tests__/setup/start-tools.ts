import { Moto, startMoto } from "../../local/aws/moto";
import { findTerraform } from "../../local/terraform";
import prepareEnvironment from "./prepare-environment";

declare global {
  // Jest passes nothing from setup to teardown, which run in one process.
  var moto: Moto | undefined;
}

/**
 * Starts the processes that all suites with the real Terraform share. If that is not possible, these
 * suites are skipped with a line that says why, or, if REQUIRE_TERRAFORM is set, nothing runs.
 */
export default async function startTools(): Promise<void> {
  prepareEnvironment();
  process.env.MOTO_URL = "";
  try {
    await findTerraform();
    globalThis.moto = await startMoto();
    process.env.MOTO_URL = globalThis.moto.url;
    process.env.MOTO_SECRET = globalThis.moto.secret;
  } catch (error) {
    const { message } = error as Error;
    if (process.env.REQUIRE_TERRAFORM) {
      throw error;
    }
    console.warn(`\nskipping the suites that need Terraform: ${message}`);
  }
}
