import { escaped } from "../diagram/dot";
import { svgOf } from "../diagram/svg";
import { functionLabel } from "../pipeline";
import type { Window } from "../status/metrics";
import { assumedRoles } from "./assumed-roles";
import { figureOf } from "./chart-svg";
import type { Charts } from "./charts";
import { concludeAll } from "./conclusion";
import type { Line } from "./diagnose";
import { STYLE } from "./page-style";
import { graphOfExamination } from "./picture";
import type { Fix } from "./repairs";
import type { Report } from "./report";

/** What is told of one pipeline. */
export interface Section extends Report {
  readonly charts: Charts;
}

/** One HTML page that loads nothing and runs no script, so that it can be attached to a ticket. */
export async function pageOf(
  sections: readonly Section[],
  { aboutStream, window }: { readonly aboutStream: readonly string[]; readonly window: Window },
): Promise<string> {
  const pipelines = await Promise.all(
    sections.map((section, index) => sectionOf(section, index, window)),
  );
  const title = titleOf(sections);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="quiet">What cross-account-kinesis doctor found on ${window.end.toISOString()}</p>
${sections.length > 1 ? overviewOf(sections) : ""}
${aboutStream.length > 0 ? `<h2>The stream</h2>\n${lines(aboutStream)}` : ""}
${pipelines.join("\n")}
</main>
</body>
</html>
`;
}

const nameOf = ({ pipeline }: Section): string => functionLabel(pipeline.function.arn);

const titleOf = (sections: readonly Section[]): string =>
  sections.length === 1
    ? sections.map((one) => `${one.pipeline.stream.name} to ${nameOf(one)}`).join("")
    : `${sections.length} readers of Kinesis streams`;

/** A line for each pipeline, which links to its section. */
function overviewOf(sections: readonly Section[]): string {
  const all = sections.map((one) => ({ name: nameOf(one), conclusion: one.conclusion }));
  const rows = sections.map(
    (one, index) =>
      `<tr><td class="${one.conclusion.recordsGetThrough}">${one.conclusion.recordsGetThrough}</td><td><a href="#pipeline-${index}">${escaped(nameOf(one))}</a></td><td>${escaped(one.pipeline.stream.arn)}</td></tr>`,
  );
  return `<p>${escaped(concludeAll(all))}</p>
<table>
<thead><tr><th>gets through</th><th>function</th><th>stream</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table>`;
}

async function sectionOf(section: Section, index: number, window: Window): Promise<string> {
  const { examination, pipeline, lines: checks, conclusion, charts } = section;
  const { stream, function: fn } = pipeline;
  const svg = await svgOf(
    graphOfExamination(examination, checks),
    `${escaped(stream.name)} to ${escaped(functionLabel(fn.arn))}`,
  );
  return `<section id="pipeline-${index}">
<h2>${escaped(functionLabel(fn.arn))}</h2>
<p class="verdict ${conclusion.recordsGetThrough}">${escaped(conclusion.says)}</p>
<p>${escaped(stream.arn)}<br>→ ${escaped(fn.arn)}</p>
<figure class="picture">${withoutIds(svg)}</figure>
${findingsOf(section)}
<h3>Checks</h3>
<table>
<tbody>${checks.map(rowOf).join("\n")}</tbody>
</table>
<h3>The last ${hoursOf(window)} hours</h3>
${charts.charts.map((chart) => figureOf(chart, window)).join("\n")}
${charts.unknown.map((why) => `<p class="unknown">unknown: ${escaped(why)}</p>`).join("\n")}
</section>`;
}

const hoursOf = ({ start, end }: Window): number =>
  Math.round((Number(end) - Number(start)) / 3_600_000);

/** Graphviz gives the same ids to the parts of every picture; nothing refers to them. */
const withoutIds = (svg: string): string => svg.replace(/ id="[^"]*"/g, "");

function rowOf(line: Line): string {
  const [word, says] =
    line.status === "finding"
      ? [line.finding.severity, line.finding.what]
      : [line.status, line.status === "ok" ? line.says : line.why];
  return `<tr><td class="${word}">${word}</td><td>${escaped(line.check)}</td><td>${escaped(says)}</td></tr>`;
}

function findingsOf({ pipeline, fixes }: Section): string {
  if (fixes.length === 0) {
    return "<h3>Findings</h3>\n<p>Nothing was found that has to be mended.</p>";
  }
  const roles = fixes.some(({ printed }) => printed.length > 0)
    ? assumedRoles(pipeline.stream.account, pipeline.function.account)
    : [];
  return `<h3>Findings and fixes, in the order in which they have to be typed</h3>
${roles.map((role) => `<p>${escaped(role)}</p>`).join("\n")}
${fixes.map(articleOf).join("\n")}`;
}

function articleOf({ finding, says, printed, printedBy }: Fix): string {
  const others = printedBy.length > 0 ? `, with the commands of ${printedBy.join(" and ")}` : "";
  return `<article class="finding">
<h4 class="${finding.severity}">${finding.severity}: ${finding.id}</h4>
<dl>
<dt>what</dt><dd>${escaped(finding.what)}</dd>
<dt>seen</dt><dd>${escaped(finding.evidence)}</dd>
<dt>fix</dt><dd>${escaped(`${says}${others}`)}</dd>
</dl>
${printed.length > 0 ? lines(printed) : ""}
</article>`;
}

const lines = (all: readonly string[]): string => `<pre>${all.map(escaped).join("\n")}</pre>`;
