/** Writes the scores and the survivors of the last runs into __tests__/mutants/README.md. */
import * as fs from "node:fs";
import { format, resolveConfig } from "prettier";
import { ACCEPTED } from "../__tests__/mutants/accepted.mjs";
import { AREAS, reportOf } from "../stryker.config.mjs";

const PAGE = "__tests__/mutants/README.md";
const hasRun = (area) => fs.existsSync(reportOf(area));
const areas = Object.keys(AREAS).filter(hasRun);
const missing = Object.keys(AREAS).filter((area) => !hasRun(area));
if (missing.length > 0) {
  console.warn(`${PAGE} lacks ${missing.join(", ")}: run them as well before you commit it`);
}

const mutants = areas.flatMap((area) => {
  const { files } = JSON.parse(fs.readFileSync(reportOf(area), "utf8"));
  return Object.entries(files).flatMap(([file, { source, mutants: all }]) =>
    all.map(({ status, location, replacement }) => ({
      area,
      file,
      isNoticed: ["Killed", "Timeout"].includes(status),
      isSurvivor: ["Survived", "NoCoverage"].includes(status),
      change: `${textAt(source, location)} → ${oneLine(replacement)}`,
    })),
  );
});
const survivors = mutants.filter(({ isSurvivor }) => isSurvivor);
const reasonFor = ({ file, change }) =>
  ACCEPTED.find(([, where, what]) => where.test(file) && what.test(change))?.[0];

function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines.push(lines.pop().slice(0, end.column - 1));
  return oneLine(lines.join(" ").slice(start.column - 1));
}

function oneLine(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

function row(area, all) {
  const noticed = all.filter(({ isNoticed }) => isNoticed).length;
  const left = all.filter(({ isSurvivor }) => isSurvivor);
  const explained = left.filter(reasonFor).length;
  const share = ((100 * noticed) / (noticed + left.length)).toFixed(1);
  return `| ${area} | ${noticed + left.length} | ${noticed} | ${share} % | ${explained} | ${left.length - explained} |`;
}

const inCode = (text) => (text.includes("`") ? `\`\`\` ${text} \`\`\`` : `\`${text}\``);

/** Survivors as a list, those of one file on one line. */
const list = (all) =>
  [...new Set(all.map(({ file }) => file))].map((file) => {
    const changes = new Set(all.filter((one) => one.file === file).map(({ change }) => change));
    return `- ${file}: ${[...changes].map(inCode).join(", ")}`;
  });

const text = [
  "# Mutants",
  "<!-- Written by `npm run mutants`. -->",
  "Stryker makes small changes to the code, one at a time. A change that no test notices is a survivor: it shows what the tests run without checking it. [stryker.config.mjs](../../stryker.config.mjs) says which suites must notice the changes in which code, and which changes are not made.",
  [
    "| Area | Changes | Noticed | Score | Survivors explained below | Other survivors |",
    "| - | -: | -: | -: | -: | -: |",
    ...areas.map((area) =>
      row(
        area,
        mutants.filter((one) => one.area === area),
      ),
    ),
    row("**all**", mutants),
  ].join("\n"),
  "## Survivors that need no test",
  ...ACCEPTED.flatMap(([reason]) => [
    `${reason}:`,
    list(survivors.filter((one) => reasonFor(one) === reason)).join("\n"),
  ]),
  "## Other survivors",
  list(survivors.filter((one) => !reasonFor(one))).join("\n"),
].join("\n\n");
fs.writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
