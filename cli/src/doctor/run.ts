import { valueOf } from "../../../pipeline/fact";
import { EXIT, misuse, type ExitCode } from "../errors";
import { inTurns } from "../in-turns";
import { functionLabel } from "../pipeline";
import type { PipelineContext } from "../pipeline-command";
import { wrap } from "../wrap";
import { writeFile } from "../write-file";
import { readCharts } from "./charts";
import type { DoctorOptions } from "./command";
import { conclude, concludeAll } from "./conclusion";
import { diagnose, type Line } from "./diagnose";
import { examine } from "./examine";
import { pageOf } from "./page";
import { probe } from "./probe";
import { tryFilters } from "./records";
import { repairsOf } from "./repairs";
import { asJson, show, type Report } from "./report";
import { scriptOf } from "./script";
import type { Verdict } from "./verdict";
import { streamAccess, type StreamAccess } from "./stream-access";
import { problemsOf, streamLines, unknownsOf } from "./stream-lines";

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
  const reports = diagnoses.map(({ examination, lines }, index) => ({
    examination,
    pipeline: examination.pipeline,
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
  if (options.html !== undefined) {
    await output.progress("drawing", writePage(options.html, reports, access));
  }
  if (options.script) {
    output.print(scriptOf(reports));
    return exitCode;
  }
  if (access) {
    [...streamLines(access, output.colors), ""].forEach((line) => output.line(line));
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

/** The charts of the page are about these hours. */
const CHARTED_MILLISECONDS = 3 * 3_600_000;

async function writePage(
  file: string,
  reports: readonly Report[],
  access: StreamAccess | undefined,
): Promise<void> {
  const end = new Date();
  const window = { start: new Date(Number(end) - CHARTED_MILLISECONDS), end };
  const sections = await inTurns(reports, async (report) => ({
    ...report,
    charts: await readCharts(report.pipeline, window),
  }));
  const aboutStream = access ? streamLines(access) : [];
  writeFile("--html", file, await pageOf(sections, { aboutStream, window }));
}
