import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch } from "../terraform/harness";

const read = (file: string): string => fs.readFileSync(file, "utf8");

/** The generated files, with the script of each and what the script is told to write. */
const GENERATED = [
  ["settings.schema.json", "settings-schema", "settings.schema.json"],
  ["docs/changes.md", "changes-page", "docs/changes.md"],
  ["docs/performance.md", "performance-page", "docs/performance.md"],
  ["llms.txt", "llms", "llms.txt"],
  ["docs/pipeline.svg", "pipeline-picture", "docs/pipeline.svg"],
  ["README.md", "property-tables", "."],
  ["docs/properties.md", "property-tables", "."],
] as const;

/** Runs each script with the target in place of its own; in one process, since all load the library. */
const RUN_ALL = `
  const [root, directory, ...scripts] = process.argv.slice(1);
  for (const script of scripts) {
    const [name, target] = script.split(" ");
    process.argv[2] = directory + "/" + target;
    await import(root + "/scripts/" + name + ".ts");
  }
`;

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
  const directory = scratch();

  beforeAll(() => {
    const scripts = new Set(GENERATED.map(([, script, target]) => `${script} ${target}`));
    fs.mkdirSync(path.join(directory, "docs"));
    execFileSync(
      process.execPath,
      [
        ...["--import", "tsx", "--input-type=module", "--eval", RUN_ALL, "--"],
        ...[ROOT, directory, ...scripts],
      ],
      { cwd: ROOT },
    );
  });

  it.each(GENERATED)("%s exactly as it is committed", (file) => {
    expect(read(path.join(ROOT, file))).toBe(read(path.join(directory, file)));
  });
});
