import * as path from "node:path";
import { replaceBetween, rewriteMarkdown, table } from "../scripts/markdown-tables";
import { BENCHMARKS } from "./benchmarks";
import { cells, HEADER } from "./format";
import { ROOT } from "./measure";
import type { Result, Results } from "./results";

const PAGE = path.join(ROOT, "docs", "performance.md");

/** Writes the numbers into docs/performance.md, or into a changed copy of it. */
export const writePage = (results: Results, target = PAGE): Promise<void> =>
  rewriteMarkdown(PAGE, target, (text) =>
    BENCHMARKS.reduce((written, { name, sameWork }) => {
      const result = results[name];
      const content = result
        ? `Same work: ${sameWork}.\n\n${table(HEADER, result.rows.map(cells))}\n\n${measuredOn(result)}`
        : "Not measured yet.";
      return replaceBetween(
        written,
        `<!-- ${name}: from bench/results.json -->`,
        `<!-- end of ${name} -->`,
        `\n\n${content}\n\n`,
      );
    }, text),
  );

function measuredOn({ date, commit, machine, versions }: Result): string {
  const { processor, cores, memoryGiB, system } = machine;
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date} at commit ${commit}: ${cores} cores of ${processor}, ${memoryGiB} GiB, ${system}; ${used.join(", ")}.`;
}
