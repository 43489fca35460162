import { valueOf } from "../../../pipeline/fact";
import { EXIT, misuse, type ExitCode } from "../errors";
import { inTurns } from "../in-turns";
import type { Output } from "../output";
import { functionLabel, type Pipeline } from "../pipeline";
import type { PipelineContext } from "../pipeline-command";
import { hanging, wrap } from "../wrap";
import type { DoctorOptions } from "./command";
import { assumedRoles } from "./assumed-roles";
import { conclude, concludeAll, type Conclusion } from "./conclusion";
import { diagnose, type Line } from "./diagnose";
import { examine } from "./examine";
import { probe } from "./probe";
import { tryFilters } from "./records";
import { repairsOf, type Fix } from "./repairs";
import { scriptOf } from "./script";
import type { Verdict } from "./verdict";
import { streamAccess, type StreamAccess } from "./stream-access";
import { problemsOf, showStream, unknownsOf } from "./stream-lines";

export async function runDoctor({
  pipelines: look,
  source,
  output,
  options,
}: PipelineContext<DoctorOptions>): Promise<ExitCode> {
  const timeoutSeconds = Number(options.probeTimeout);
  if (!(timeoutSeconds > 0)) {
    throw misuse(
      `'--probe-timeout' must be a number of seconds above 0, got ${options.probeTimeout}; write 60, for example`,
    );
  }
  if (options.script && output.isJson) {
    throw misuse("'--script' and '--json' are mutually exclusive, got both; omit one of them");
  }
  const pipelines = await look();
  const examinations = await output.progress("reading policies", inTurns(pipelines, examine));
  const diagnoses = examinations.map((examination) => ({
    examination,
    lines: diagnose(examination),
  }));
  const add = (check: string, verdicts: readonly Verdict[]) =>
    verdicts.forEach((verdict, index) => diagnoses[index]?.lines.push({ check, ...verdict }));
  if (options.records !== undefined) {
    const tried = tryFilters(pipelines, options.records);
    add("filters on records", await output.progress("reading the stream's last records", tried));
  }
  if (options.probe) {
    const seen = probe(pipelines, { data: options.probeData, timeoutSeconds });
    add("probe", await output.progress("following the probe's record", seen));
  }
  const fixes = repairsOf(diagnoses);
  const reports = diagnoses.map(({ examination: { pipeline }, lines }, index) => ({
    pipeline,
    lines,
    conclusion: conclude(lines),
    fixes: fixes[index] ?? [],
  }));
  const access =
    options.stream === undefined
      ? undefined
      : await output.progress(
          "reading the stream's policies and consumers",
          source().then((found) => streamAccess(options.stream ?? "", found)),
        );
  const exitCode = exitCodeOf(
    diagnoses.flatMap(({ lines }) => lines),
    access,
  );
  if (options.script) {
    output.print(scriptOf(reports));
    return exitCode;
  }
  if (access) {
    showStream(output, access);
  }
  for (const [index, report] of reports.entries()) {
    show(output, report, index > 0 ? "\n" : "");
  }
  if (reports.length > 1) {
    const all = reports.map((one) => ({ name: functionLabel(one.pipeline.function.arn), ...one }));
    output.line();
    wrap(concludeAll(all), "").forEach((line) => output.line(line));
  }
  const json = reports.map(asJson);
  output.json(access ? { stream: asStreamJson(access), pipelines: json } : json);
  return exitCode;
}

interface Report {
  readonly pipeline: Pipeline;
  readonly lines: readonly Line[];
  readonly conclusion: Conclusion;
  /** In the order in which they have to be typed. */
  readonly fixes: readonly Fix[];
}

/** A failed lookup never counts as healthy. */
function exitCodeOf(lines: readonly Line[], access: StreamAccess | undefined): ExitCode {
  const isFound = lines.some(({ status }) => status === "finding");
  if (isFound || (access && problemsOf(access).length > 0)) {
    return EXIT.finding;
  }
  const isUnknown = lines.some(({ status }) => status === "unknown");
  return isUnknown || (access && unknownsOf(access).length > 0) ? EXIT.lookupFailed : EXIT.good;
}

const asStreamJson = (access: StreamAccess) => ({
  ...access,
  consumers: access.consumers.map(({ lastReadAt, ...one }) => ({
    ...one,
    lastReadAt: valueOf(lastReadAt)?.toISOString(),
  })),
  problems: problemsOf(access),
  unknown: unknownsOf(access),
});

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

/** Width of the longest word for a line's status, with the space after it. */
const WORD = "warning  ".length;

function show(output: Output, report: Report, before: string): void {
  const { colors } = output;
  const { pipeline, lines, conclusion } = report;
  const words = {
    ok: colors.green,
    error: colors.red,
    warning: colors.yellow,
    unknown: colors.yellow,
  };
  output.line(`${before}${colors.bold(pipeline.stream.arn)}`);
  output.line(`  -> ${colors.bold(pipeline.function.arn)}`);
  for (const line of lines) {
    const word = line.status === "finding" ? line.finding.severity : line.status;
    const says = line.status === "finding" ? line.finding.what : explanationOf(line);
    const [first = "", ...others] = hanging(word.padEnd(WORD), `${line.check}: ${says}`);
    output.line(words[word](word) + first.slice(word.length));
    others.forEach((other) => output.line(other));
  }
  showFixes(output, report);
  const paint = { yes: colors.green, no: colors.red, unknown: colors.yellow };
  output.line();
  wrap(conclusion.says, "").forEach((line) =>
    output.line(paint[conclusion.recordsGetThrough](line)),
  );
}

const explanationOf = (line: Exclude<Line, { status: "finding" }>): string =>
  line.status === "ok" ? line.says : line.why;

/** Text is broken between words; a command stays one line, which can be copied. */
function showFixes(output: Output, { pipeline, fixes }: Report): void {
  const print = (label: string, text: string) =>
    hanging(label, text).forEach((line) => output.line(line));
  if (fixes.some(({ printed }) => printed.length > 0)) {
    output.line("\nThe commands below are in the order in which they have to be typed.");
    const { stream, function: fn } = pipeline;
    assumedRoles(stream.account, fn.account).forEach((role) => print("", role));
  }
  for (const { finding, says, printed, printedBy } of fixes) {
    output.line(`\n${output.colors.bold(finding.id)}`);
    print("  what: ", finding.what);
    print("  seen: ", finding.evidence);
    const others = printedBy.length > 0 ? `, with the commands of ${printedBy.join(" and ")}` : "";
    print("  fix:  ", `${says}${others}`);
    printed.forEach((command) => output.line(`  ${command}`));
  }
}
