import type { CommandDefinition } from "../command";
import { EXIT, misuse, type ExitCode } from "../errors";
import type { Output } from "../output";
import type { Pipeline } from "../pipeline";
import { diagnose, type Line } from "./diagnose";
import { examine } from "./examine";
import { DOCTOR_PERMISSIONS, PROBE_PERMISSIONS } from "./permissions";
import { probe } from "./probe";

interface DoctorOptions {
  readonly probe?: boolean;
  readonly probeData?: string;
  readonly probeTimeout: string;
}

export const doctor: CommandDefinition<DoctorOptions> = {
  name: "doctor",
  summary: "Checks a pipeline from end to end, and says what is wrong and what to type.",
  help: `Permissions are decided by reading policies. Service and resource control policies cannot be
read this way, and some conditions not be decided: --probe shows what really happens. It puts one
record into the stream, which every consumer of it gets. Without --probe nothing is written.`,
  options: (command) =>
    command
      .option("--probe", "put a marked record and follow it into each function's log group")
      .option("--probe-data <text>", "data of that record, for filters that expect some")
      .option("--probe-timeout <seconds>", "how long to look for it", "60"),
  permissions: ({ probe: isProbing }) => [
    ...DOCTOR_PERMISSIONS,
    ...(isProbing ? PROBE_PERMISSIONS : []),
  ],
  run: async ({ pipelines: look, output, options }) => {
    const timeoutSeconds = Number(options.probeTimeout);
    if (!(timeoutSeconds > 0)) {
      throw misuse(
        `'--probe-timeout' must be a number of seconds above 0, got ${options.probeTimeout}; write 60, for example`,
      );
    }
    const pipelines = await look();
    const examinations = await output.progress(
      "reading policies",
      Promise.all(pipelines.map(examine)),
    );
    const diagnoses = examinations.map((examination) => diagnose(examination));
    if (options.probe) {
      const seen = probe(pipelines, { data: options.probeData, timeoutSeconds });
      const verdicts = await output.progress("following the probe's record", seen);
      verdicts.forEach((verdict, index) => diagnoses[index]?.push({ check: "probe", ...verdict }));
    }
    pipelines.forEach((pipeline, index) => show(output, pipeline, diagnoses[index] ?? []));
    output.json(pipelines.map((pipeline, index) => asJson(pipeline, diagnoses[index] ?? [])));
    return exitCodeOf(diagnoses.flat());
  },
};

/** Something that could not be looked at is not right, even if nothing is known to be wrong. */
function exitCodeOf(lines: readonly Line[]): ExitCode {
  if (lines.some(({ status }) => status === "finding")) {
    return EXIT.finding;
  }
  return lines.some(({ status }) => status === "unknown") ? EXIT.couldNotLook : EXIT.good;
}

const asJson = (
  { stream, consumer, function: fn, mapping }: Pipeline,
  checks: readonly Line[],
) => ({
  stream: stream.arn,
  consumer: consumer?.arn,
  function: fn.arn,
  mapping: mapping.uuid,
  checks,
});

function show(output: Output, { stream, function: fn }: Pipeline, lines: readonly Line[]): void {
  const { colors } = output;
  const words = {
    ok: colors.green("ok"),
    error: colors.red("error"),
    warning: colors.yellow("warning"),
    unknown: colors.yellow("unknown"),
  };
  output.line(colors.bold(`${stream.arn} -> ${fn.arn}`));
  output.table(
    ["", "check", ""],
    lines.map((line) => {
      if (line.status === "finding") {
        const { severity, what } = line.finding;
        return [words[severity], line.check, what];
      }
      return [words[line.status], line.check, line.status === "ok" ? line.says : line.why];
    }),
  );
  for (const line of lines) {
    if (line.status === "finding") {
      const { id, what, evidence, fix } = line.finding;
      output.line(`\n${colors.bold(id)}: ${what}`);
      output.line(`  seen: ${evidence}`);
      output.line(`  fix:  ${fix}`);
    }
  }
  output.line();
}
