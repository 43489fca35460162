/**
 * The command line in a process of its own. It kills itself just before the chosen call to AWS:
 * `redrive-process.ts OPERATION COUNT ARGUMENT...`; an OPERATION that is never called kills nothing.
 */
import { run } from "../../cli/src/program";

const [killedOperation, count, ...args] = process.argv.slice(2);
let left = Number(count);

void run(args, {
  onCall: ({ operation }) => {
    if (operation === killedOperation) {
      left -= 1;
      if (left === 0) {
        process.kill(process.pid, "SIGKILL");
      }
    }
  },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
