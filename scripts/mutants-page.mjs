/** Writes the scores and the survivors of the last runs into __tests__/mutants/, a page for each area. */
import * as fs from "node:fs";
import { format, resolveConfig } from "prettier";
import { ACCEPTED } from "../__tests__/mutants/accepted.mjs";
import { AREAS, reportOf } from "../stryker.config.mjs";

const pageOf = (area) => `__tests__/mutants/${area}.md`;

const reasonFor = ({ file, change }) =>
  ACCEPTED.find(([, where, what]) => where.test(file) && what.test(change))?.[0];

function mutantsIn(report) {
  const { files } = JSON.parse(fs.readFileSync(report, "utf8"));
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.map(({ status, location, replacement }) => ({
      file,
      isNoticed: ["Killed", "Timeout"].includes(status),
      isSurvivor: ["Survived", "NoCoverage"].includes(status),
      change: `${textAt(source, location)} → ${oneLine(replacement)}`,
    })),
  );
}

function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines.push(lines.pop().slice(0, end.column - 1));
  return oneLine(lines.join(" ").slice(start.column - 1));
}

function oneLine(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

const inCode = (text) => (text.includes("`") ? `\`\`\` ${text} \`\`\`` : `\`${text}\``);

/** Survivors as a list, those of one file on one line. */
const list = (all) =>
  [...new Set(all.map(({ file }) => file))].map((file) => {
    const changes = new Set(all.filter((one) => one.file === file).map(({ change }) => change));
    return `- ${file}: ${[...changes].map(inCode).join(", ")}`;
  });

/** What the changes in an area come to, in Markdown. */
function pageText(area, mutants) {
  const noticed = mutants.filter(({ isNoticed }) => isNoticed).length;
  const survivors = mutants.filter(({ isSurvivor }) => isSurvivor);
  const all = noticed + survivors.length;
  const explained = ACCEPTED.map(([reason]) => [
    reason,
    survivors.filter((one) => reasonFor(one) === reason),
  ]).filter(([, own]) => own.length > 0);
  return [
    `# Mutants in ${area}`,
    "<!-- Written by `npm run mutants`. -->",
    `Of ${all} changes, ${noticed} are noticed: **${((100 * noticed) / all).toFixed(1)} %**.`,
    ...(explained.length > 0 ? ["## Survivors that need no test"] : []),
    ...explained.flatMap(([reason, own]) => [`${reason}:`, list(own).join("\n")]),
    "## Other survivors",
    list(survivors.filter((one) => !reasonFor(one))).join("\n"),
  ].join("\n\n");
}

for (const area of Object.keys(AREAS).filter((one) => fs.existsSync(reportOf(one)))) {
  const filepath = pageOf(area);
  const text = pageText(area, mutantsIn(reportOf(area)));
  fs.writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
}
