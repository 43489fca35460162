import { InvalidArgumentError } from "commander";
import { pipelineCommand } from "../pipeline-command";
import { READERS_PERMISSIONS } from "../permissions";
import {
  DOCTOR_PERMISSIONS,
  PAGE_PERMISSIONS,
  PROBE_PERMISSIONS,
  RECORDS_PERMISSIONS,
  STREAM_PERMISSIONS,
} from "./permissions";

export interface DoctorOptions {
  readonly probe?: boolean;
  readonly probeData?: string;
  readonly probeTimeout: string;
  readonly records?: number;
  readonly script?: boolean;
  readonly html?: string;
}

const MOST_RECORDS = 10_000;

function records(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count === 0 || count > MOST_RECORDS) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_RECORDS}.`);
  }
  return count;
}

export const doctor = pipelineCommand<DoctorOptions>({
  name: "doctor",
  summary: "Checks a pipeline from end to end, and says what is wrong and what to type.",
  help: `Permissions are decided by reading policies. Service and resource control
policies cannot be read this way, and some conditions not be decided: --probe
shows what really happens. It puts one record into the stream, which every
consumer of it gets. Without --probe nothing is written. The last line says
whether records get through, do not, or that doctor cannot tell.`,
  options: (command) =>
    command
      .option("--script", "print one shell script with all fixes, and nothing else")
      .option("--html <file>", "write a page for a ticket: picture, findings, fixes, charts")
      .option("--records <count>", "try the filters on the stream's last records", records)
      .option("--probe", "put a marked record and follow it into each function's log group")
      .option("--probe-data <text>", "data of that record, for filters that expect some")
      .option("--probe-timeout <seconds>", "how long to look for it", "60"),
  isBroad: true,
  permissions: ({ probe: isProbing, records: isReading, html, stream, all }) => [
    ...DOCTOR_PERMISSIONS,
    ...(stream === undefined && !all ? [] : READERS_PERMISSIONS),
    ...(stream === undefined ? [] : STREAM_PERMISSIONS),
    ...(html === undefined ? [] : PAGE_PERMISSIONS),
    ...(isReading ? RECORDS_PERMISSIONS : []),
    ...(isProbing ? PROBE_PERMISSIONS : []),
  ],
  run: async (context) => (await import("./run.js")).runDoctor(context),
});
