import { run } from "../cli/src/program";
import { loadDeployments } from "../app/deployments";
import { contextOf } from "../app/json";

// The command line of cli/, for the pipelines that the settings declare.
void run(process.argv.slice(2), {
  settings: () => loadDeployments(contextOf("cdktf.json")),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
