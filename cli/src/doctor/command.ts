import { pipelineCommand } from "../pipeline-command";
import { DOCTOR_PERMISSIONS, PROBE_PERMISSIONS } from "./permissions";

export interface DoctorOptions {
  readonly probe?: boolean;
  readonly probeData?: string;
  readonly probeTimeout: string;
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
      .option("--probe", "put a marked record and follow it into each function's log group")
      .option("--probe-data <text>", "data of that record, for filters that expect some")
      .option("--probe-timeout <seconds>", "how long to look for it", "60"),
  permissions: ({ probe: isProbing }) => [
    ...DOCTOR_PERMISSIONS,
    ...(isProbing ? PROBE_PERMISSIONS : []),
  ],
  run: async (context) => (await import("./report.js")).runDoctor(context),
});
