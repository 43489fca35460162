import * as path from "node:path";
import { replaceBetween, rewriteMarkdown, table } from "../scripts/markdown-tables";
import type { Benchmark } from "./benchmark";
import { BENCHMARKS } from "./benchmarks";
import { cells, HEADER, number } from "./format";
import { ROOT } from "./measure";
import type { Result, Results } from "./recorded";

const RECORDS = 1_000_000;
const SHARDS = 5_000;
const PAGE = path.join(ROOT, "docs", "performance.md");

/** Writes the numbers into docs/performance.md, or into a changed copy of it. */
export const writePage = (results: Results, target = PAGE): Promise<void> =>
  rewriteMarkdown(PAGE, target, (text) =>
    [...BENCHMARKS.map(sectionOf(results)), ["plan", planOf(results)] as const].reduce(
      (written, [name, content]) =>
        replaceBetween(
          written,
          `<!-- ${name}: from bench/results.json -->`,
          `<!-- end of ${name} -->`,
          `\n\n${content ?? "Not measured yet."}\n\n`,
        ),
      text,
    ),
  );

/** Markdown would print the name of the folder __tests__ in bold. */
const withoutEmphasis = (row: readonly string[]): string[] =>
  row.map((cell) => cell.replaceAll("__", "\\_\\_"));

const sectionOf =
  (results: Results) =>
  ({ name, title, sameWork }: Benchmark): readonly [name: string, content: string | undefined] => {
    const result = results[name];
    return [
      name,
      result &&
        [
          `![${title}](performance/${name}.svg)`,
          `Same work: ${sameWork}.`,
          table(HEADER, result.rows.map(cells).map(withoutEmphasis)),
          measuredOn(result),
        ].join("\n\n"),
    ];
  };

/** What the page's plan needs of this handler: 1 GB/s in records of 1 KB, over 5,000 shards. */
function planOf({ handler }: Results): string | undefined {
  const speed = handler?.rows.find(
    ({ label, unit }) => label === "this handler" && unit === "records/s",
  )?.median;
  if (speed === undefined) {
    return undefined;
  }
  return table(
    ["1 GB/s as records of 1 KB", ""],
    [
      ["records a second, in all", number(RECORDS)],
      ["records a second, per shard", number(RECORDS / SHARDS)],
      ["records a second that one execution environment carries", number(speed)],
      [
        "share of a second in which a shard's environment works",
        `${number((100 * RECORDS) / SHARDS / speed)} %`,
      ],
      ["environments that would do if shards shared them", number(Math.ceil(RECORDS / speed))],
    ],
  );
}

function measuredOn({ date, commit, machine, versions }: Result): string {
  const { processor, cores, memoryGiB, system } = machine;
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date} at commit ${commit}: ${cores} cores of ${processor}, ${memoryGiB} GiB, ${system}; ${used.join(", ")}.`;
}
