import { pipelineCommand } from "../pipeline-command";
import { addOptions, type CommandOptions } from "./options";
import { permissionsFor } from "./permissions";

const HELP = `Redrives what the mapping's on-failure queue or bucket reports. A report is
deleted when the function has confirmed all of its records, and never before.
What was confirmed of the others is kept in
$XDG_STATE_HOME/cross-account-kinesis (~/.local/state), so that a run that was
killed can be repeated. Delivery is at least once: a record may be processed
twice if a run is killed, or the answer of the function is lost (the run then
stops, and says which records), while the function works on it; if the function
fails after it has worked on a part of a batch; or if the next run is on another
machine.

Two runs on one machine exclude each other. Across machines a report goes to one
run at a time, and a run refuses to start while another reader holds reports;
SQS counts those with a delay of up to a minute, so two runs that start in the
same minute may share the reports between them.

Shards are worked on side by side, and records of a partition key in order.
Reports whose records expire first go first. Before the question, at most 10,000
records are looked at, for at most 10 seconds, since all are read again when
they are sent; --dry-run looks at all of them. A redrive by time goes on where
an earlier one with the same --from and --to ended. If the machine fails, the
records of the last second are sent again.

--dry-run names the oldest reports. --show REPORT prints the records of one as
JSON, text or hexadecimal digits: unpacked if they are gzip, and taken apart if
the Kinesis Producer Library aggregated them. It leaves the report where it is.
--drop gives up one of them on purpose, and nothing else: it is not sent, counts
as done, and is named at the end and in the journal until its report is gone.`;

export const redrive = pipelineCommand<CommandOptions>({
  name: "redrive",
  summary: "Sends failed records to the function once more.",
  help: HELP,
  options: addOptions,
  permissions: permissionsFor,
  run: async (context) => (await import("./run.js")).runRedrive(context),
});
