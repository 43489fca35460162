import type { Output } from "../output";
import type { Pipeline } from "../pipeline";
import { hanging, wrap } from "../wrap";
import { assumedRoles } from "./assumed-roles";
import type { Conclusion } from "./conclusion";
import type { Line } from "./diagnose";
import type { Examination } from "./examine";
import type { Fix } from "./repairs";

/** What doctor says of one pipeline. */
export interface Report {
  readonly examination: Examination;
  readonly pipeline: Pipeline;
  readonly lines: readonly Line[];
  readonly conclusion: Conclusion;
  /** In the order in which they have to be typed. */
  readonly fixes: readonly Fix[];
}

/** The report as JSON, which cli/README.md describes. */
export const asJson = ({ pipeline, lines, conclusion, fixes }: Report) => ({
  stream: pipeline.stream.arn,
  consumer: pipeline.consumer?.arn,
  function: pipeline.function.arn,
  mapping: pipeline.mapping.uuid,
  recordsGetThrough: conclusion.recordsGetThrough,
  verdict: conclusion.says,
  checks: lines.map(({ about: _about, ...line }) => {
    const fix = fixes.find((one) => line.status === "finding" && one.finding === line.finding);
    return fix
      ? { ...line, finding: { ...fix.finding, fix: [fix.says, ...fix.commands].join("\n") } }
      : line;
  }),
  commands: fixes.flatMap(({ printed }) => printed),
});

/** Width of the longest word for a line's status, with the space after it. */
const WORD = "warning  ".length;

export function show(output: Output, report: Report, before: string): void {
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
