/**
 * The command line in a process of its own. It sends itself a signal just before the chosen call to AWS
 * and, unless that ends it, before all later calls: `redrive-process.ts SIGNAL OPERATION COUNT ARGUMENT...`;
 * an OPERATION that is never called sends nothing.
 */
import { interruption } from "../../cli/src/interruption";
import { run } from "../../cli/src/program";

const [signal, chosen, count, ...args] = process.argv.slice(2);
let left = Number(count);

void run(args, {
  interruption,
  onCall: ({ operation }) => {
    left -= operation === chosen ? 1 : 0;
    if (left <= 0) {
      process.kill(process.pid, signal);
    }
  },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
