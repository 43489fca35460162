import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch } from "../terraform/harness";

const read = (file: string): string => fs.readFileSync(file, "utf8");

const generate = (script: string, target: string): void => {
  execFileSync(process.execPath, ["--import", "tsx", `scripts/${script}.ts`, target], {
    cwd: ROOT,
  });
};

describe("llms.txt", () => {
  it("links to pages that exist, and to every page of docs/", () => {
    const links = [...read(path.join(ROOT, "llms.txt")).matchAll(/\]\(([^)]+)\)/g)].map(
      ([, file]) => file!,
    );
    const pages = fs
      .readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`);

    expect(links.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
    expect(links).toEqual(expect.arrayContaining(pages));
  });
});

describe("`npm run build:docs` generates", () => {
  it.each([
    ["settings.schema.json", "settings-schema"],
    ["docs/changes.md", "changes-page"],
    ["docs/performance.md", "performance-page"],
    ["llms.txt", "llms"],
    ["docs/pipeline.svg", "pipeline-picture"],
  ])("%s exactly as it is committed", (file, script) => {
    const generated = path.join(scratch(), "generated");

    generate(script, generated);

    expect(read(path.join(ROOT, file))).toBe(read(generated));
  });

  it("the tables of properties exactly as they are committed", () => {
    const directory = scratch();

    generate("property-tables", directory);

    for (const file of ["README.md", "docs/properties.md"]) {
      expect(read(path.join(ROOT, file))).toBe(read(path.join(directory, file)));
    }
  });
});
