import type { Account } from "../accounts";
import { EXIT, misuse, type ExitCode } from "../errors";
import type { Output } from "../output";
import { functionLabel, type Pipeline } from "../pipeline";
import type { PipelineContext } from "../pipeline-command";
import type { DoctorOptions } from "./command";
import { conclude, concludeAll, type Conclusion } from "./conclusion";
import { diagnose, type Line } from "./diagnose";
import { examine } from "./examine";
import { probe } from "./probe";
import { repairsOf, type Fix } from "./repairs";

export async function runDoctor({
  pipelines: look,
  output,
  options,
}: PipelineContext<DoctorOptions>): Promise<ExitCode> {
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
  const diagnoses = examinations.map((examination) => ({
    examination,
    lines: diagnose(examination),
  }));
  if (options.probe) {
    const seen = probe(pipelines, { data: options.probeData, timeoutSeconds });
    const verdicts = await output.progress("following the probe's record", seen);
    verdicts.forEach((verdict, index) =>
      diagnoses[index]?.lines.push({ check: "probe", ...verdict }),
    );
  }
  const fixes = repairsOf(diagnoses);
  const reports = diagnoses.map(({ examination: { pipeline }, lines }, index) => ({
    pipeline,
    lines,
    conclusion: conclude(lines),
    fixes: fixes[index] ?? [],
  }));
  for (const [index, report] of reports.entries()) {
    show(output, report, index > 0 ? "\n" : "");
  }
  if (reports.length > 1) {
    const all = reports.map((one) => ({ name: functionLabel(one.pipeline.function.arn), ...one }));
    output.line(`\n${concludeAll(all)}`);
  }
  output.json(reports.map(asJson));
  return exitCodeOf(diagnoses.flatMap(({ lines }) => lines));
}

interface Report {
  readonly pipeline: Pipeline;
  readonly lines: readonly Line[];
  readonly conclusion: Conclusion;
  /** In the order in which they have to be typed. */
  readonly fixes: readonly Fix[];
}

/** A failed lookup never counts as healthy. */
function exitCodeOf(lines: readonly Line[]): ExitCode {
  if (lines.some(({ status }) => status === "finding")) {
    return EXIT.finding;
  }
  return lines.some(({ status }) => status === "unknown") ? EXIT.lookupFailed : EXIT.good;
}

const asJson = ({ pipeline, lines, conclusion, fixes }: Report) => ({
  stream: pipeline.stream.arn,
  consumer: pipeline.consumer?.arn,
  function: pipeline.function.arn,
  mapping: pipeline.mapping.uuid,
  recordsGetThrough: conclusion.recordsGetThrough,
  verdict: conclusion.says,
  checks: lines.map((line) => {
    const fix = fixes.find((one) => line.status === "finding" && one.finding === line.finding);
    return fix
      ? { ...line, finding: { ...fix.finding, fix: [fix.says, ...fix.commands].join("\n") } }
      : line;
  }),
  commands: fixes.flatMap(({ printed }) => printed),
});

function show(
  output: Output,
  { pipeline, lines, conclusion, fixes }: Report,
  before: string,
): void {
  const { colors } = output;
  const { stream, function: fn } = pipeline;
  const words = {
    ok: colors.green("ok"),
    error: colors.red("error"),
    warning: colors.yellow("warning"),
    unknown: colors.yellow("unknown"),
  };
  output.line(`${before}${colors.bold(`${stream.arn} -> ${fn.arn}`)}`);
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
  if (fixes.some(({ printed }) => printed.length > 0)) {
    output.line("\nThe commands below are in the order in which they have to be typed.");
    for (const role of assumedRoles(stream.account, fn.account)) {
      output.line(role);
    }
  }
  for (const { finding, says, printed, printedBy } of fixes) {
    output.line(`\n${colors.bold(finding.id)}: ${finding.what}`);
    output.line(`  seen: ${finding.evidence}`);
    const others = printedBy.length > 0 ? `, with the commands of ${printedBy.join(" and ")}` : "";
    output.line(`  fix:  ${says}${others}`);
    printed.forEach((command) => output.line(`  ${command}`));
  }
  const paint = { yes: colors.green, no: colors.red, unknown: colors.yellow };
  output.line(`\n${paint[conclusion.recordsGetThrough](conclusion.says)}`);
}

/** Commands cannot name a role to assume; only its credentials can be used for them. */
const assumedRoles = (...accounts: readonly Account[]): string[] => [
  ...new Set(
    accounts.flatMap(({ id, access }) =>
      access.state === "found" && access.value.source.assumeRole
        ? [`Those for account ${id} need the credentials of ${access.value.credentials}.`]
        : [],
    ),
  ),
];
