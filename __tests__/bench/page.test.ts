import * as fs from "node:fs";
import * as path from "node:path";

const DOCS = path.resolve("docs");
const page = fs.readFileSync(path.join(DOCS, "performance.md"), "utf8");
const results = JSON.parse(
  fs.readFileSync(path.resolve("bench", "results.json"), "utf8"),
) as object;

describe("docs/performance.md", () => {
  it.each(Object.keys(results))("shows the chart of %s, in light and in dark colours", (name) => {
    const chart = `performance/${name}.svg`;

    expect(page).toContain(`](${chart})`);
    expect(fs.readFileSync(path.join(DOCS, chart), "utf8")).toContain("prefers-color-scheme: dark");
  });
});
