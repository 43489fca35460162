/** After `npm test`: the suites that need the other framework, where it is installed. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

if (fs.existsSync("compat/node_modules")) {
  try {
    execFileSync("npx", ["jest", "--config", "compat/jest.config.mjs"], {
      stdio: "inherit",
    });
  } catch {
    process.exitCode = 1;
  }
} else {
  console.log(
    "skipped: the suites on cdktn and on AWS provider 5, and those of the packed package (`npm run test:compat` installs 950 MB for them)",
  );
}
